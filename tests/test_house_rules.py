"""Rules of the house that a machine can check."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import deepemg
from deepemg.cli.docs import is_same, made_documents
from deepemg.reconstruct.registry import METHODS, method_class, module_of
from deepemg.settings import as_plain, from_plain
from deepemg.study.check import check_methods
from deepemg.study.config import StudyConfig, read_config
from deepemg.study.sources import library_files, rule_sources

LIBRARY = Path("workflow/deepemg")


@pytest.mark.slow
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


def test_imports_run_one_way(root):
    """Layers and their arrows stand in pyproject.toml."""
    done = subprocess.run([Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=root, capture_output=True)
    assert done.returncode == 0, done.stdout.decode()


def test_environment_has_one_source(root):
    lock = (root / "requirements.txt").read_text().split("\n")
    environment = yaml.safe_load((root / "envs" / "study.yaml").read_text())
    assert environment["dependencies"][-1]["pip"] == [line for line in lock if line]
    wanted = [line for line in (root / "requirements.in").read_text().split("\n") if "==" in line]
    assert set(wanted) <= set(lock)


def test_the_lock_has_what_the_package_needs(root):
    project = re.search(r"^dependencies = \[(.*?)^\]", (root / "pyproject.toml").read_text(), flags=re.M | re.S)
    needed = set(re.findall(r'"([A-Za-z0-9_-]+)', project.group(1)))
    locked = {line.split("==")[0] for line in (root / "requirements.txt").read_text().split("\n")}
    assert needed <= locked


def test_a_citation_names_the_release_of_the_package_and_of_the_changelog(root):
    citation = yaml.safe_load((root / "CITATION.cff").read_text())
    package = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    releases = re.findall(r"^## ([\d.]+) \(([\d-]+)\)$", (root / "CHANGELOG.md").read_text(), flags=re.M)
    assert releases[0] == (package["version"], str(citation["date-released"])) and releases[0][0] == citation["version"]
    assert citation["license"] == package["license"]
    assert [author["name"] for author in citation["authors"]] == [author["name"] for author in package["authors"]]


# Nothing that stands in a file is executed.

EXECUTING = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "jsonpickle", "skops"}
BUILTINS = {"eval", "exec", "compile", "__import__"}
CALLS = {"read_pickle", "to_pickle", "popen", "unsafe_load", "full_load"}


def called(node: ast.Call) -> str:
    """Last name of what is called: load of torch.load."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def owner(node: ast.Call) -> str:
    """Name before the last: torch of torch.load."""
    value = node.func.value if isinstance(node.func, ast.Attribute) else None
    return getattr(value, "id", "")


