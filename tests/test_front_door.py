"""The face of the package: what `import deepemg` gives, recordings from a folder or from arrays, and the command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.signal import resample_poly
from typer.testing import CliRunner

import deepemg
from conftest import SEED
from deepemg.cli import simulate as simulate_command
from deepemg.cli.main import app, main
from deepemg.evaluate.score_tables import score_deep_emg
from deepemg.joint.definition import Joint
from deepemg.reconstruct.fits import reconstruct_trials
from deepemg.recordings.problems import RecordingError
from deepemg.simulate import cohort as cohort_module
from folders import edit, make_folder

METHODS = {
    "Copy", "StaticOptimisation", "SynergyExtrapolation", "PaperNMM", "NMM", "EMGAssisted", "MocoInverse",
    "BoostedTrees",
}  # fmt: skip
NAMES = {"read", "Recording", "Trial", "Reconstruction", "load", "score", "load_joint"}
HEAVY = ("torch", "opensim", "matplotlib")
SCORES = ["rmse", "nrmse", "r2", "r", "lag_ms", "coverage90", "crps", "level", "peak", "slope"]
OBSERVED = ("BIClong", "BICshort", "TRIlong", "TRIlat")
MVC = ("mvc_flexion_1", "mvc_extension_1")
RATE = 1000.0  # Hz, one rate for angle and EMG
EMG_RATE = 2000  # Hz, of the cohort's files


@pytest.fixture(scope="module")
def subject(tiny_cohort: Path) -> Path:
    return tiny_cohort / "S1"


@pytest.fixture(scope="module")
def simulated(subject: Path) -> deepemg.Recording:
    return deepemg.read(subject)


@pytest.fixture(scope="module")
def fitted(simulated: deepemg.Recording) -> Any:
    return deepemg.Copy().fit(simulated.train)


# What importing gives.


def test_the_package_has_seven_names_and_eight_methods() -> None:
    assert set(deepemg.__all__) == NAMES | METHODS and len(deepemg.__all__) == len(NAMES | METHODS)
    for name in deepemg.__all__:
        assert callable(getattr(deepemg, name)), name
    assert set(dir(deepemg)) >= NAMES | METHODS


def test_importing_the_package_alone_imports_nothing_heavy() -> None:
    program = f"import deepemg, sys; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "module",
    ["study.check", "signals.tables", "evaluate.score_tables", "simulate.cohort", "reconstruct.fits", "report.torque"],
)
def test_what_needs_no_torch_imports_none(module: str) -> None:
    program = f"import deepemg.{module}, sys; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# A recording from a folder.


def test_reading_gives_a_recording_and_prints_nothing(subject: Path, capfd: pytest.CaptureFixture[str]) -> None:
    recording = deepemg.read(str(subject))
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""
    assert isinstance(recording, deepemg.Recording) and recording.joint.name == "elbow6"
    assert recording.joint.scaling  # to what was measured on the subject
    assert recording.reference == "mvc"
    assert [c.role for c in recording.contractions] == ["mvc", "mvc", "hold"]
    assert all(c.torque is not None for c in recording.contractions)
    assert [trial.name for trial in recording.train.trials] == ["0kg_train", "2kg_train"]
    assert [trial.name for trial in recording.test] == ["0kg_test", "2kg_test"]
    assert all(trial.observed == OBSERVED for trial in recording.trials)


def test_trials_are_found_by_name(simulated: deepemg.Recording) -> None:
    trial = simulated["2kg_test"]
    assert isinstance(trial, deepemg.Trial) and (trial.name, trial.load_kg, trial.split) == ("2kg_test", 2.0, "test")
    with pytest.raises(KeyError, match=r"no trial called '3kg_test'; there are '0kg_train', .*'2kg_test'"):
        simulated["3kg_test"]


def test_what_was_put_aside_is_beside_the_trials_and_not_in_the_training(simulated: deepemg.Recording) -> None:
    assert list(simulated.held_out.columns) == ["trial", "time_s", "BRA", "TRImed"]
    for trial in simulated.trials:
        rows = simulated.held_out[simulated.held_out["trial"] == trial.name]
        assert np.array_equal(rows["time_s"], trial.time_s) and np.isfinite(rows[["BRA", "TRImed"]]).all(axis=None)
        assert np.isnan(trial.envelope("BRA")).all() and np.isnan(trial.envelope("TRImed")).all()
    train = simulated.train
    assert train.held_out.empty and train.contractions == simulated.contractions and train.joint is simulated.joint
    assert simulated.without(["BIClong"]).held_out.empty


def test_signal_files_may_lie_elsewhere(tmp_path: Path) -> None:
    folder, files = make_folder(tmp_path / "data"), tmp_path / "signals"
    here = deepemg.read(folder)
    files.mkdir()
    for path in folder.glob("*_*.csv"):
        path.rename(files / path.name)
    there = deepemg.read(folder, files)
    assert np.array_equal(there["2_test"].envelopes, here["2_test"].envelopes, equal_nan=True)


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [("channels.csv", "TRIlat", "TRIfoo", "DE-020"), ("channels.csv", "BIC,uV", "BIC,V", "DE-070")],
    ids=["in the sheets", "in the samples"],
)
def test_a_fault_is_raised_with_its_line(tmp_path: Path, file: str, old: str, new: str, expected: str) -> None:
    folder = make_folder(tmp_path / "data")
    edit(folder / file, old, new)
    with pytest.raises(RecordingError, match=expected) as caught:
        deepemg.read(folder)
    (problem,) = caught.value.problems
    assert str(caught.value) == str(problem) and "\n" not in str(problem) and "Fix: " in str(problem)


# A recording from arrays.


def samples(subject: Path, name: str) -> np.ndarray:
    """Raw EMG (T, 4) of a trial, at RATE."""
    emg = pd.read_csv(subject / f"{name}_emg.csv.gz")[list(OBSERVED)].to_numpy()
    return np.asarray(resample_poly(emg, RATE, EMG_RATE, axis=0))


def angle_of(subject: Path, name: str, emg: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Angle (deg) at the samples of the EMG, both cut to what they share."""
    table = pd.read_csv(subject / f"{name}_kinematics.csv.gz")
    time = np.arange(len(emg)) / RATE
    inside = time <= table["time"].iloc[-1]
    column = next(column for column in table.columns if column != "time")
    return np.interp(time[inside], table["time"], table[column]), emg[inside]


