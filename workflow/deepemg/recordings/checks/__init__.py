"""What can be wrong with a subject folder, one kind a file, told by generators of Problem; see `../check.py`."""
