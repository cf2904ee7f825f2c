"""The whole workflow on one tiny simulated subject: what it leaves, what it reruns, what it refuses."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import deepemg
from browser import open_page
from deepemg.audit.score_subject import score_subject
from deepemg.joint.storage import read_storage
from deepemg.reconstruct.nmm.amortised_posterior import load_weights
from killing import processes_of, waits_for
from study import Study, own_environment, spoil

TORQUE = ["subject", "load", "method", "split", "rmse_nm", "nrmse", "r2", "r", "trial_load"]
DEEP_EMG = [
    "subject", "load", "muscle", "method", "split", "rmse", "nrmse", "r2", "r", "lag_ms", "coverage90", "trial_load",
    "crps", "level", "peak", "slope",
]  # fmt: skip
BY_PHASE = [
    "subject", "load", "muscle", "method", "split", "trial_load", "phase", "samples", "bias", "bias_without_level",
]  # fmt: skip
PARAMETERS = [
    "subject", "load", "method", "muscle", "parameter", "unit", "generic", "lower", "upper", "personal", "sd",
    "identified", "at_bound",
]  # fmt: skip
METHODS = {"copy", "so", "mse", "nmm-paper", "nmm"}
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def study(tiny_cohort: Path, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Study:
    study = Study(tmp_path_factory.mktemp("study"), root)
    shutil.copytree(tiny_cohort, study.folder / "data")
    study.run("all")
    return study


@pytest.fixture(scope="module")
def results(study: Study) -> Path:
    return study.folder / "results"


def test_tables_have_the_contract_columns_and_every_cell(results):
    torque = pd.read_csv(results / "tables" / "torque.csv")
    deep = pd.read_csv(results / "tables" / "deep_emg.csv")
    parameters = pd.read_csv(results / "tables" / "parameters.csv")
    subjects = pd.read_csv(results / "tables" / "subjects.csv")
    assert list(torque.columns) == TORQUE and list(deep.columns) == DEEP_EMG
    assert list(parameters.columns) == PARAMETERS
    assert {"subject", "side", "mass_kg", "n_trials", "loads"} <= set(subjects.columns)
    assert len(parameters) == 32 * 3 * len(METHODS)
    per_load = 2 * 2  # loads, splits
    pooled = 2 * 3  # splits; both loads and their pool
    assert len(torque) == len(METHODS) * (per_load + pooled) and len(deep) == 2 * len(torque)
    assert set(deep["method"]) == METHODS and set(deep["muscle"]) == {"BRA", "TRImed"}
    assert np.isfinite(torque["rmse_nm"]).all() and np.isfinite(deep["rmse"]).all()
    by_phase = pd.read_csv(results / "tables" / "deep_emg_by_phase.csv")
    assert list(by_phase.columns) == BY_PHASE and len(by_phase) == 6 * len(deep)
    assert set(by_phase.groupby(BY_PHASE[:6]).size()) == {6} and (by_phase["samples"] > 0).all()
    weighted = by_phase.assign(level=by_phase["samples"] * by_phase["bias"]).groupby(BY_PHASE[:6])
    level = 1 + weighted["level"].sum() / weighted["samples"].sum()  # phases make up the level
    assert level.sort_index().to_numpy() == pytest.approx(deep.set_index(BY_PHASE[:6])["level"].sort_index().to_numpy())


def test_every_figure_and_page_is_there(results):
    figures = ["architecture", "protocol", "training_loss", "torque", "torque_error", "deep_heatmaps", "deep_error"]
    figures += ["parameters", "identifiability", "band_coverage"]  # two loads are too few for that of unseen loads
    figures += [f"envelopes/S1_{method}" for method in METHODS]
    for figure in figures:
        for file in (f"{figure}.svg", f"{figure}.png", f"column/{figure}.svg", f"column/{figure}.png"):
            assert (results / "figures" / file).stat().st_size > 5000, file
        assert (results / "figures" / f"{figure}.svg").stat().st_size < 350_000, figure
        assert len(pd.read_csv(results / "figures" / f"{figure}.csv")) > 5, figure
    assert set(json.loads((results / "metrics.json").read_text())) == METHODS
    page = (results / "S1" / "report.html").read_text()
    assert "S1" in page and not re.search(r"""(src|href)=["']https?:""", page)


