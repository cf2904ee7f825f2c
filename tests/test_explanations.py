"""What each id of a problem means: every one is explained, and what an example says to write can be written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from deepemg.cli import explain
from deepemg.recordings.checks.texts import schema
from deepemg.recordings.problems import explanations
from deepemg.recordings.readers.csv import find_dialect
from deepemg.recordings.sheet import read_sheet
from deepemg.study.check import check_methods
from deepemg.study.config import OF, SEED, read_config

ID = re.compile(r"\bDE-\d{3}\b")
FILES = ("subject.yaml", "channels.csv", "trials.csv", "config/config.yaml", "command line")
EXAMPLE = re.compile(rf"^Example\b.*?({'|'.join(map(re.escape, FILES))})\b.*:$")
HELP = [pytest.param(entry["help"], id=identity) for identity, entry in sorted(explanations().items())]


def sources(root: Path) -> Iterator[Path]:
    """Every file that can say an id."""
    for ending in ("py", "smk"):
        yield from (root / "workflow").rglob(f"*.{ending}")
    yield root / "Snakefile"


def properties(node: Any) -> Iterator[str]:
    """Names of all properties of a JSON schema, at any depth."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if key == "properties" and isinstance(value, dict):
            yield from value
        yield from properties(value)


@pytest.fixture(scope="module")
def writable(root: Path) -> set[str]:
    """Every key and column that a user can write."""
    config = json.loads((root / "config" / "config.schema.json").read_text(encoding="utf-8"))
    return {name for one in (*map(schema, ("subject", "channels", "trials")), config) for name in properties(one)} | {
        OF,
        SEED,
    }


def examples(text: str) -> Iterator[tuple[str, str]]:
    """The file (of FILES) that each example is for, and its lines."""
    file, lines = "", list[str]()
    for line in [*text.splitlines(), ""]:
        if line.startswith("  "):
            lines.append(line[2:])
            continue
        if file and lines:
            yield file, "\n".join(lines) + "\n"
        found = EXAMPLE.match(line)
        file, lines = found[1] if found else "", []


def of_file(file: str) -> list[Any]:
    return [
        pytest.param(content, id=f"{param.id} {number}")
        for param in HELP
        for number, (own, content) in enumerate(examples(param.values[0]), start=1)
        if own == file
    ]


def without_required(node: Any) -> Any:
    """A schema that lets every key be left out: examples show those that matter."""
    if isinstance(node, dict):
        dropped = ("required", "anyOf", "if", "then") if "properties" in node else ()
        return {key: without_required(value) for key, value in node.items() if key not in dropped}
    return [without_required(value) for value in node] if isinstance(node, list) else node


def faults(data: Any, name: str) -> list[str]:
    return [error.message for error in Draft202012Validator(without_required(schema(name))).iter_errors(data)]


def run(*arguments: str) -> Any:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command(name=explain.NAME)(explain.main)
    return CliRunner().invoke(app, arguments)


# The texts.


def test_every_id_in_the_code_is_explained_and_every_explained_one_is_used(root: Path) -> None:
    used = {identity for path in sources(root) for identity in ID.findall(path.read_text(encoding="utf-8"))}
    assert used == set(explanations())


def test_ids_stand_in_order_and_once(root: Path) -> None:
    text = (root / "workflow/deepemg/recordings/explanations.yaml").read_text(encoding="utf-8")
    ids = re.findall(r"^(DE-\d{3}):$", text, flags=re.M)
    assert ids == sorted(set(ids)) == list(explanations())
    assert all(set(entry) == {"title", "level", "help"} for entry in explanations().values())
    assert {entry["level"] for entry in explanations().values()} == {"red", "amber"}
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("text", HELP)
def test_a_help_says_what_was_seen_why_and_what_to_do_and_shows_it(text: str) -> None:
    assert len(text) > 150 and len(text.splitlines()) <= 12
    beginnings = [re.search(rf"^{word}", text, flags=re.M) for word in ("Usual causes: ", "What to do: ", "Example")]
    places = [found.start() for found in beginnings if found]
    assert len(places) == 3 and places[0] > 0 and places == sorted(places)