def test_arrays_of_a_folder_make_its_recording(subject: Path, simulated: deepemg.Recording) -> None:
    names = [trial.name for trial in simulated.trials]
    pairs = [angle_of(subject, name, samples(subject, name)) for name in names]
    found = deepemg.Recording.from_arrays(
        angle_deg=[angle for angle, _ in pairs],
        emg=[emg for _, emg in pairs],
        load_kg=[trial.load_kg for trial in simulated.trials],
        split=[trial.split for trial in simulated.trials],
        mvc=[samples(subject, name) for name in MVC],
        rate_hz=RATE,
        channels=OBSERVED,
        joint=simulated.joint,
    )
    assert found.reference == "mvc" and found.joint is simulated.joint and found.signals == simulated.signals
    assert found.contractions == () and found.held_out.empty
    assert [trial.name for trial in found.trials] == ["1", "2", "3", "4"]
    for made, read in zip(found.trials, simulated.trials, strict=True):
        assert (made.split, made.load_label, made.load_kg) == (read.split, read.load_label, read.load_kg)
        assert made.observed == read.observed
        count = min(len(made.time_s), len(read.time_s))
        assert abs(len(made.time_s) - len(read.time_s)) <= 2
        assert made.time_s[:count] == pytest.approx(read.time_s[:count], abs=1e-9)
        inner = slice(20, count - 20)  # ends of a trial know less of their neighbours
        assert np.nanmax(np.abs(made.envelopes[inner] - read.envelopes[inner])) < 0.03
        assert made.torque[inner] == pytest.approx(read.torque[inner], abs=0.2)
        assert made.angle[inner] == pytest.approx(read.angle[inner], abs=np.deg2rad(0.5))
        assert np.ptp(made.torque) > 1 and np.nanmax(made.envelopes) > 0.05