def test_files_of_a_subject_share_their_rows(results):
    kinematics = pd.read_parquet(results / "S1" / "kinematics.parquet")
    envelopes = pd.read_parquet(results / "S1" / "envelopes.parquet")
    torque = pd.read_parquet(results / "S1" / "torque.parquet")
    assert kinematics[["trial", "time_s"]].equals(envelopes[["trial", "time_s"]])
    assert kinematics[["trial", "time_s"]].equals(torque[["trial", "time_s"]])
    levels = pd.read_csv(results / "S1" / "levels.csv")
    assert list(levels["channel"]) == ["BIClong", "BICshort", "TRIlong", "TRIlat"]
    assert (levels["level"] > 0).all() and set(levels["reference"]) == {"mvc"} and set(levels["unit"]) == {"uV"}
    assert not list(results.rglob(".*.part"))


def test_torque_leaves_for_opensim_on_one_rising_clock(results):
    storage = read_storage(results / "S1" / "torque.sto")
    torque = pd.read_parquet(results / "S1" / "torque.parquet")
    assert storage.iloc[:, 1].to_numpy() == pytest.approx(torque["torque_nm"].to_numpy(), rel=1e-9)
    assert (np.diff(storage["time"]) > 0).all()


def test_every_method_leaves_one_model_that_loads(study, results):
    recording = deepemg.read(study.folder / "data" / "S1")
    for method in METHODS:
        folder = results / "S1" / "all" / method
        assert {path.name for path in folder.iterdir()} == {
            "model", "reconstruction.parquet", "parameters.csv", "loss.csv"
        }  # fmt: skip
        weights = study.folder / "resources" / "nmm.pt" if method == "nmm" else None
        fitted = deepemg.load(folder / "model", weights=weights)
        table = pd.read_parquet(folder / "reconstruction.parquet")
        found = fitted.reconstruct(recording["2kg_test"]).table()
        own = table[table["trial"] == "2kg_test"].reset_index(drop=True)
        pd.testing.assert_frame_equal(own[found.columns], found)


def test_scores_of_the_audit_are_those_of_the_study(study, results):
    audited = score_subject(study.folder / "data" / "S1", {"copy": deepemg.Copy()})
    scored = pd.read_csv(results / "S1" / "deep_emg_scores.csv")
    scored = scored[(scored["method"] == "copy") & (scored["load"] == "all")].reset_index(drop=True)
    pd.testing.assert_frame_equal(audited, scored)


def deepemg_command(study: Study, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(study.python), "-m", "deepemg.cli.main", *arguments]
    return subprocess.run(command, cwd=study.folder, capture_output=True, text=True)


@pytest.fixture(scope="module")
def released(study: Study, results: Path) -> Path:
    done = deepemg_command(study, "publish", "study")
    assert done.returncode == 0, done.stderr
    return results / "released"


