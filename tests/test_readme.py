"""What the README shows of a study: its small table, its picture and its cost."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pytest

from deepemg.joint.definition import load_joint
from deepemg.report.readme import COST, PICTURE, cost, cost_sentence, publish_readme
from deepemg.report.summary import summary_markdown

LABELS = {"BRA": "brachialis", "TRImed": "triceps medial head"}
ERRORS = {  # RMSE by muscle and method: a value for each of two subjects
    "BRA": {"copy": (0.1, 0.1), "mse": (0.2, 0.2), "nmm-paper": (0.2, 0.05), "nmm": (0.05, 0.15)},
    "TRImed": {"copy": (0.1, 0.1), "mse": (0.05, 0.05), "nmm-paper": (0.2, 0.2), "nmm": (0.01, 0.02)},
}


def scores() -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = [
        {"subject": subject, "load": load, "muscle": muscle, "method": method, "split": split, "rmse": worse * error}
        for muscle, methods in ERRORS.items()
        for method, errors in methods.items()
        for subject, error in zip(("S1", "S2"), errors, strict=True)
        for load, split, worse in (("2kg", "test", 1), ("2kg", "train", 9), ("all", "test", 9))
    ]
    deep = pd.DataFrame(rows).assign(crps=lambda cells: cells["rmse"] / 2, r2=0.5, coverage90=0.75)
    deep.loc[deep["subject"] == "S1", "coverage90"] = 0.95
    return deep, deep[["subject", "load", "method", "split", "r2"]].drop_duplicates().assign(rmse_nm=2.0)


def rows(table: str, method: str) -> list[list[str]]:
    """Cells of a method's rows: one for each muscle."""
    lines = [line for line in table.split("\n") if line.startswith(f"| {method} |")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


PRIORS = {"TRImed": ["triceps long head", "triceps lateral head"]}


def test_the_table_holds_medians_means_and_the_worst_of_fits_per_load_in_test_trials():
    table = summary_markdown(*scores(), LABELS, PRIORS, value_label="fraction of MVC")
    brachialis, triceps = rows(table, "NMM (ours)")
    assert brachialis == [
        "NMM (ours)", "0.100, 0.100 [0.150]", "0.050, 0.050 [0.075]", "0.50, 0.50 [0.50]", "0.85 [0.75]", "1 of 2",
        "best in 1 of 2",
    ]  # fmt: skip
    assert triceps[1] == "0.015, 0.015 [0.020]" and triceps[-1] == "best in 2 of 2"
    assert [row[-1] for row in rows(table, "NMM (paper)")] == ["1 of 2", "2 of 2"]
    assert "2 subjects x 1 loads" in table and "as fraction of MVC" in table
    assert "Torque RMSE, N m: copy 2.00, 2.00 [2.00], MSE 2.00" in table


def test_a_muscle_of_which_torque_tells_nothing_is_a_prior_in_its_own_row():
    table = summary_markdown(*scores(), LABELS, PRIORS, value_label="1")
    lines = table.split("\n")
    (place,) = (number for number, line in enumerate(lines) if line.startswith("| **triceps medial head"))
    assert "**triceps medial head: prior, not measured**" in lines[place] and lines[place + 1].startswith("| copy |")
    assert any(line.startswith("| **brachialis** |") for line in lines)
    assert "Its moment arm has the shape of that of triceps long head and triceps lateral head, so torque" in table
    assert "prior" not in summary_markdown(*scores(), LABELS, {}, value_label="1")


def test_what_fits_nothing_is_counted_against_the_published_methods():
    table = summary_markdown(*scores(), LABELS, PRIORS, value_label="fraction of MVC")
    paper = "closer than NMM (paper) in 1 of 2 cells for brachialis and 2 of 2 cells for triceps medial head"
    assert paper in table and "closer than MSE in 2 of 2 cells for brachialis and 0 of 2" in table
    deep, torque = scores()
    alone = summary_markdown(deep[deep["method"] == "nmm"], torque, LABELS, PRIORS, value_label="1")
    assert "copy" not in alone


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """Results of a study of one subject, as far as the README takes them."""
    results, joint, rng = tmp_path / "results", load_joint("elbow6"), np.random.default_rng(1)
    fit = results / "S1" / "all" / "nmm"
    for folder in (fit, results / "tables"):
        folder.mkdir(parents=True)
    clock = pd.DataFrame({"trial": "a", "time_s": np.arange(200) / 100})
    values = {name: rng.uniform(0.1, 0.3, 200) for name in joint.muscle_names}
    bands = {f"{name}_{end}": v + by for name, v in values.items() for end, by in (("lower", -0.1), ("upper", 0.1))}
    hidden = ["BRA", "TRImed"]
    clock.assign(split="test", load="2kg", **values, **bands).to_parquet(fit / "reconstruction.parquet")
    clock.assign(**{name: values[name] for name in hidden}).to_parquet(results / "S1" / "held_out.parquet")
    observed = {name: v for name, v in values.items() if name not in hidden}
    clock.assign(**observed).to_parquet(results / "S1" / "envelopes.parquet")
    subjects = pd.DataFrame({"subject": ["S1"], "arm": ["elbow6"], "emg_level": ["mvc"]})
    subjects.to_csv(results / "tables" / "subjects.csv", index=False)
    (results / "config.yaml").write_text("fit_method: {methods: [copy, nmm]}\n")
    times = {
        "fit_method/S1/all/nmm": 60, "fit_method/S1/all/copy": 30, "write_report": 30, "check_recordings/S1": 0,
        "fit_method/S1/all/moco": 999, "train_trees": 999, "score_comparison/opponents/S1": 999,
        "fit_method/S1/not_2kg/nmm": 30, "score_comparison/unseen_load/S1": 30,
    }  # fmt: skip
    for name, seconds in times.items():
        file = results / "benchmarks" / f"{name}.tsv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"s\tmax_rss\tcpu_time\n1\t{seconds or '-'}\t{seconds}\n")
    return results


def test_the_cost_is_that_of_the_jobs_of_the_study_alone(finished):
    (row,) = cost(finished).to_dict("records")
    assert row == {"jobs": 6, "cpu_minutes": 3.0, "peak_mb": 60}


def test_picture_and_cost_are_published(finished, tmp_path):
    publish_readme(finished, tmp_path / "released")
    picture = matplotlib.image.imread(tmp_path / "released" / PICTURE)
    assert picture.shape[1] == 2125 and picture[..., :3].std() > 0.01  # 180 mm at 300 dpi, and something is drawn
    assert (tmp_path / "released" / COST).exists()
    assert "6 jobs, 3 minutes" in cost_sentence(tmp_path / "released")


def test_every_file_that_documents_link_to_exists(root):
    for page in (root / "README.md", *(root / "docs").glob("*.md"), root / "config" / "README.md"):
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
            assert target.startswith("http") or (page.parent / target).exists(), f"{page.name}: {target}"
