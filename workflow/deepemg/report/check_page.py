def write_page(v, p): return None
