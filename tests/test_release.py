"""What a release keeps, how it is compared cell by cell, and how a number is followed back to what made it."""

from __future__ import annotations

import io
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from deepemg.cli.main import app
from deepemg.cli.verify import SHOWN
from deepemg.evaluate.score_tables import BY_PHASE, DEEP_EMG, TORQUE
from deepemg.report.digests import changed_files, write_digests
from deepemg.report.model_card import model_card
from deepemg.report.over_cells import worst
from deepemg.report.released_tables import KEYS, fits_of, read_cells
from deepemg.study.compare_tables import Seen, compare_tables
from deepemg.study.machine_kinds import KINDS
from deepemg.study.machines import keep_run, largest_seen, machines_markdown, software
from deepemg.study.tolerances import OF_COLUMN, OF_TABLE, allowed, tolerances_markdown
from deepemg.study.verify import ONE_THREAD, chosen_fits, compare_release
from deepemg.study.why import find_cells
from deepemg.study.workflow_jobs import Job, called_functions, jobs_behind

TABLE = """subject,load,method,split,rmse_nm,r2,trial_load
S1,0kg,so,test,0.5,0.25,0kg
S1,0kg,nmm,test,0.125,,0kg
"""
SAME_ROWS = {  # what was changed in the table: cells reproduced of 4, equal to the last bit, what is said
    "nothing": (lambda text: text, 4, 4, []),
    "a last bit": (lambda text: text.replace("0.5,", "0.5000000000000001,"), 4, 3, []),
    "a number": (
        lambda text: text.replace("0.125", "0.126"), 3, 3,
        ["torque.csv S1 0kg nmm test 0kg rmse_nm: released 0.125, found 0.126 (tolerance 1e-06 + 0.0001 of the value)"],
    ),
    "a gap filled": (
        lambda text: text.replace("0.125,,", "0.125,0.1,"), 3, 3,
        ["torque.csv S1 0kg nmm test 0kg r2: released , found 0.1 (tolerance 0.0002 + 0.0002 of the value)"],
    ),
    "a row lost": (
        lambda text: text.replace("S1,0kg,so,test,0.5,0.25,0kg\n", ""), 2, 2,
        ["torque.csv S1 0kg so test 0kg: released a row, found none"],
    ),
    "a row more": (
        lambda text: text + "S2,0kg,so,test,0.5,0.25,0kg\n", 4, 4,
        ["torque.csv S2 0kg so test 0kg: released no such row, found one"],
    ),
    "a column renamed": (
        lambda text: text.replace("rmse_nm", "rmse"), 2, 2,
        ["torque.csv column rmse: released none, found one", "torque.csv column rmse_nm: released one, found none"],
    ),
    "rows turned": (lambda text: "".join(text.splitlines(keepends=True)[i] for i in (0, 2, 1)), 4, 4, []),
}  # fmt: skip


@pytest.mark.parametrize("change", SAME_ROWS)
def test_a_table_made_again_is_compared_cell_by_cell(change: str) -> None:
    edit, reproduced, exact, told = SAME_ROWS[change]
    found = compare_tables("torque", read_cells(io.StringIO(TABLE)), read_cells(io.StringIO(edit(TABLE))))
    assert (found.cells, found.reproduced, found.exact) == (4, reproduced, exact)
    assert [str(difference) for difference in found.differences] == told


def test_a_row_that_stands_twice_in_the_released_table_is_named() -> None:
    twice = TABLE + "S1,0kg,so,test,0.7,0.25,0kg\n"
    found = compare_tables("torque", read_cells(io.StringIO(twice)), read_cells(io.StringIO(TABLE)))
    assert [str(one) for one in found.differences] == [
        "torque.csv S1 0kg so test 0kg: released the row twice, found one"
    ]


def test_fits_made_anew_are_allowed_more_than_fits_applied() -> None:
    other = TABLE.replace("0.125", "0.1255")
    tables = read_cells(io.StringIO(TABLE)), read_cells(io.StringIO(other))
    assert compare_tables("torque", *tables).differences
    refit = compare_tables("torque", *tables, refit=True)
    assert not refit.differences and refit.exact == 3 and refit.tolerated["torque.csv rmse_nm"][0] == 1