def test_released_fits_reproduce_every_cell(study, results, released):
    tables = {path.stem: pd.read_csv(path) for path in (results / "tables").glob("*.csv")}
    keys = {"subjects": 1, "parameters": 5, "torque": 5, "deep_emg": 6, "deep_emg_by_phase": 7}
    cells = sum(len(table) * (len(table.columns) - keys[name]) for name, table in tables.items())
    done = deepemg_command(study, "verify", "--jobs", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == [f"reproduced: {cells} of {cells} cells, {cells} to the last bit"]
    assert {path.stem for path in (released / "cards").glob("*.md")} == METHODS
    fits = list((released / "weights").rglob("nmm"))
    assert len(fits) == 3 and not any(b"parameters_head" in path.read_bytes() for path in fits)  # a layer


def test_a_released_cell_or_fit_that_was_changed_is_named(study, released):
    table = released / "tables" / "torque.csv"
    text = table.read_text()
    row = text.splitlines()[1].split(",")
    table.write_text(text.replace(row[4], str(float(row[4]) + 1), 1))
    done = deepemg_command(study, "verify", "--results", "results")
    table.write_text(text)
    assert done.returncode == 1 and f"torque.csv {' '.join(row[:4])} {row[-1]} rmse_nm: released" in done.stdout
    assert "not reproduced: " in done.stdout.splitlines()[-1] and len(done.stdout.splitlines()) == 2
    fit = released / "weights" / "S1" / "2kg" / "nmm-paper"
    whole = fit.read_bytes()
    fit.write_bytes(whole[:999] + bytes([whole[999] ^ 1]) + whole[1000:])
    done = deepemg_command(study, "verify")
    fit.write_bytes(whole)
    assert done.returncode == 1 and done.stdout.startswith("weights/S1/2kg/nmm-paper: found digest ")
    assert len(done.stdout.splitlines()) == 2


def test_why_tells_the_rules_behind_a_cell_and_the_command_for_it_alone(study, released):
    done = deepemg_command(study, "why", "deep_emg.csv", "S1", "2kg", "BRA", "nmm", "rmse")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    rules = [line.split(",")[0].strip() for line in lines if ", workflow/scripts/" in line]
    assert rules[:3] == ["tabulate", "score_methods", "fit_method"] and {"process_emg", "process_held_out"} <= set(
        rules
    )
    assert "score_deep_emg (workflow/deepemg/evaluate/score_tables.py)" in done.stdout
    assert "NMM (workflow/deepemg/reconstruct/nmm/method.py)" in done.stdout and "  seed 1" in lines
    assert any(line.startswith("  resources/nmm.pt: ") for line in lines) and "nmm-paper" not in done.stdout
    run = lines[-1].split(" -- ")[1].split()
    listing = study.run(*run, "--dry-run")
    planned = dict(re.findall(r"^(tabulate|score_methods|fit_method|total) +(\d+)$", listing, flags=re.M))
    assert planned == {"tabulate": "1", "score_methods": "1", "fit_method": "1", "total": "3"}, listing


def test_opponents_and_cross_validation_have_their_tables(study, results):
    blocks = (
        "fit_method={opponents: [so3, mse-pca, trees, nmm-no-fit]}",
        "cross_validate={methods: [copy], given: [copy]}",
        "plot_unseen_load={methods: [copy, mse], fewest_loads: 2}",
    )
    study.run("opponents", "unseen_load", "cross_validation", "--config", *blocks)
    deep, costs, crossed = (
        pd.read_csv(results / "opponents" / f"{name}.csv") for name in ("deep_emg", "costs", "cross_validation")
    )
    assert list(deep.columns) == DEEP_EMG and set(deep["load"]) == {"all"}
    assert (
        list(costs["method"]) == ["copy", "so", "mse", "nmm-paper", "nmm", "so3", "mse-pca", "trees", "nmm-no-fit"]
        and (costs["wall_s"] > 0).all()
    )
    assert set(crossed["channel"]) == {"BIClong", "BICshort", "TRIlong", "TRIlat"}
    assert set(crossed["method"]) == {"copy", "copy-given", "ridge-emg", "ridge-motion", "ridge-all"}
    assert set(crossed.groupby("leave_out").size()) == {4 * 4 * 5} and np.isfinite(crossed["rmse"]).all()
    unseen = pd.read_csv(results / "unseen_load" / "deep_emg.csv")
    alone = unseen[unseen["load"] != "all"]
    assert ("not_" + alone["trial_load"] == alone["load"]).all() and set(alone["method"]) == {"copy", "mse"}
    for figure in ("opponents/deep_error", "figures/unseen_load"):
        assert (results / f"{figure}.png").stat().st_size > 5000 and len(pd.read_csv(results / f"{figure}.csv")) > 1


def test_a_second_run_does_nothing(study):
    assert "Nothing to be done" in study.run("all")


def test_a_run_tells_its_log_and_the_report_and_little_else(study):
    done = deepemg_run(study, "all")
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and done.stderr == "" and len(lines) == 3, done.stdout + done.stderr
    log = study.folder / lines[0].removeprefix("log: ")
    assert "Nothing to be done" in log.read_text()
    assert "texts and files checked: S1 (8 trials)" in lines[1]
    assert lines[2] == "nothing to be done. Report: results/report.html"


def test_touching_a_file_reruns_nothing(study):
    for path in (study.folder / "data" / "S1").iterdir():
        os.utime(path)
    for ending in ("py", "smk", "rst", "yaml"):
        for path in (study.folder / "workflow").rglob(f"*.{ending}"):
            os.utime(path)
    os.utime(study.folder / "resources" / "nmm.pt")
    assert "Nothing to be done" in study.run("all", "--dry-run")


def old_stamp(path: Path) -> None:
    """As cp -p, rsync -a or a restored backup leave a file: of an older day than everything that was made of it."""
    os.utime(path, (1e9, 1e9))


def other_table(path: Path) -> None:
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), compresslevel=1))