def executing(tree: ast.AST) -> list[str]:
    """Lines of a source that could run what stands in a file."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
            found += [f"{node.lineno}: import {name}" for name in names if name.split(".")[0] in EXECUTING]
        if not isinstance(node, ast.Call):
            continue
        keywords = {keyword.arg: getattr(keyword.value, "value", None) for keyword in node.keywords}
        name = (owner(node), called(node))
        wrong = called(node) in CALLS or name == ("os", "system")
        wrong |= isinstance(node.func, ast.Name) and called(node) in BUILTINS
        wrong |= name == ("torch", "load") and keywords.get("weights_only") is not True
        wrong |= name == ("yaml", "load") and getattr(node.args[1:2] and node.args[1], "id", "") != "_OneOfEach"
        wrong |= bool(keywords.get("allow_pickle")) or bool(keywords.get("shell"))
        found += [f"{node.lineno}: {'.'.join(filter(None, name))}"] if wrong else []
    return found


def test_no_source_runs_what_stands_in_a_file(root):
    sources = [*(root / LIBRARY).rglob("*.py"), *(root / "workflow" / "scripts").glob("*.py")]
    found = {str(path.relative_to(root)): executing(ast.parse(path.read_text())) for path in sources}
    assert {path: lines for path, lines in found.items() if lines} == {} and len(sources) > 100
    assert "joblib" not in (root / "requirements.in").read_text()


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import load",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "yaml.load(text, yaml.Loader)",
        "np.load(path, allow_pickle=True)",
        "pd.read_pickle(path)",
        "eval(text)",
        "os.system(text)",
        "subprocess.run(text, shell=True)",
    ],
)
def test_a_line_that_would_is_found(line):
    assert len(executing(ast.parse(line))) == 1


# A kill leaves no half of a file.

WRITING = {"write_text", "write_bytes", "to_csv", "copyfile"}
NOT_ASIDE = {"job.py", "fuzz_draws.py", "signals/tables.py"}  # logs, drafts, and what Snakemake removes


def written_at_once(tree: ast.AST) -> list[int]:
    """Lines of a source that give a file its name before it has its bytes."""
    blocks = [node for node in ast.walk(tree) if isinstance(node, ast.With)]
    aside = [block for block in blocks if any("written_aside" in ast.unparse(i.context_expr) for i in block.items)]
    inside = {id(node) for block in aside for node in ast.walk(block)}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    return [node.lineno for node in calls if called(node) in WRITING and node.args and id(node) not in inside]


def test_what_a_command_writes_is_written_aside(root):
    found = {path: written_at_once(ast.parse(path.read_text())) for path in (root / LIBRARY).rglob("*.py")}
    wrong = {str(path): lines for path, lines in found.items() if lines}
    assert [path for path in wrong if not any(path.endswith(f"/{name}") for name in NOT_ASIDE)] == []
    assert len(wrong) == len(NOT_ASIDE)
    assert written_at_once(ast.parse("table.to_csv(path)")) == [1]


# Settings: the classes are the reference, and the files of config/ follow them.


def merged(*values: dict) -> dict:
    """Mappings on top of each other, as Snakemake merges its config files."""
    result: dict = {}
    for value in values:
        for key, entry in value.items():
            both = isinstance(entry, dict) and isinstance(result.get(key), dict)
            result[key] = merged(result[key], entry) if both else entry
    return result


def read(root: Path, *names: str) -> dict:
    return merged(*(yaml.safe_load((root / "config" / name).read_text()) for name in names))


@pytest.mark.slow
def test_generated_files_and_sections_are_fresh(root, monkeypatch):
    monkeypatch.chdir(root)
    for path, text in made_documents().items():
        assert is_same(path.read_text(), text), f"{path} is stale: run deepemg docs"


def test_the_listed_defaults_are_those_of_the_library(root):
    listed = read_config(read(root, "defaults.yaml"))
    for name in METHODS:
        assert listed.method(name) == method_class(name)()
    without = as_plain(listed) | {"fit_method": as_plain(listed.fit_method) | {"settings": {}}}
    assert from_plain(StudyConfig, without) == StudyConfig()


def test_the_study_s_own_configuration_is_valid_and_short(root):
    config = read_config(read(root, "comparison.yaml", "config.yaml"))
    check_methods(config)
    plain, defaults = (as_plain(some) for some in (config, StudyConfig()))
    for block in ("check_recordings", "process_kinematics", "process_emg", "train_trees"):
        assert plain[block] == defaults[block]  # what is published was made with the library's defaults
    decided = [line for line in (root / "config" / "config.yaml").read_text().split("\n") if line and line[0] != "#"]
    assert len(decided) <= 22
    manual = (root / "config" / "README.md").read_text()
    assert all(f"`{block}`" in manual for block in plain)


def test_the_tiny_study_is_small_and_its_subject_can_be_used(root, monkeypatch):
    monkeypatch.chdir(root)
    config = read_config(read(root, "comparison.yaml", "config.yaml", "../.test/config/config.yaml"))
    check_methods(config)
    data = Path(config.data)
    assert sum(path.stat().st_size for path in data.rglob("*") if path.is_file()) < 300_000
    recording = deepemg.read(data / "S1")
    found = deepemg.Copy().fit(recording.train).reconstruct(recording.test[0])
    assert list(deepemg.score(found, recording.held_out)["muscle"]) == ["BRA", "TRImed"]


def test_variants_say_their_method(root):
    config = read_config(read(root, "comparison.yaml", "config.yaml"))
    prefix = {"nmm-paper": "paper-"} | {name: name for name in METHODS if name != "nmm-paper"}
    for name in config.fit_method.variants:
        assert name.startswith(prefix[config.base_method(name)]), name


def test_every_setting_has_a_reason_and_is_in_the_schema(root):
    schema = json.loads((root / "config" / "config.schema.json").read_text())
    for kind in (StudyConfig, *(method_class(name) for name in METHODS)):
        for name, field in kind.__pydantic_fields__.items():
            nested = hasattr(field.get_default(call_default_factory=True), "__pydantic_fields__")
            assert field.description or nested, (kind, name)
    assert set(schema["$defs"]["FitConfig"]["properties"]["settings"]["properties"]) == set(METHODS)


# Workflow: one name through everything, and sources that are those that are used.


def rules(root: Path) -> dict[str, str]:
    """Text of each rule that makes something, by name."""
    text = "\n".join(path.read_text() for path in sorted((root / "workflow" / "rules").glob("*.smk")))
    parts = re.split(r"^rule (\w+):$", text, flags=re.M)
    return {name: body for name, body in zip(parts[1::2], parts[2::2], strict=True) if "output:" in body}


def test_every_rule_has_script_log_benchmark_and_sources_of_its_name(root):
    found = rules(root)
    scripts = {path.stem for path in (root / "workflow" / "scripts").glob("*.py")}
    assert set(found) == scripts
    for name, body in found.items():
        for needed in (f'"../scripts/{name}.py"', f"<logs>/{name}", f"<benchmarks>/{name}", f'sources("{name}"'):
            assert needed in body, (name, needed)


def test_every_script_begins_and_ends_as_a_job(root):
    """Its log, its inputs held against their digests, digests of its outputs: deepemg.job."""
    for path in (root / "workflow" / "scripts").glob("*.py"):
        body = ast.parse(path.read_text()).body[1:]
        assert [ast.unparse(line) for line in body[:2]] == ["from deepemg.job import begin, end", "begin(snakemake)"], (
            path
        )
        assert ast.unparse(body[-1]) == "end(snakemake)", path


def test_captions_belong_to_rules(root):
    captions = {path.stem for path in (root / "workflow" / "report").glob("*.rst")} - {"workflow"}
    assert captions <= set(rules(root)) and captions


def test_sources_of_a_rule_are_what_its_script_reaches(root, monkeypatch):
    monkeypatch.chdir(root)
    script = Path("workflow/scripts/score_methods.py")
    found = rule_sources(script)
    assert {str(script), f"{LIBRARY}/evaluate/metrics.py", f"{LIBRARY}/evaluate/score_tables.py"} <= set(found)
    assert not any("/simulate/" in file or "/nmm/" in file for file in found)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_s_sources_hold_its_own_module_and_no_other_method_s_opponents(root, name, monkeypatch):
    monkeypatch.chdir(root)
    found = library_files(module_of(name))
    assert any(file.endswith(module_of(name).split(".")[-1] + ".py") for file in found)
    assert f"{LIBRARY}/joint/data/elbow6.yaml" in found
    assert not any("/simulate/" in file or "/pretrain/" in file for file in found)
    if name != "moco":
        assert f"{LIBRARY}/reconstruct/moco_inverse.py" not in found


def run_imports(tree):
    """Every `from ... import` but those that only a type checker follows."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ImportFrom):
            yield node
        elif not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield from run_imports(node)