def released_tables(root: Path) -> dict[str, pd.DataFrame]:
    """Those of the release; one that was made before `deep_emg_by_phase.csv` has none of it."""
    files = {name: root / "results/released/tables" / f"{name}.csv" for name in KEYS}
    return {name: read_cells(file) for name, file in files.items() if file.exists()}


def test_a_table_that_the_release_has_not_is_named(root: Path, tmp_path: Path) -> None:
    found = {name: read_cells(io.StringIO(TABLE)) for name in KEYS}
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "torque.csv").write_text(TABLE)
    compared = compare_release(tmp_path, found, refit=False)
    assert compared.cells == compared.exact == 4
    others = [name for name in KEYS if name != "torque"]
    assert [str(one) for one in compared.differences] == [f"{name}.csv: released none, found one" for name in others]


def test_every_tolerance_is_of_a_column_and_none_is_wide(root: Path) -> None:
    columns = {name: list(table) for name, table in released_tables(root).items()}
    columns |= {"torque": TORQUE, "deep_emg": DEEP_EMG, "deep_emg_by_phase": BY_PHASE}
    assert all(column in columns[table] and column not in KEYS[table] for table, column in OF_COLUMN)
    assert set(OF_TABLE) <= set(KEYS) and all(set(keys) <= set(columns[name]) for name, keys in KEYS.items())
    assert str(allowed("subjects", "mass_kg").applied) == "none"
    for one in (allowed("torque", "rmse_nm"), allowed("deep_emg", "any new score"), *OF_COLUMN.values()):
        assert one.applied.relative <= 2e-4 and one.reason.endswith(".")
        assert one.refit.absolute >= one.applied.absolute and one.refit.relative >= one.applied.relative


def test_keys_name_every_row_of_the_released_tables_once(root: Path) -> None:
    for name, table in released_tables(root).items():
        assert not table.duplicated(list(KEYS[name])).any(), name


# Some of the fits, and kinds of machines.


def test_rows_of_chosen_fits_are_compared_alone(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "torque.csv").write_text(TABLE)
    (tmp_path / "tables" / "parameters.csv").write_text(
        "subject,load,method,muscle,parameter\nS1,0kg,so,BRA,f\nS1,0kg,nmm,BRA,f\n"
    )
    fits = chosen_fits(tmp_path, ["S1/*/so"])
    assert fits == [("S1", "0kg", "so")] and len(chosen_fits(tmp_path, [])) == 2
    found = {name: read_cells(io.StringIO(TABLE.replace("0.125", "0.5"))) for name in KEYS}
    found["parameters"] = read_cells(tmp_path / "tables" / "parameters.csv")
    compared = compare_release(tmp_path, found, refit=False, fits=fits)
    assert compared.columns["torque.csv rmse_nm"] == Seen(1, 1, 1, 0.0)
    with pytest.raises(ValueError, match=r"found no fit like 'S2/\*'"):
        chosen_fits(tmp_path, ["S1/*", "S2/*"])


def test_of_each_column_is_seen_how_far_it_is(tmp_path: Path) -> None:
    near, far = TABLE.replace("0.5,", "0.50001,"), TABLE.replace("0.125,,", "0.125,0.1,")
    seen = compare_tables("torque", read_cells(io.StringIO(TABLE)), read_cells(io.StringIO(near))).columns
    assert seen["torque.csv rmse_nm"] == Seen(2, 1, 2, pytest.approx(1e-5 / (1e-6 + 0.5e-4)))
    assert seen["torque.csv r2"] == Seen(2, 2, 2, 0.0)
    seen = compare_tables("torque", read_cells(io.StringIO(TABLE)), read_cells(io.StringIO(far))).columns
    assert seen["torque.csv r2"] == Seen(2, 1, 1, float("inf"))