def curl(seconds: float = 4.0, rate_hz: float = RATE) -> np.ndarray:
    """Angle (T,), deg."""
    return 60 - 50 * np.cos(2 * np.pi * 0.4 * np.arange(0, seconds, 1 / rate_hz))


def noise(columns: int, seconds: float = 4.0, scale: float = 50.0) -> np.ndarray:
    return np.random.default_rng(3).normal(0, scale, (round(seconds * RATE), columns))


def from_arrays(**changes: Any) -> deepemg.Recording:
    """One trial of biceps and lateral triceps."""
    given: dict[str, Any] = {
        "angle_deg": curl(),
        "load_kg": 2.0,
        "emg": noise(2),
        "rate_hz": RATE,
        "channels": ("BIC", "TRIlat"),
    }
    return deepemg.Recording.from_arrays(**given | changes)


def test_one_trial_needs_no_list() -> None:
    alone, listed = from_arrays(), from_arrays(angle_deg=[curl()], emg=[noise(2)], load_kg=[2.0], split=["train"])
    (one,), (other,) = alone.trials, listed.trials
    assert (one.name, one.split, one.load_label, one.load_kg) == ("1", "train", "2kg", 2.0)
    assert np.array_equal(one.envelopes, other.envelopes, equal_nan=True) and np.array_equal(one.torque, other.torque)
    assert alone.joint.name == "elbow6" and alone.reference == "training maximum"


def test_several_trials_share_a_load_and_a_split_or_have_their_own() -> None:
    two = {"angle_deg": [curl(), curl(5.0)], "emg": [noise(2), noise(2, 5.0)]}
    shared = from_arrays(**two, load_kg=1.5)
    assert [(t.name, t.load_label, t.split) for t in shared.trials] == [
        ("1", "1.5kg", "train"),
        ("2", "1.5kg", "train"),
    ]
    own = from_arrays(**two, load_kg=[0.0, 4.0], split=["train", "test"])
    assert [(t.load_kg, t.split, len(t.time_s)) for t in own.trials] == [(0.0, "train", 400), (4.0, "test", 500)]
    assert [trial.name for trial in own.train.trials] == ["1"] and [trial.name for trial in own.test] == ["2"]
    assert np.max(own["2"].torque) > np.max(own["1"].torque) + 5


def test_without_mvc_the_training_trials_give_the_level_and_test_trials_never() -> None:
    loud = {"angle_deg": [curl(), curl()], "emg": [noise(2), noise(2, scale=150.0)], "split": ["train", "test"]}
    recording = from_arrays(**loud)
    quiet, strong = (trial.envelope("TRIlat") for trial in recording.trials)
    assert 0.9 < quiet.max() < 2 and strong == pytest.approx(3 * quiet, rel=0.1)  # the whitening follows the amplitude
    other = from_arrays(**loud, mvc=[noise(2, 2.0, scale=150.0)])
    assert other.reference == "mvc" and 0.8 < np.median(other["2"].envelope("TRIlat")) < 1.2


def test_the_unit_of_raw_emg_does_not_matter() -> None:
    volts, microvolts = from_arrays(emg=1e-6 * noise(2)), from_arrays()
    assert volts["1"].envelope("BIClong") == pytest.approx(microvolts["1"].envelope("BIClong"))


def test_fractions_are_taken_as_they_are() -> None:
    time = np.arange(len(curl())) / RATE
    fractions = np.column_stack([0.3 + 0.2 * np.sin(time), np.full(len(time), 0.7)])
    recording = from_arrays(emg=fractions, kind="fraction")
    trial = recording["1"]
    assert recording.reference == "mvc"
    assert trial.envelope("BIClong") == pytest.approx(0.3 + 0.2 * np.sin(trial.time_s), abs=1e-6)
    assert trial.envelope("TRIlat") == pytest.approx(0.7)