def other_weights(path: Path) -> None:
    weights = load_weights(path)
    replace(weights, prior_sd=1.01 * weights.prior_sd).save(path)


CONTENTS = {  # file of the study, how it is changed, how many fits run again for it, and another rule that does
    "data/S1/subject.yaml": (
        lambda path: path.write_text(f"{path.read_text()}# weighed again\n"),
        15,
        "tabulate_subjects",
    ),
    "data/S1/2kg_train_emg.csv.gz": (other_table, 15, "process_emg"),
    "resources/nmm.pt": (other_weights, 3, "plot_architecture"),
    "workflow/deepemg/evaluate/metrics.py": (
        lambda path: path.write_text(f"{path.read_text()}# x\n"),
        0,
        "score_methods",
    ),
    "workflow/scripts/plot_torque.py": (lambda path: path.write_text(f"{path.read_text()}# x\n"), 0, "plot_torque"),
    "workflow/report/plot_torque.rst": (lambda path: path.write_text(f"{path.read_text()} x"), 0, "write_report"),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_another_content_under_an_old_time_stamp_reruns_what_uses_it(study, name):
    change, fits, other = CONTENTS[name]
    path = study.folder / name
    whole, state = path.read_bytes(), path.stat()
    try:
        change(path)
        old_stamp(path)
        planned, told = study.planned(), study.run("all", "--dry-run")
    finally:
        path.write_bytes(whole)
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert planned.get("fit_method", 0) == fits and other in planned, planned
    assert "Params have changed since last execution" in told


def test_a_copy_of_the_project_reruns_nothing(study, tmp_path):
    """With new time stamps in any order, as cp -r or a checkout of another branch and back leaves them."""
    copy = tmp_path / "copy"
    unwanted = shutil.ignore_patterns(".venv", "__pycache__")
    shutil.copytree(study.folder, copy, symlinks=True, ignore=unwanted, copy_function=shutil.copyfile)
    python = own_environment(copy)
    command = [str(python), "-m", "snakemake", "--cores", "2", "all", "--dry-run"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True)
    assert "Nothing to be done" in done.stdout + done.stderr, done.stdout[-6000:] + done.stderr


LOST = {  # file of the results: the rule that makes it again
    "S1/all/nmm/model": "fit_method",
    "S1/2kg/mse/parameters.csv": "fit_method",
    "S1/torque.sto": "run_inverse_dynamics",
    "figures/torque.png": "plot_torque",
    "provenance.json": "write_report",
}


@pytest.mark.parametrize("name", LOST)
def test_what_is_promised_and_lost_is_made_again(study, results, tmp_path, name):
    shutil.move(results / name, tmp_path / "aside")
    planned = study.planned()
    shutil.move(tmp_path / "aside", results / name)
    assert planned.get(LOST[name]) == 1, planned


@pytest.mark.long
@pytest.mark.parametrize("name", ["kinematics.parquet", "all/copy/reconstruction.parquet"])
def test_a_damaged_file_is_named_and_made_again_by_the_same_command(study, results, name):
    path, target = results / "S1" / name, results / "S1" / "torque_scores.csv"
    whole, state, scored = path.read_bytes(), path.stat(), target.read_bytes()
    path.write_bytes(whole[:-60] + bytes([whole[-60] ^ 1]) + whole[-59:])
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    scores = "results/S1/torque_scores.csv"
    output = study.run(scores, "--forcerun", "score_methods", check=False)
    assert f"DE-130 results/S1/{name}: found digest " in output and not target.exists(), output
    if name.startswith("all"):
        path.unlink()  # as the line says; the fit of copy takes no time
    else:
        path.write_bytes(whole)
    study.run(scores)
    assert path.read_bytes() == whole and target.read_bytes() == scored


CHANGES = {  # file of the library: how many fits run again for it, and another rule that does or does not
    "joint/hill.py": (15, {"score_methods"}, set()),
    "evaluate/metrics.py": (0, {"score_methods"}, {"process_emg"}),
    "reconstruct/moco_inverse.py": (0, set(), {"score_methods", "fit_method"}),
    "reconstruct/static_optimisation.py": (3, {"score_methods"}, {"process_emg"}),
    "joint/data/elbow6.yaml": (15, {"check_recordings"}, set()),
}


@pytest.mark.parametrize("module", CHANGES)
def test_changing_a_source_reruns_what_uses_it_and_nothing_else(study, module):
    fits, others, none = CHANGES[module]
    path = study.folder / "workflow" / "deepemg" / module
    text = path.read_text()
    path.write_text(text + "\n# changed\n")
    try:
        planned, told = study.planned(), study.run("all", "--dry-run")
    finally:
        path.write_text(text)
    assert planned.get("fit_method", 0) == fits and others <= set(planned) and not none & set(planned)
    if planned:
        assert f"Updated input files: workflow/deepemg/{module}" in told  # the reason names the file


def test_changing_a_script_reruns_its_rule(study):
    path = study.folder / "workflow" / "scripts" / "plot_torque.py"
    text = path.read_text()
    path.write_text(text + "\n# changed\n")
    planned = study.planned()
    path.write_text(text)
    assert set(planned) == {"plot_torque", "write_report", "write_snakemake_report", "all", "total"}


def test_changing_a_setting_reruns_what_uses_it(study):
    planned = study.planned("--config", "seed=2")
    assert planned["fit_method"] == 15 and "process_emg" not in planned


def test_a_new_subject_runs_alone_and_no_fit_sees_its_held_out_channels(study, results):
    """S2 is S1 with canary values in every held-out channel: only its jobs and the tables run, its fits equal S1's."""
    before = {path: path.read_bytes() for path in (results / "S1").rglob("*") if path.is_file()}
    folder = study.folder / "data" / "S2"
    shutil.copytree(study.folder / "data" / "S1", folder)
    spoil(folder / "subject.yaml", "id: S1", "id: S2")
    for path in (folder / "truth").glob("*_excitation.csv.gz"):
        table = pd.read_csv(path)
        table[["BRA", "TRImed"]] = 0.777
        table.to_csv(path, index=False)
    planned = study.planned()
    assert planned["fit_method"] == 15 and planned["check_recordings"] == 1
    study.run(*(f"results/tables/{name}.csv" for name in ("subjects", "parameters", "torque", "deep_emg")))
    assert all(path.read_bytes() == content for path, content in before.items())
    fits = [path for method in METHODS for path in (results / "S2").glob(f"*/{method}/reconstruction.parquet")]
    assert len(fits) == 3 * len(METHODS)  # two loads and all of them
    for path in fits:
        other = results / "S1" / path.relative_to(results / "S2")
        assert path.read_bytes() == other.read_bytes(), other
    held_out = pd.read_parquet(results / "S2" / "held_out.parquet")
    assert held_out["BRA"].to_numpy() == pytest.approx(1)  # of its own MVC, which holds the same canary
    deep = pd.read_csv(results / "tables" / "deep_emg.csv")
    assert set(deep["subject"]) == {"S1", "S2"} and deep.loc[deep["subject"] == "S2", "r"].isna().all()


FAULTS = {
    "a missing file": (lambda f: (f / "2kg_test_emg.csv.gz").unlink(), "DE-040"),
    "a missing column": (lambda f: spoil(f / "channels.csv", "{emg_file},BIClong,", "{emg_file},LONG,"), "DE-041"),
    "an unknown muscle": (lambda f: spoil(f / "channels.csv", "TRIlat,uV", "TRIlateral,uV"), "DE-020"),
    "a wrong unit": (lambda f: spoil(f / "channels.csv", "TRIlat,uV", "TRIlat,furlong"), "DE-004"),
}


@pytest.mark.parametrize(("fault", "identity"), FAULTS.values(), ids=FAULTS.keys())
def test_a_bad_folder_ends_in_one_line_and_leaves_nothing(study, tmp_path, fault, identity):
    folder = tmp_path / "S9"
    shutil.copytree(study.folder / "data" / "S1", folder)
    spoil(folder / "subject.yaml", "id: S1", "id: S9")
    fault(folder)
    output = study.run("all", "--config", f"data={tmp_path}", f"results={tmp_path / 'out'}", check=False)
    lines = [line for line in output.splitlines() if line.startswith("DE-")]
    assert len(lines) == 1 and lines[0].startswith(identity) and "Fix: " in lines[0], output
    assert "rror" in output and not (tmp_path / "out").exists()


def test_a_wrong_amplitude_stops_before_any_fit_of_any_subject(study, tmp_path):
    shutil.copytree(study.folder / "data" / "S1", tmp_path / "S1")
    folder = tmp_path / "S9"
    shutil.copytree(study.folder / "data" / "S1", folder)
    spoil(folder / "subject.yaml", "id: S1", "id: S9")
    spoil(folder / "channels.csv", "BIClong,uV", "BIClong,V")
    output = study.run("all", "--config", f"data={tmp_path}", f"results={tmp_path / 'out'}", check=False)
    lines = [line.strip() for line in output.splitlines() if "DE-" in line]
    assert len(set(lines)) == 1 and lines[0].startswith("DE-070") and "more files, channel BIClong" in lines[0], output
    assert "Traceback" not in output and "rule fit_method" not in output
    assert not list((tmp_path / "out").rglob("envelopes.parquet"))


def test_methods_without_training_need_no_training_figure(study):
    assert "plot_training_loss" not in study.planned("--config", "fit_method={methods: [copy]}")


WRONG = {
    "rate_hz=-5": ("DE-094", "config.rate_hz"),
    "rate=100": ("DE-095", "config.rate"),
    "process_emg={cutoff: 4}": ("DE-095", "config.process_emg.cutoff"),
    "fit_method={settings: {nmm: {iterations: -1}}}": ("DE-094", "fit_method.settings.nmm.iterations"),
    "fit_method={variants: {x: {of: so, exponents: 3}}}": ("DE-095", "fit_method.variants.x.exponents"),
    "fit_method={variants: {x: {of: none}}}": ("DE-096", "fit_method.variants.x"),
    "fit_method={methods: [nmm, best]}": ("DE-094", "config.fit_method.methods.1"),
    "process_emg={envelope_cutoff_hz: 4}": ("DE-092", "envelope_cutoff_hz"),
    "process_emg={mvc_window_s: 1}": ("DE-092", "mvc_window_s"),
}


@pytest.mark.parametrize("setting", WRONG)
def test_a_wrong_setting_is_refused_in_one_line(study, setting):
    identity, place = WRONG[setting]
    output = study.run("all", "--dry-run", "--config", setting, check=False)
    lines = [line for line in output.splitlines() if line.startswith("DE-")]
    assert len(lines) == 1 and lines[0].startswith(identity) and place in lines[0] and "Fix: " in lines[0], output
    assert "Job stats" not in output and "Traceback" not in output


@pytest.mark.parametrize("methods", ["copy, nmm", "copy, so, mse, nmm-paper"])
def test_methods_are_chosen_on_the_command_line_and_figures_follow(study, methods):
    """The second is what DE-091 advises."""
    planned = study.planned("--config", f"fit_method={{methods: [{methods}]}}", f"results=chosen/{len(methods)}")
    assert planned["fit_method"] % len(methods.split(",")) == 0 and planned["plot_deep_heatmaps"] == 1


def test_a_changed_envelope_is_fine_where_no_trained_method_reads_it(study):
    planned = study.planned("--config", "process_emg={envelope_cutoff_hz: 4}", "fit_method={methods: [copy, so]}")
    assert planned["process_emg"] and planned["fit_method"] == 6 * planned["process_emg"]  # two methods, three loads


def wait_for(folder: Path, name: str, seconds: float = 900) -> None:
    deadline = time.monotonic() + seconds
    while not list(folder.rglob(name)):
        assert time.monotonic() < deadline, f"no {name} after {seconds} s"
        time.sleep(0.05)


def test_killed_and_started_again_gives_the_same_scores(study, results, root, tmp_path):
    """One method is enough here: SIGKILL once its first fit is done, then the same command again."""
    again = Study(tmp_path / "again", root)
    shutil.copytree(study.folder / "data" / "S1", again.folder / "data" / "S1")
    spoil(again.folder / "config" / "config.yaml", "[copy, so, mse, nmm-paper, nmm]", "[copy]")
    scores = ["results/S1/torque_scores.csv", "results/S1/deep_emg_scores.csv"]
    process = subprocess.Popen(
        again.command(*scores),
        cwd=again.folder,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for(again.folder, ".running")
    assert "DE-090" in again.run(*scores, check=False)
    wait_for(again.folder, "reconstruction.parquet")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not any((again.folder / name).exists() for name in scores)
    again.run(*scores)
    for name in scores:
        whole = pd.read_csv(study.folder / name)
        expected = whole[whole["method"] == "copy"].reset_index(drop=True)
        pd.testing.assert_frame_equal(pd.read_csv(again.folder / name), expected, check_exact=True)


def test_the_report_and_a_page_open_in_a_browser_and_lead_to_files_that_are_there(results, tmp_path):
    for page in (results / "report.html", results / "S1" / "report.html"):
        opened = open_page(page, tmp_path)
        assert opened.console == [] and page.stat().st_size < 5e6
        links = re.findall(r'<a href="([^"#]+)"', page.read_text())
        assert len(links) >= 10 and [link for link in links if not (page.parent / link).exists()] == []
    captions = re.findall(r"<strong>(Figure \d+)\.", (results / "report.html").read_text())
    assert captions == [f"Figure {number}" for number in range(1, 13) if number != 11]  # two loads leave none to hide
    assert (results / "snakemake_report.html").stat().st_size > 1e6


def test_documented_graph_is_the_real_one(study, root):
    drawn = study.run("--rulegraph", "mermaid-js", "--config", "plot_unseen_load={fewest_loads: 2}")
    names = dict(re.findall(r"(id\d+)\[(\w+)\]", drawn))
    real = {(names[a], names[b]) for a, b in re.findall(r"(id\d+) --> (id\d+)", drawn) if names[b] != "all"}
    flowchart = (root / "docs" / "architecture.md").read_text().split("```mermaid")[1].split("```")[0]
    sides = [[side.split(" & ") for side in line.strip().split(" --> ")] for line in flowchart.splitlines()[2:]]
    assert real == {(a, b) for left, right in sides for a in left for b in right if "data" not in a}


def test_lint_is_clean(study):
    assert "Congratulations" in study.run("--lint")


# The command that `make` calls.


def deepemg_run(study: Study, *arguments: str) -> subprocess.CompletedProcess[str]:
    return deepemg_command(study, "run", "--cores", "2", "--", *arguments)


@pytest.mark.long
def test_a_terminated_run_stops_its_jobs_and_leaves_nobody(study, tmp_path):
    process = subprocess.Popen(
        [
            str(study.python),
            "-m",
            "deepemg.cli.main",
            "run",
            "--cores",
            "2",
            "--",
            "all",
            "--config",
            f"results={tmp_path}",
        ],
        cwd=study.folder,
        start_new_session=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    wait_for(tmp_path, ".running")
    process.terminate()  # this process alone, as a batch system or `kill` does
    told, _ = process.communicate(timeout=300)
    assert process.returncode == 130 and told.rstrip().endswith("the same command goes on from here")
    waits_for(lambda: not processes_of(process.pid))


def test_a_run_that_fails_tells_the_problems_alone(study, tmp_path):
    shutil.copytree(study.folder / "data" / "S1", tmp_path / "S1")
    spoil(tmp_path / "S1" / "channels.csv", "TRIlat,uV", "TRIlateral,uV")
    done = deepemg_run(study, "all", "--config", f"data={tmp_path}", f"results={tmp_path / 'out'}")
    lines = done.stdout.splitlines()
    assert done.returncode == 1 and len(lines) == 2 and lines[1].startswith("DE-020"), done.stdout


def test_a_run_whose_samples_are_wrong_tells_the_fault(study, tmp_path):
    shutil.copytree(study.folder / "data" / "S1", tmp_path / "S1")
    spoil(tmp_path / "S1" / "channels.csv", "BIClong,uV", "BIClong,V")
    done = deepemg_run(study, "all", "--config", f"data={tmp_path}", f"results={tmp_path / 'out'}")
    lines = [line for line in done.stdout.splitlines() if not re.search(r"of \d+ jobs", line)]  # told by the clock
    assert done.returncode == 1 and len(lines) == 3 and lines[2].startswith("DE-070"), done.stdout