def test_a_run_is_kept_once_and_told_in_one_row(tmp_path: Path) -> None:
    file, run = tmp_path / "deep" / "machines.csv", {"kind": "2 threads", "fits": "released", "of": "S1/*"} | software()
    keep_run(file, run | {"kind": "as it is"}, {"torque.csv r2": Seen(4, 4, 4, 0.0)})
    for largest in (0.5, 0.25):  # the second in place of the first
        keep_run(file, run, {"torque.csv r2": Seen(4, 3, 4, 0.01), "deep_emg.csv r": Seen(8, 6, 8, largest)})
    told = machines_markdown(file).splitlines()
    assert [line.split(" | ")[1:] for line in told[2:4]] == [
        ["as it is", "released", "S1/*", "4", "4", "4", "none |"],
        ["2 threads", "released", "S1/*", "12", "12", "9", "0.25 (`deep_emg.csv r`) |"],
    ]
    assert told[-1].startswith(f"- Python {platform.python_version()}: torch ") and len(told) == 6
    assert largest_seen(file) == {("deep_emg.csv r", "released"): 0.25, ("torque.csv r2", "released"): 0.01}
    rows = {line.split(" | ")[0]: line.split(" | ")[2] for line in tolerances_markdown(largest_seen(file)).splitlines()}
    assert (
        rows["| `deep_emg.csv` r"] == "0.25"
        and rows["| `torque.csv` r2"] == "0.01"
        and rows["| all other scores"] == ""
    )


@pytest.mark.slow
def test_every_kind_of_machine_is_another_one_and_is_tried(root: Path) -> None:
    """Each library says itself what it took; Make tries all of them."""
    told = {}
    for kind in ("as it is", "2 threads", "torch without AVX", "OpenBLAS for Nehalem", "NumPy without AVX"):
        done = subprocess.run(
            [sys.executable, "-c", WHAT], env=os.environ | ONE_THREAD | KINDS[kind], capture_output=True, text=True
        )
        told[kind] = done.stdout.split()
    assert told["as it is"][0] == "1" and told["2 threads"][0] == "2"
    assert told["torch without AVX"][1] == "DEFAULT" and told["OpenBLAS for Nehalem"][2] == "Nehalem"
    assert told["NumPy without AVX"][3] == "False"
    tried = (root / "Makefile").read_text().split("\nmachines:")[1].split("\n\n")[0]
    assert [kind for kind in KINDS if f'"{kind}"' not in tried] == []


WHAT = """
import numpy, torch, threadpoolctl
from numpy._core._multiarray_umath import __cpu_features__ as features
(blas, *_) = [one["architecture"] for one in threadpoolctl.threadpool_info() if one["internal_api"] == "openblas"]
print(torch.get_num_threads(), torch.backends.cpu.get_cpu_capability(), blas, features["X86_V3"])
"""


