"""Rules of the house that a machine can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from jsonschema import Draft202012Validator

from deepemg.joint.definition import load_joint
from deepemg.joint.identifiability import identifiability_markdown, with_identifiability
from deepemg.reconstruct.registry import MODULES
from deepemg.report.release import released_summary
from deepemg.report.summary import with_summary

LIBRARY = Path("workflow/deepemg")


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "workflow", "tests"],
        ["ruff", "format", "--check", "workflow", "tests"],
        ["mypy"],
        ["snakefmt", "--check", "Snakefile", "workflow/rules"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_tools_are_clean(root, command):
    done = subprocess.run([sys.executable, "-m", *command], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_environment_has_one_source(root):
    lock = (root / "requirements.txt").read_text().split("\n")
    environment = yaml.safe_load((root / "envs" / "study.yaml").read_text())
    assert environment["dependencies"][-1]["pip"] == [line for line in lock if line]
    wanted = [line for line in (root / "requirements.in").read_text().split("\n") if "==" in line]
    assert set(wanted) <= set(lock)


def test_config_is_what_its_schema_describes(root):
    config = yaml.safe_load((root / "config" / "config.yaml").read_text())
    schema = yaml.safe_load((root / "workflow" / "schemas" / "config.schema.yaml").read_text())
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(config)) == []

    def keys(entry, described, place):
        for key, value in entry.items():
            about = described["properties"][key]
            assert about.get("description"), f"{place}.{key} has no description"
            if "propertyNames" in about:
                continue  # names that a user may add
            if isinstance(value, dict):
                keys(value, about, f"{place}.{key}")
            else:
                assert about["default"] == value, f"{place}.{key}: default {about['default']}, config {value}"

    keys(config, schema, "config")
    manual = (root / "config" / "README.md").read_text()
    assert all(f"`{block}`" in manual for block in config)
    assert set(schema["properties"]["fit_method"]["properties"]["methods"]["items"]["enum"]) == set(MODULES)


def rules(root: Path) -> dict[str, str]:
    """Text of each rule that makes something, by name."""
    text = "\n".join(path.read_text() for path in sorted((root / "workflow" / "rules").glob("*.smk")))
    parts = re.split(r"^rule (\w+):$", text, flags=re.M)
    return {name: body for name, body in zip(parts[1::2], parts[2::2], strict=True) if "output:" in body}


def test_every_rule_has_a_script_a_log_a_benchmark_and_resources_of_its_name(root):
    found = rules(root)
    scripts = {path.stem for path in (root / "workflow" / "scripts").glob("*.py")}
    assert set(found) == scripts
    for name, body in found.items():
        for needed in (f'"../scripts/{name}.py"', f"<logs>/{name}", f"<benchmarks>/{name}", "threads: 1", "mem_mb"):
            assert needed in body, (name, needed)


def imported(path: Path) -> set[str]:
    """Modules of the library that a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("deepemg"):
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names if alias.name.startswith("deepemg")}
    return names


def reached(path: Path, root: Path) -> set[str]:
    """Parts of the library (its subfolders) that a script reaches through all its imports."""
    parts, seen, todo = set(), set(), [path]
    while todo:
        for name in imported(todo.pop()):
            module = root / "workflow" / Path(*name.split("."))
            for file in (module.with_suffix(".py"), module / "__init__.py"):
                if file.exists() and file not in seen:
                    seen.add(file)
                    todo.append(file)
                    relative = file.relative_to(root / LIBRARY)
                    if len(relative.parts) > 1:
                        parts.add(relative.parts[0])
    return parts


def test_a_rule_names_every_part_of_the_library_that_its_script_reaches(root):
    for name, body in rules(root).items():
        named = re.search(r"library=library\(([^)]*)\)", body)
        declared = set(re.findall(r'"(\w+)"', named.group(1))) if named else set()
        missing = reached(root / "workflow" / "scripts" / f"{name}.py", root) - declared
        assert not missing, f"{name} uses {missing} without naming it"


ALLOWED = {
    "recordings": {"arm", "recordings"},
    "signals": {"arm", "recordings", "signals"},
    "arm": {"arm"},
    "reconstruct": {"arm", "reconstruct"},
    "evaluate": {"evaluate", "reconstruct"},
    "report": {"arm", "evaluate", "report", "signals"},
    "simulate": {"arm", "simulate"},
    "audit": {"arm", "audit", "evaluate", "reconstruct", "recordings", "report", "signals", "simulate"},
}


@pytest.mark.parametrize("part", ALLOWED)
def test_imports_run_one_way(root, part):
    shared = {path.stem for path in (root / LIBRARY).glob("*.py")}  # files.py, marks.py: no part, and import none
    for path in (root / LIBRARY / part).rglob("*.py"):
        used = {name.split(".")[1] for name in imported(path) if name.count(".") >= 2}
        assert used - shared <= ALLOWED[part], path


def test_files_stay_short(root):
    assert len((root / "Snakefile").read_text().splitlines()) <= 40
    assert len((root / "workflow" / "rules" / "common.smk").read_text().splitlines()) <= 80
    for path in (root / "workflow" / "scripts").glob("*.py"):
        assert len(path.read_text().splitlines()) <= 40, path
    for path in (root / LIBRARY).rglob("*.py"):
        assert len(path.read_text().splitlines()) <= 300, path


def test_public_functions_say_what_they_do(root):
    for path in (root / LIBRARY).rglob("*.py"):
        tree = ast.parse(path.read_text())
        if path.name != "__init__.py":
            assert ast.get_docstring(tree), path
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{path}: {node.name}"


def test_captions_belong_to_rules(root):
    captions = {path.stem for path in (root / "workflow" / "report").glob("*.rst")} - {"workflow"}
    assert captions <= set(rules(root)) and captions


def test_readme_reads_its_numbers_from_the_released_tables(root):
    readme = (root / "README.md").read_text()
    assert with_summary(readme, released_summary(root / "results" / "released" / "tables")) == readme


def test_table_of_identifiability_is_fresh(root):
    page = (root / "docs" / "arm.md").read_text()
    fresh = with_identifiability(page, identifiability_markdown(load_joint("elbow6")))
    numbers = [np.array(re.findall(r"\d\.\d\d", text), dtype=float) for text in (page, fresh)]
    assert re.sub(r"\d\.\d\d", "", page) == re.sub(r"\d\.\d\d", "", fresh)
    assert numbers[0] == pytest.approx(numbers[1], abs=0.011)  # the last digit may round otherwise elsewhere