@pytest.mark.parametrize("text", HELP)
def test_every_key_that_a_help_names_can_be_written(text: str, writable: set[str]) -> None:
    named = re.findall(r"`([a-z]\w*)(?:: [^`]*)?`", text) + re.findall(r"^\s+(\w+):", text, flags=re.M)
    variants = re.findall(r"^\s+([\w-]+): {of: ", text, flags=re.M)
    methods = ("nmm",)
    assert not {name for name in named if name not in (*variants, *methods)} - writable
    assert set(re.findall(r"`([^`]*)`", text)) <= {*writable, "deepemg import", "deepemg new"}


@pytest.mark.parametrize("text", HELP)
def test_a_command_that_a_help_names_exists(text: str, root: Path) -> None:
    modules = (root / "workflow/deepemg/cli").glob("*.py")
    known = {name for path in modules for name in re.findall(r'^NAME = "(\w+)"$', path.read_text(), flags=re.M)}
    assert set(re.findall(r"\bdeepemg (?!explain, )(\w+)", text)) <= known


@pytest.mark.parametrize("content", of_file("subject.yaml"))
def test_an_example_of_subject_yaml_is_valid(content: str) -> None:
    assert not faults(yaml.safe_load(content), "subject")


@pytest.mark.parametrize(
    ("name", "content"),
    [(name, param.values[0]) for name in ("channels", "trials") for param in of_file(f"{name}.csv")],
)
def test_an_example_of_a_sheet_is_valid(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
    sheet = read_sheet(tmp_path / f"{name}.csv")
    assert set(sheet.columns) <= set(schema(name)["properties"])
    assert not [fault for row in sheet.rows.values() for fault in faults(row, name)]
    widths = {len(re.sub(r'"[^"]*"', "", line).split(",")) for line in content.splitlines()}
    assert len(widths) == 1, "as many cells as headings"


@pytest.mark.parametrize("content", of_file("config/config.yaml"))
def test_an_example_of_the_configuration_is_valid(content: str) -> None:
    check_methods(read_config(yaml.safe_load(content)))


def test_a_table_of_samples_in_an_example_is_one_that_can_be_read() -> None:
    tables = [
        text.split("Example", 1)[1].splitlines()[1:] for text in (p.values[0] for p in HELP) if "\n  time" in text
    ]
    assert len(tables) == 3
    for lines in tables:
        found = find_dialect([line.strip() for line in lines])
        assert found is not None and found.names_line == 0 and found.decimal_comma == (";" in lines[0])


# The command.


@pytest.mark.parametrize("text", ["DE-074", "de-74", "74", "DE074", " 074 "])
def test_an_id_is_explained_however_it_is_written(text: str) -> None:
    done = run(text)
    assert done.exit_code == 0
    entry, words = explanations()["DE-074"], " ".join(done.output.split())
    assert words.startswith(f"DE-074: {entry['title']} red: ")
    for line in entry["help"].splitlines():
        assert " ".join(line.split()) in words
    assert "config/config.yaml" in words  # where the limit stands


def test_examples_keep_their_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    lines = run("DE-020").output.splitlines()
    assert set(explanations()["DE-020"]["help"].splitlines()[-2:]) <= set(lines)
    assert max(len(line) for line in lines if not line.startswith(" ")) <= 40


def test_levels_are_told() -> None:
    assert "amber: it can be used" in run("DE-101").output
    assert "red: refused" in run("DE-070").output


def test_without_an_id_all_are_listed() -> None:
    done = run()
    assert done.exit_code == 0
    for identity, entry in explanations().items():
        assert re.search(rf"{identity}.*{entry['level']}.*{re.escape(entry['title'])}", done.output), identity


@pytest.mark.parametrize(
    ("text", "likely"), [("62", "DE-061"), ("DE-999", "DE-132"), ("DE-O74", "DE-074"), ("spikes", None)]
)
def test_an_unknown_id_ends_in_a_line_with_the_nearest(text: str, likely: str | None) -> None:
    done = run(text)
    assert done.exit_code == 1 and isinstance(done.exception, ValueError)
    said = str(done.exception)
    assert "\n" not in said and repr(text) in said and "deepemg explain" in said
    assert ID.findall(said.replace(repr(text), "")) == ([likely] if likely else [])
