"""What the command line, and the advice of a message, says to type: it works, and a number is a number."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from dvc.cli import parse_args
from snakemake.cli import parse_config

from deepemg.cli.main import app
from deepemg.recordings.problems import RecordingError, explanations
from deepemg.settings import as_plain
from deepemg.study.check import FITTED_HERE, check_results, check_study
from deepemg.study.command_line import in_their_kinds
from deepemg.study.config import read_config, read_settings
from folders import make_folder
from test_explanations import HELP, examples

ADVICE = [
    pytest.param(line, id=f"{param.id} {line[:30]}")
    for param in HELP
    for file, content in examples(param.values[0])
    if file == "command line"
    for line in content.splitlines()
]


def read(*entries: str) -> dict[str, Any]:
    """What Snakemake makes of --config."""
    return dict(parse_config(list(entries)))


@pytest.mark.parametrize(
    ("entry", "place", "value"),
    [
        ("process_kinematics={cutoff_hz: 5}", ("process_kinematics", "cutoff_hz"), 5.0),
        ("fit_method={settings: {nmm: {iterations: 5}}}", ("fit_method", "settings", "nmm", "iterations"), 5),
        ("fit_method={variants: {a: {of: mse, n_synergies: 3}}}", ("fit_method", "variants", "a", "n_synergies"), 3),
        ("fit_method={methods: [copy, nmm]}", ("fit_method", "methods"), ["copy", "nmm"]),
        ("plot_deep_heatmaps={methods: [mse], points: 51}", ("plot_deep_heatmaps", "points"), 51),
        ("cross_validate={ridge_penalties: [0.1, 1]}", ("cross_validate", "ridge_penalties"), [0.1, 1.0]),
        ("rate_hz=50", ("rate_hz",), 50),
        ("seed=2", ("seed",), 2),
        ("subjects=[S1, 7]", ("subjects",), ["S1", "7"]),
        ("recordings=null", ("recordings",), None),
        ("data=elsewhere", ("data",), "elsewhere"),
    ],
)
def test_a_value_of_the_command_line_has_its_own_kind(entry, place, value):
    given = read(entry)
    config = read_config(given)
    found: Any = in_their_kinds(given, as_plain(config))
    for key in place:
        found = found[key]
    assert found == value and type(found) is type(value)


def test_settings_of_a_method_are_numbers_where_they_are_used():
    config = read_config(read("fit_method={settings: {mse: {restarts: 2}}, variants: {a: {of: mse, restarts: 3}}}"))
    assert config.settings_of("mse")["restarts"] == 2 and config.settings_of("a")["restarts"] == 3


def test_what_a_file_says_stays_as_it_is(root):
    """What is given to rules must not change, or all would run again."""
    for name in ("config.yaml", "comparison.yaml", "defaults.yaml"):
        values = yaml.safe_load((root / "config" / name).read_text())
        assert repr(in_their_kinds(values, as_plain(read_config(values)))) == repr(values)


@pytest.mark.parametrize("name", ["../x", "a/b", "=cmd", "-a", "", "x" * 99, "a b"])
def test_a_variant_is_called_as_a_folder_can_be(name):
    with pytest.raises(RecordingError, match="DE-094"):
        read_config({"fit_method": {"variants": {name: {"of": "mse"}}}})


@pytest.mark.parametrize("line", ADVICE)
def test_a_command_that_is_advised_can_be_typed(line):
    """It is parsed as its program does, down to the last option."""
    program, *words = shlex.split(line)
    if program == "rm":
        assert words and all(word.startswith("results/") for word in words)
        return
    if program == "dvc":
        assert parse_args(words).targets
        return
    assert program == "deepemg"
    name, *rest = words
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    made = command.make_context(name, rest)
    if name == "run":
        _, *entries = made.params["arguments"][made.params["arguments"].index("--config") :]
        read_config(read(*entries))


def test_there_is_advice_to_try():
    assert len(ADVICE) >= 6 and "DE-091" in explanations()


def test_the_advice_of_a_message_is_quoted_and_leaves_nothing_that_was_trained(tmp_path, monkeypatch, root):
    """DE-091: weights that know no knee."""
    monkeypatch.chdir(root)
    folder = make_folder(tmp_path / "data")
    text = (folder / "subject.yaml").read_text().replace("elbow6", "knee4")
    (folder / "subject.yaml").write_text(text)
    for name, muscle in (("BIC", "RF"), ("TRIlat", "VL")):
        sheet = (folder / "channels.csv").read_text().replace(f",{name},", f",{muscle},")
        (folder / "channels.csv").write_text(sheet)
    values = {"data": str(folder.parent), "fit_method": {"methods": ["copy", "trees"]}}
    with pytest.raises(RecordingError, match="DE-091") as caught:
        check_study(values)
    (fix,) = [problem.fix for problem in caught.value.problems]
    option, entry = shlex.split(fix.partition(": ")[2])
    assert option == "--config"
    config = check_study(values | read(entry)).config
    assert config.fit_method.methods == FITTED_HERE


@pytest.mark.parametrize("text", ["a: [", "*a", "!!python/name:os.system", "[" * 3000, "- a", "seed: [1", "a: 1\na: 2"])
def test_a_configuration_that_is_none_ends_in_one_line(tmp_path: Path, text: str):
    (tmp_path / "config.yaml").write_text(text)
    with pytest.raises(RecordingError, match=r"^DE-0(06|94) ") as caught:
        read_settings(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "results", ["data", "data/S1", "data/S1/x", "mine", ".", "workflow", "config/x", "resources", "link"]
)
def test_results_never_go_where_users_keep_their_files(tmp_path, monkeypatch, results):
    for name in ("data", "workflow", "config", "resources", "mine"):
        (tmp_path / name).mkdir()
    (tmp_path / "link").symlink_to("data")
    (tmp_path / "data" / "S1").mkdir()
    (tmp_path / "data" / "S1" / "subject.yaml").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecordingError, match="DE-132"):
        check_results(read_config({"results": results, "recordings": "mine"}))
    check_results(read_config({"results": "results/people", "data": "results/people/data"}))
    check_results(read_config({"results": "data/results", "recordings": "mine"}))