def test_a_group_gives_all_its_heads_the_same_envelope() -> None:
    trial = from_arrays()["1"]
    assert trial.observed == ("BIClong", "BICshort", "TRIlat")
    assert np.array_equal(trial.envelope("BIClong"), trial.envelope("BICshort"))


LENGTH = len(curl())
MISFITS: dict[str, tuple[dict[str, Any], str]] = {
    "EMG of one column": ({"emg": noise(2)[:, 0]}, rf"\({LENGTH},\).*expected \(samples, 2\)"),
    "EMG of three columns": ({"emg": noise(3)}, rf"\({LENGTH}, 3\).*expected \(samples, 2\)"),
    "MVC of three columns": ({"mvc": [noise(3)]}, rf"\({LENGTH}, 3\).*expected \(samples, 2\)"),
    "an unknown channel": ({"channels": ("BIC", "TRIlateral")}, r"TRIlateral.*BIClong.*TRImed"),
    "a muscle of another joint": ({"channels": ("BIC", "BRD")}, r"BRD.*BIClong.*TRImed"),
    "a shorter angle": ({"angle_deg": curl()[:-1]}, rf"trial 1: angle.*\({LENGTH - 1},\).*\({LENGTH}, 2\)"),
    "an angle of two columns": ({"angle_deg": np.column_stack([curl()] * 2)}, rf"\({LENGTH}, 2\)"),
    "two angles, one EMG": ({"angle_deg": [curl(), curl()], "emg": [noise(2)]}, r"(?=.*EMG)(?=.*\b1\b)(?=.*\b2\b)"),
    "a muscle twice": ({"channels": ("BIC", "BIClong")}, r"(?=.*\bBIClong\b)(?=.*\bBIC\b)"),
    "a name too many": ({"channels": ("BIC", "TRIlat", "TRIlong")}, rf"\({LENGTH}, 2\).*expected \(samples, 3\)"),
    "two trials, three loads": (
        {"angle_deg": [curl()] * 2, "emg": [noise(2)] * 2, "load_kg": [0.0, 1.0, 2.0]},
        r"(?=.*load)(?=.*\b3\b)(?=.*\b2\b)",
    ),
    "no trial that gives a level": ({"split": "test"}, r"(?i)(?=.*train)(?=.*mvc)"),
    "a gap in the EMG": ({"emg": np.where(np.arange(LENGTH)[:, None] == 7, np.nan, noise(2))}, "not finite|NaN"),
    "a rate that holds no EMG": ({"rate_hz": 500.0}, "500.*above 900"),
    "a rate that is none": ({"rate_hz": "2000"}, "rate_hz is '2000'"),
    "a load that is none": ({"load_kg": float("nan")}, "load_kg is nan; expected numbers from 0"),
    "a load below nothing": ({"load_kg": -1.0}, "load_kg is -1.0"),
    "another kind": ({"kind": "Raw"}, "kind is 'Raw'; expected raw or fraction"),
    "another split": ({"split": "Train"}, "split is 'Train'; expected train or test"),
    "radians": ({"angle_deg": np.deg2rad(curl())}, "moves by 1.7 deg.*radians"),
    "180 = straight": ({"angle_deg": 180 - curl()}, "angle from 70 to 170 deg; expected -30 to 165 deg, 0 = extended"),
    "extension positive": ({"angle_deg": -curl()}, "angle from -110 to -10 deg.*flexion positive"),
    "no movement": ({"angle_deg": np.full(LENGTH, 60.0)}, "moves by 0 deg"),
    "a moment": ({"angle_deg": curl(0.2), "emg": noise(2, 0.2)}, "lasts 0.2 s; expected at least 1 s"),
    "a gap in the angle": ({"angle_deg": np.where(np.arange(LENGTH) == 7, np.nan, curl())}, "trial 1: angle.*finite"),
    "MVC in another unit": ({"mvc": [1e-6 * noise(2)]}, "channel BIC: .*times its reference; expected 0 to 5"),
    "percent": ({"emg": np.full((LENGTH, 2), 60.0), "kind": "fraction"}, "channel BIC: from 60 to 60.*percent"),
    "fractions below nothing": ({"emg": np.full((LENGTH, 2), -0.1), "kind": "fraction"}, "channel BIC: from -0.1"),
    "a silent channel": ({"emg": noise(2) * [1, 0]}, "channel TRIlat: the channel is silent"),
    "no numbers": ({"emg": [["a", "b"]] * LENGTH}, "emg holds a list; expected numbers, 2-D"),
    "complex numbers": ({"emg": noise(2) * 1j}, "emg holds a ndarray; expected numbers"),
    "nothing": ({"angle_deg": None}, "trial 1: angle"),
    "no trial": ({"angle_deg": [], "emg": []}, "no trial; expected"),
    "no channel": ({"channels": []}, "no channel; expected"),
}  # fmt: skip


