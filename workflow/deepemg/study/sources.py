"""Which source files a rule depends on: its script, and what that imports of the library, directly or not.

Rules name them as inputs, so a change reruns what uses it, and only that, and Snakemake's reason names the file.
"""

from __future__ import annotations

import ast
import os
from functools import cache
from pathlib import Path

import grimp

PACKAGE = "deepemg"
HERE = Path(__file__).parents[1]
DATA = {  # files beside the code that modules of these packages read
    "deepemg.joint": ("data/*.yaml", "data/*.csv", "data/schemes/*.yaml"),
    "deepemg.recordings": ("explanations.yaml", "schemas/*.yaml"),
    "deepemg.pretrain": ("*.yaml", "virtual/*.yaml"),
    "deepemg.report": ("templates/*",),
}


@cache
def _imports() -> grimp.ImportGraph:
    """Who imports whom in the library, read from its source."""
    return grimp.build_graph(PACKAGE, cache_dir=None, exclude_type_checking_imports=True)


def module_file(module: str) -> str:
    """File of a module of the library, from the current folder: a copy of the project reruns nothing."""
    return os.path.relpath(_file(module))


def _file(module: str) -> Path:
    path = HERE.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def script_modules(script: Path) -> set[str]:
    """Modules of the library that a script imports."""
    known, names = _imports().modules, set()
    for node in ast.walk(ast.parse(script.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == PACKAGE:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names & known


def library_files(*modules: str) -> list[str]:
    """Files of these modules and of all that they import in the library, with the data that those read, sorted."""
    graph, found = _imports(), set(modules)
    for module in modules:
        found |= graph.find_upstream_modules(module)
    files = {_file(module) for module in found}
    for package, patterns in DATA.items():
        if any(module.startswith(f"{package}.") for module in found):
            files |= {path for pattern in patterns for path in (HERE / package.split(".")[1]).glob(pattern)}
    return sorted(os.path.relpath(path) for path in files)  # relative: a copy of the project reruns nothing


def rule_sources(script: Path, *modules: str) -> list[str]:
    """Source files of a rule: its script, what that imports, and what `modules`, which it picks by name, import."""
    return [os.path.relpath(script), *library_files(*script_modules(script), *modules)]