# Digests.


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A release of one subject and two fits, in the current folder."""
    monkeypatch.chdir(tmp_path)
    for path, text in {
        "data/S1/subject.yaml": "id: S1\n",
        "resources/nmm.pt": "networks",
        "released/tables/subjects.csv": "subject\nS1\n",
        "released/tables/parameters.csv": "subject,load,method\nS1,0kg,so\nS1,0kg,nmm\nS1,0kg,nmm\n",
        "released/weights/S1/0kg/so": "a fit",
        "released/weights/S1/0kg/nmm": "another",
    }.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)
    write_digests(CONFIG, Path("released"))
    return Path("released")


CONFIG = {
    "data": "data",
    "fit_method": {"methods": ["so", "nmm"], "settings": {"nmm": {"weights": "resources/nmm.pt"}}},
}
CHANGED: dict[str, tuple[Callable[[], object], str, str]] = {
    "a byte of a fit": (
        lambda: Path("released/weights/S1/0kg/so").write_text("b fit"), "weights/S1/0kg/so", "released/weights.dvc",
    ),
    "a fit that is gone": (
        lambda: Path("released/weights/S1/0kg/nmm").unlink(), "weights/S1/0kg/nmm", "released/weights.dvc",
    ),
    "trained weights": (lambda: Path("resources/nmm.pt").write_text("x"), "resources/nmm.pt", "resources/nmm.pt.dvc"),
    "a recording": (lambda: Path("data/S1/subject.yaml").write_text("id: S2\n"), "data/S1", "data.dvc"),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGED)
def test_a_changed_file_is_named_with_both_digests_and_the_way_back(what: str, release: Path) -> None:
    assert fits_of(release / "tables") == [("S1", "0kg", "so"), ("S1", "0kg", "nmm")]
    assert changed_files(CONFIG, release) == []
    kept = read_cells(release / "digests.csv").set_index("file")["digest"]
    change, name, pointer = CHANGED[what]
    change()
    (line,) = changed_files(CONFIG, release)
    assert line.startswith(f"{name}: found digest ") and f"expected {kept[name]}. " in line
    assert line.endswith(f"Fix: dvc checkout --force {pointer}")


def test_another_subject_beside_the_released_ones_changes_nothing(release: Path) -> None:
    (Path("data") / "S2").mkdir()
    (Path("data") / "S2" / "subject.yaml").write_text("id: S2\n")
    assert changed_files(CONFIG, release) == []


# Model cards.


def test_a_model_card_has_the_scores_of_its_own_cells(root: Path) -> None:
    tables = root / "results" / "released" / "tables"
    card = model_card("nmm", tables, {"commit": "c0ffee"}, about="What it is.")
    deep = pd.read_csv(tables / "deep_emg.csv")
    own = deep[
        (deep["method"] == "nmm") & (deep["split"] == "test") & (deep["load"] != "all") & (deep["muscle"] == "BRA")
    ]
    numbers = " | ".join(f"{value:.3g}" for value in (own["rmse"].median(), own["rmse"].mean(), own["rmse"].max()))
    assert f"| BRA | one load | rmse | {numbers} | {len(own)} |" in card
    assert f"| BRA | one load | r | {own['r'].median():.3g} | {own['r'].mean():.3g} | {own['r'].min():.3g} |" in card
    assert (
        "`c0ffee`" in card
        and "Apache-2.0" in card
        and "**Not for**" in card
        and "`tables/deep_emg.csv`: 140 rows" in card
    )
    assert "| TRImed (prior, not measured) | one load | rmse |" in card and "| TRImed |" not in card
    coverage = deep[(deep["method"] == "nmm") & (deep["split"] == "test") & (deep["muscle"] == "TRImed")]
    coverage = coverage.loc[coverage["load"] != "all", "coverage90"]
    assert f"| one load | coverage90 of 0.8 or more |  | {(coverage >= 0.8).mean():.3g} |  | 15 |" in card


@pytest.mark.parametrize(
    ("score", "values", "expected"),
    [
        ("rmse", [1, 3], 3),
        ("r", [0.2, 0.9], 0.2),
        ("coverage90", [0.95, 0.6, 1], 0.6),
        ("peak", [1.2, 0.7], 0.7),
        ("lag_ms", [10, -40], -40),
    ],
)
def test_the_worst_cell_is_told_by_the_score(score: str, values: list[float], expected: float) -> None:
    assert worst(pd.Series(values, name=score)) == expected


def test_a_release_without_results_is_refused_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments in (["publish", "study"], ["verify"]):
        done = CliRunner().invoke(app, arguments)
        assert isinstance(done.exception, FileNotFoundError) and "expected" in str(done.exception)


# Why.


def test_cells_are_found_by_keys_in_order_or_by_name(root: Path) -> None:
    tables = root / "results" / "released" / "tables"
    cells = find_cells(tables, "deep_emg.csv", ["S3", "4kg", "BRA", "nmm", "rmse"])
    table = pd.read_csv(tables / "deep_emg.csv")
    for key, value in cells.names.items():
        table = table[table[key] == value]
    assert [float(value) for value in cells.values.values()] == table["rmse"].tolist() and len(table) == 2
    by_name = find_cells(tables, "deep_emg", ["muscle=BRA", "S3", "4kg", "nmm", "rmse", "split=test"])
    assert by_name.values == {"trial_load=4kg": cells.values["split=test trial_load=4kg"]}
    assert {"S1", "0kg", "all", "so"} <= cells.others and not {"S3", "4kg", "nmm"} & cells.others
    assert find_cells(tables, "subjects", ["S2", "mass_kg"]).values == {"": "69.0"}


UNKNOWN = {
    ("depp.csv", "S1"): "no table 'depp.csv'; there are subjects.csv",
    ("torque.csv", "S9", "0kg", "so", "r2"): "no subject 'S9' .*; there are S1, S2",
    ("torque.csv", "S1", "0kg", "ridge", "r2"): "no method 'ridge' .*; there are copy, so",
    ("torque.csv", "S1", "so", "r2"): "no load 'so' .*; there are 0kg",
    ("torque.csv", "S1", "0kg", "r2"): "which method\\? torque.csv has copy, so.*; keys are subject, load, method",
    ("torque.csv", "S1", "0kg", "so", "rmse"): "no column 'rmse' in torque.csv; .* rmse_nm, nrmse, r2, r",
    ("torque.csv", "muscle=BRA", "S1", "0kg", "so", "r2"): "no key 'muscle' in torque.csv; keys are subject",
    ("subjects.csv", "S1", "S2", "mass_kg"): "2 keys are too many",
    ("subjects.csv",): "no column ''",
}


@pytest.mark.parametrize("words", UNKNOWN, ids=" ".join)
def test_unknown_words_are_refused_with_what_there_is(words: tuple[str, ...], root: Path) -> None:
    table, *others = words
    with pytest.raises(ValueError, match=UNKNOWN[words]) as refused:
        find_cells(root / "results" / "released" / "tables", table, others)
    assert "\n" not in str(refused.value)


def test_jobs_behind_a_cell_are_those_of_its_own_fit() -> None:
    jobs = [
        Job("tabulate", ("r/S1/scores.csv", "r/S2/scores.csv"), ("r/tables/torque.csv",)),
        *(Job("score", (f"r/{s}/0kg/so/x", f"r/{s}/0kg/nmm/x"), (f"r/{s}/scores.csv",)) for s in ("S1", "S2")),
        *(Job("fit", (f"data/{s}/emg.csv",), (f"r/{s}/0kg/{m}/x",)) for s in ("S1", "S2") for m in ("so", "nmm")),
    ]
    found = jobs_behind("r/tables/torque.csv", jobs, {"S1", "nmm"})
    assert [job.outputs[0] for job in found] == ["r/tables/torque.csv", "r/S2/scores.csv", "r/S2/0kg/so/x"]


def test_functions_of_a_script_are_those_that_it_calls(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    found = called_functions(Path("workflow/scripts/score_methods.py"))
    assert found["score_deep_emg"] == found["score_torque"] == "workflow/deepemg/evaluate/score_tables.py"
    assert set(found) == {"score_deep_emg", "score_deep_emg_by_phase", "score_torque", "fit_names"}


def test_of_many_cells_that_differ_some_are_named_and_the_others_counted(
    root: Path, release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {name: table.to_csv(index=False) for name, table in released_tables(root).items()}
    keys = list(KEYS["deep_emg_by_phase"])
    texts.setdefault("deep_emg_by_phase", f"{','.join([*keys, 'bias'])}\n{',' * len(keys)}\n")
    for name, text in texts.items():
        for folder in (release / "tables", Path("results/tables")):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.csv").write_text(text)
    table = pd.read_csv("results/tables/torque.csv")
    table.loc[:29, "rmse_nm"] += 1.0
    table.to_csv("results/tables/torque.csv", index=False)
    (release / "config.yaml").write_text("data: data\nsubjects: [S1]\nfit_method: {methods: [so]}\n")
    monkeypatch.setattr("deepemg.report.digests.changed_files", lambda *_: [])
    done = CliRunner().invoke(app, ["verify", "--released", str(release), "--results", "results"])
    lines = done.output.splitlines()
    assert done.exit_code == 1 and len([line for line in lines if "rmse_nm: released" in line]) == SHOWN
    assert lines[-2] == f"and {30 - SHOWN} more cells" and lines[-1].startswith("not reproduced: ")
    cells = sum(
        len(read_cells(file)) * (len(read_cells(file).columns) - len(KEYS[file.stem]))
        for file in (release / "tables").glob("*.csv")
    )
    assert lines[-1].split(", ")[0] == f"not reproduced: {cells - 30} of {cells} cells"