@pytest.mark.parametrize("misfit", MISFITS, ids=list(MISFITS))
def test_arrays_that_do_not_fit_are_refused_with_what_was_found_and_expected(misfit: str) -> None:
    changes, named = MISFITS[misfit]
    with pytest.raises(ValueError, match=named):
        from_arrays(**changes)


def test_tables_lists_and_single_channels_are_arrays_too() -> None:
    known = from_arrays(mvc=[noise(2, 2.0)])["1"]
    time = np.arange(LENGTH) / RATE
    emg = pd.DataFrame(noise(2), index=time)
    for changes in (
        {"angle_deg": pd.Series(curl(), index=time), "emg": emg, "mvc": pd.DataFrame(noise(2, 2.0))},
        {"angle_deg": curl().tolist(), "emg": noise(2).tolist(), "mvc": noise(2, 2.0)},
        {"angle_deg": [curl().tolist()], "emg": (noise(2),), "mvc": [noise(2, 2.0).tolist()]},
    ):
        trial = from_arrays(**changes)["1"]
        assert np.array_equal(trial.envelopes, known.envelopes, equal_nan=True)
    assert from_arrays(channels="BIC", emg=noise(1))["1"].observed == ("BIClong", "BICshort")


def test_what_a_caller_does_with_its_arrays_changes_nothing() -> None:
    trial = from_arrays()["1"]
    mine = trial.angle.copy()
    own = replace(trial, angle=mine)
    mine[:] = 0
    assert np.array_equal(own.angle, trial.angle)
    with pytest.raises(ValueError, match="read-only"):
        trial.envelopes[:] = 0


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"split": "Train"}, "trial 1: split is 'Train'"),
        ({"load_kg": float("inf")}, "trial 1: load is inf kg"),
        ({"time_s": np.zeros(400)}, "trial 1: time_s must be"),
        ({"time_s": np.arange(400)[::-1] / 100}, "trial 1: time_s must be"),
    ],
)
def test_a_trial_that_cannot_be_is_refused(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        replace(from_arrays()["1"], **changes)


def test_a_recording_refuses_equal_names_and_another_reference() -> None:
    recording = from_arrays()
    with pytest.raises(ValueError, match="trials are called 1, 1; expected different names"):
        recording.of_trials([recording["1"], recording["1"]])
    with pytest.raises(ValueError, match="reference is 'MVC'; expected mvc or training maximum"):
        replace(recording, reference="MVC")


def test_muscles_and_groups_are_hidden_and_unknown_ones_are_refused() -> None:
    recording = from_arrays()
    for names in (["BIC"], "BIC", ["BIClong", "BICshort"]):
        assert recording.without(names)["1"].observed == ("TRIlat",)
    assert recording["1"].without("TRIlat").observed == ("BIClong", "BICshort")
    for hide in (recording.without, recording["1"].without):
        with pytest.raises(ValueError, match="muscles FOO; expected some of BIClong"):
            hide(["FOO"])


def test_objects_are_told_in_one_line_and_compare_without_error(simulated: deepemg.Recording, fitted: Any) -> None:
    found = fitted.reconstruct(simulated["2kg_test"])
    for thing in (simulated, simulated["2kg_test"], found, fitted):
        assert len(repr(thing)) < 150 and "\n" not in repr(thing)
        assert thing == thing and thing != replace(thing) and {thing: 1}
    assert [trial.name for trial in simulated] == [trial.name for trial in simulated.trials]
    assert repr(simulated["2kg_test"]).startswith("Trial('2kg_test', test, 2 kg, ")


def test_two_threads_leave_the_console_as_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    with ThreadPoolExecutor(4) as pool:
        loads = [next(iter(made)).load_kg for made in pool.map(lambda kg: from_arrays(load_kg=kg), [1.0, 2.0, 3.0] * 3)]
    os.write(1, b"still here")
    assert loads == [1.0, 2.0, 3.0] * 3 and capfd.readouterr().out == "still here"


def test_something_else_than_a_recording_or_a_trial_is_refused(fitted: Any) -> None:
    trial = from_arrays()["1"]
    for wrong in (trial, "data/S1", None):
        with pytest.raises(TypeError, match="fit takes a Recording; found a"):
            deepemg.Copy().fit(wrong)
    for wrong in (from_arrays(), "2kg_test"):
        with pytest.raises(TypeError, match="reconstruct takes a Trial, such as"):
            fitted.reconstruct(wrong)


# Fit, reconstruct, score, save.


def test_scores_align_by_time_and_refuse_other_times(simulated: deepemg.Recording, fitted: Any) -> None:
    found, held_out = fitted.reconstruct(simulated["2kg_test"]), simulated.held_out
    known = deepemg.score(found, held_out)
    pd.testing.assert_frame_equal(deepemg.score(found, held_out.sample(frac=1, random_state=1)), known)
    for changed, named in (
        (held_out.assign(time_s=held_out["time_s"] + 100), "held-out times are others"),
        (held_out.drop(columns=["BRA", "TRImed"]), "no muscle was held out"),
        (held_out.assign(BRA=np.nan), "missing values"),
    ):
        with pytest.raises(ValueError, match=named):
            deepemg.score(found, changed)


def test_a_reconstruction_is_a_table_and_a_score(simulated: deepemg.Recording, fitted: Any) -> None:
    trial = simulated["2kg_test"]
    found = fitted.reconstruct(trial)
    assert isinstance(found, deepemg.Reconstruction) and found.trial == "2kg_test"
    table = found.table()
    assert list(table.columns[:2]) == ["time_s", "torque_nm"]
    assert list(table.columns[2::3]) == list(simulated.joint.muscle_names) and len(table) == len(trial.time_s)
    assert {"BRA_lower", "BRA_upper"} <= set(table.columns)
    assert len(fitted.parameters()) == 32 and {"muscle", "parameter", "personal"} <= set(fitted.parameters().columns)
    scored = deepemg.score(found, simulated.held_out)
    assert list(scored.columns) == ["muscle", *SCORES] and list(scored["muscle"]) == ["BRA", "TRImed"]
    study = score_deep_emg(
        reconstruct_trials(fitted, [trial]), simulated.held_out, subject="S1", load="2kg", method="copy", rate_hz=100,
        longest_lag_ms=200,
    )  # fmt: skip
    assert scored[SCORES].to_numpy() == pytest.approx(study[SCORES].to_numpy())
    assert np.isfinite(scored[SCORES].to_numpy()).all()


def test_a_score_of_a_trial_that_was_not_put_aside_is_refused(simulated: deepemg.Recording, fitted: Any) -> None:
    found = fitted.reconstruct(replace(simulated["2kg_test"], name="5kg_test"))
    with pytest.raises(KeyError, match="5kg_test"):
        deepemg.score(found, simulated.held_out)
    with pytest.raises(KeyError, match="2kg_test"):
        deepemg.score(fitted.reconstruct(simulated["2kg_test"]), simulated.train.held_out)


def test_a_saved_model_reconstructs_the_same(simulated: deepemg.Recording, fitted: Any, tmp_path: Path) -> None:
    fitted.save(tmp_path / "S1.copy")
    again = deepemg.load(tmp_path / "S1.copy")
    one, two = (model.reconstruct(simulated["2kg_test"]).table() for model in (fitted, again))
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    pd.testing.assert_frame_equal(fitted.parameters(), again.parameters())
    assert again.method == fitted.method


def test_no_model_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no such file"):
        deepemg.load(tmp_path / "none")
    (tmp_path / "text").write_text("no model")
    with pytest.raises(ValueError, match="expected a model written by save, of this version") as caught:
        deepemg.load(str(tmp_path / "text"))
    assert "\n" not in str(caught.value)


# Settings.


@pytest.mark.parametrize(
    ("method", "values", "told"),
    [
        ("Copy", {"nonsense": 1}, "Copy.nonsense: found an unknown setting; expected one of forward"),
        ("NMM", {"iteration": 1}, "NMM.iteration: found an unknown setting; expected iterations[?], or one of "),
        ("StaticOptimisation", {"exponent": 7}, "StaticOptimisation.exponent: found 7; expected it to be 2 or 3"),
        ("NMM", {"iterations": -1}, "NMM.iterations: found -1; expected it to be greater than or equal to 0"),
        ("NMM", {"forward": {"tendon": "soft"}}, "NMM.forward.tendon: found 'soft'; expected it to be 'rigid' or "),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(method: str, values: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told) as raised:
        getattr(deepemg, method)(**values)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", sorted(METHODS))
def test_settings_cannot_be_changed(name: str) -> None:
    method = getattr(deepemg, name)()
    with pytest.raises(FrozenInstanceError):
        method.forward = None
    assert method == getattr(deepemg, name)()


def test_missing_weights_are_one_line_with_the_way_to_get_them(recording: deepemg.Recording) -> None:
    with pytest.raises(FileNotFoundError, match=r"DE-093 /nowhere\.pt: .*Fix: ") as caught:
        deepemg.NMM(weights="/nowhere.pt").fit(recording)
    assert "\n" not in str(caught.value)


def test_a_joint_is_found_by_name() -> None:
    joint = deepemg.load_joint("elbow6")
    assert isinstance(joint, Joint) and joint.deep_muscles == ("BRA", "TRImed")
    with pytest.raises(KeyError, match=r"shoulder.*elbow6"):
        deepemg.load_joint("shoulder")


# The command.

COMMANDS = ("run", "reconstruct", "export", "simulate", "audit", "bench", "docs", "verify", "why")
GROUPS = {
    "train": ("network", "assemble", "stress", "calibration", "protocols"),
    "publish": ("study", "comparison", "crate"),
}


def invoke(*arguments: str | Path) -> Any:
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, [str(argument) for argument in arguments])


def test_help_lists_every_command() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("deepemg"), "--help"], capture_output=True, text=True, check=True
    )
    first = {words[0] for line in done.stdout.splitlines() if (words := line.strip("│ ").split())}
    assert {*COMMANDS, *GROUPS} <= first