def test_a_module_that_a_script_imports_is_among_its_sources(root, monkeypatch):
    """Every import of every script, followed by hand, is named."""
    monkeypatch.chdir(root)
    for script in sorted(Path("workflow/scripts").glob("*.py")):
        todo, seen = [script], set()
        while todo:
            for node in run_imports(ast.parse(todo.pop().read_text())):
                if not (node.module or "").startswith("deepemg."):
                    continue
                for module in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                    file = Path("workflow", *module.split(".")).with_suffix(".py")
                    if file.exists() and file not in seen:
                        seen.add(file)
                        todo.append(file)
        assert {str(file) for file in seen} <= set(rule_sources(script)), script


# Code.


def test_files_stay_short(root):
    assert len((root / "Snakefile").read_text().splitlines()) <= 40
    assert len((root / "workflow" / "rules" / "common.smk").read_text().splitlines()) <= 30
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


def test_no_muscle_and_no_joint_is_named_in_the_estimator(root):
    """Which muscles are deep, and which a joint has, is said by its data file."""
    names = {muscle for joint in ("elbow7", "knee4") for muscle in _muscles(joint)}
    for package in ("joint", "recordings", "signals", "reconstruct", "pretrain", "evaluate", "study"):
        for path in (root / LIBRARY / package).rglob("*.py"):
            constants = {n.value for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Constant)}
            assert not names & {value for value in constants if isinstance(value, str)}, path


def _muscles(joint: str) -> tuple[str, ...]:
    from deepemg.joint.definition import load_joint

    return load_joint(joint).muscle_names


def test_every_job_of_the_workflow_has_a_group_on_a_cluster(root):
    """A rule without one would be a Slurm job for each of its outputs."""
    text = "\n".join(path.read_text() for path in sorted((root / "workflow" / "rules").glob("*.smk")))
    rules = re.split(r"^(?:rule|use rule \w+ as) (?=\w)", text, flags=re.M)[1:]
    jobs = {re.match(r"\w+", rule)[0] for rule in rules if "benchmark:" in rule.split("\n\n\n")[0]}
    alone = {"train_trees", "write_snakemake_report"}  # once for all; on the machine that runs Snakemake
    groups = yaml.safe_load((root / "profiles" / "slurm" / "config.yaml").read_text())["groups"]
    assert set(groups) == jobs - alone and alone <= jobs