@pytest.mark.parametrize("command", [(name,) for name in COMMANDS] + [(g, name) for g in GROUPS for name in GROUPS[g]])
def test_each_command_has_an_example(command: tuple[str, ...]) -> None:
    done = invoke(*command, "--help")
    assert done.exit_code == 0 and "Example" in done.output and f"deepemg {' '.join(command)}" in done.output


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_lists_its_commands(group: str) -> None:
    done = invoke(group, "--help")
    assert done.exit_code == 0 and all(name in done.output for name in GROUPS[group])


def test_reconstruct_leaves_a_table_per_test_trial_and_a_model(
    subject: Path, simulated: deepemg.Recording, fitted: Any, tmp_path: Path
) -> None:
    done = invoke("reconstruct", subject, "--method", "copy", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "0kg_test.csv", "2kg_test.csv", "made_by.txt", "model"
    ]  # fmt: skip
    model = deepemg.load(tmp_path / "out" / "model")
    for trial in simulated.test:
        table = pd.read_csv(tmp_path / "out" / f"{trial.name}.csv")
        pd.testing.assert_frame_equal(table, fitted.reconstruct(trial).table())
        pd.testing.assert_frame_equal(model.reconstruct(trial).table(), fitted.reconstruct(trial).table())
        assert f"{trial.name}: error of the held-out muscles" in done.output
    assert "BRA" in done.output and "coverage90" in done.output


Refusal = Callable[..., str]


@pytest.fixture
def refusal(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Refusal:
    """Runs the command with arguments that it refuses, and gives what it says; nothing goes to standard output."""

    def run(*arguments: str | Path) -> str:
        monkeypatch.setattr(sys, "argv", ["deepemg", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        said = capfd.readouterr()
        assert caught.value.code not in (None, 0) and said.out == "" and "Traceback" not in said.err
        return said.err

    return run


def test_an_unknown_method_is_refused_with_those_there_are(subject: Path, refusal: Refusal) -> None:
    said = refusal("reconstruct", subject, "--method", "oracle")
    assert "oracle" in said and "copy" in said and "nmm-paper" in said


def test_a_faulty_folder_ends_in_the_line_of_each_fault(tmp_path: Path, refusal: Refusal) -> None:
    folder = make_folder(tmp_path / "data")
    edit(folder / "channels.csv", "TRIlat", "TRIfoo")
    (folder / "0_test_emg.csv").unlink()
    lines = refusal("reconstruct", folder, "--method", "copy").splitlines()
    assert [line[:6] for line in lines] == ["DE-020", "DE-040"]


def test_weights_that_are_not_there_end_in_one_line(tmp_path: Path, refusal: Refusal) -> None:
    (line,) = refusal("reconstruct", make_folder(tmp_path / "data"), "--weights", "/nowhere.pt").splitlines()
    assert line.startswith("DE-093 /nowhere.pt")


def test_weights_for_a_method_that_has_none_end_in_a_line_that_names_them(tmp_path: Path, refusal: Refusal) -> None:
    said = refusal("reconstruct", make_folder(tmp_path / "data"), "--method", "copy", "--weights", "/nowhere.pt")
    assert "weights" in said


def test_a_run_without_a_name_is_refused(tmp_path: Path, refusal: Refusal) -> None:
    assert "results" in refusal("publish", "comparison", "results", "--released", tmp_path)


def test_an_unknown_part_of_the_audit_is_refused(refusal: Refusal) -> None:
    said = refusal("audit", "--part", "beauty")
    assert "no part called beauty" in said and "consistency" in said


def test_simulate_says_what_was_lost_and_what_it_may_not_overwrite(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[Any] = []

    def make(out: Path, cohort: cohort_module.Cohort, subjects: int, jobs: int) -> list[str]:
        seen.append((out, cohort, subjects, jobs))
        if subjects == 3:
            raise FileExistsError("S1 is another subject; choose another --out")
        return ["S1 2kg_test"] if subjects == 2 else []

    monkeypatch.setattr(cohort_module, "make_cohort", make)
    given = ("--seed", str(SEED), "--out", tmp_path, "--tier", "T2", "--emg", "edf", "--jobs", "1")
    loads = ("--load", "0", "--load", "3", "--train-repetitions", "2")
    assert invoke(simulate_command.NAME, *given, *loads, "--subjects", "1").exit_code == 0
    ((out, cohort, subjects, jobs),) = seen
    assert (out, subjects, jobs) == (tmp_path, 1, 1)
    assert (cohort.seed, cohort.tier, cohort.emg_format) == (SEED, "T2", "edf")
    protocol = cohort.assumptions["protocol"]
    assert (protocol["loads"], protocol["train_repetitions"], protocol["test_repetitions"]) == ([0.0, 3.0], 2, 3)
    lost = invoke(simulate_command.NAME, *given, "--subjects", "2")
    assert lost.exit_code == 1 and "lost: S1 2kg_test was not made" in lost.output
    refused = invoke(simulate_command.NAME, *given, "--subjects", "3")
    assert refused.exit_code == 2 and "choose another --out" in refused.output
    assert invoke(simulate_command.NAME, *given, "--subjects", "0").exit_code == 2
    assert invoke(simulate_command.NAME, *given, "--tier", "T9").exit_code == 2
