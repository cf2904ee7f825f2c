"""`deepemg check`: folders as labs make them end in the right light, and the keys that are advised make them right."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from deepemg.cli.main import app
from deepemg.joint.definition import load_joint
from deepemg.joint.opensim import build_model
from deepemg.joint.scaling import scale_joint
from deepemg.recordings.read import read_angle
from deepemg.recordings.subject import read_subject
from deepemg.signals.check import Verdict, check_subject
from deepemg.signals.kinematics import subject_kinematics
from deepemg.signals.settings import SignalSettings

ROOT = Path(__file__).parents[1]
CASES = Path(os.environ.get("DEEPEMG_RECORDINGS", ROOT.parent / "shared" / "data")).parent / "cases" / "make_cases.py"

RIGHT = {  # of shared/cases: exit code, and an id that must be told
    "c00_good": (0, None), "c01_all_sensors_one_name": (2, "DE-043"), "c02_clock_called_Time": (2, "DE-072"),
    "c03_declared_rate_differs": (1, "DE-057"), "c04_comma_twice": (2, "DE-056"),
    "c05_percent_called_fraction": (2, "DE-077"), "c06_raw_called_envelope": (2, "DE-076"),
    "c07_test_is_train": (2, "DE-036"), "c08_two_channels_one_column": (2, "DE-026"),
    "c09_hidden_is_observed": (2, "DE-027"), "c10_hidden_at_another_rate": (2, "DE-072"),
    "c11_electrode_offset": (0, None), "c12_2000_kg": (2, "DE-039"), "c13_arm_and_height_swapped": (2, "DE-014"),
    "c14_torque_other_sign": (2, "DE-085"), "c15_included_angle": (2, "DE-087"), "c16_clock_rounded": (1, "DE-058"),
    "c17_noraxon_Time": (0, None), "c18_mvc_at_another_rate": (1, "DE-088"), "c19_semicolon_sheet": (0, None),
    "c20_noraxon_emg_csv_angle": (0, None), "c21_trigno_discover_as_exported": (1, "DE-028"),
    "c22_vicon_devices": (0, None), "c23_mot_angle": (0, None),
}  # fmt: skip


@pytest.fixture(scope="module")
def make_cases() -> ModuleType:
    if not CASES.is_file():
        pytest.skip(f"folders as labs make them are absent ({CASES})")
    spec = importlib.util.spec_from_file_location("make_cases", CASES)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def s1(root: Path) -> Path:
    folder = root / "data" / "S1"
    if not folder.is_dir():
        pytest.skip("the embedded cohort was not pulled (dvc pull)")
    return folder


@pytest.mark.parametrize("case", RIGHT)
def test_a_folder_as_a_lab_makes_it_ends_in_the_right_light(make_cases, s1, tmp_path, monkeypatch, case):
    monkeypatch.setattr("sys.argv", ["make_cases.py", str(s1.parent), str(tmp_path)])
    getattr(make_cases, case)(make_cases.fresh(s1, tmp_path / case))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    ran = CliRunner().invoke(app, ["check", "NEW", "--data", str(tmp_path / case), "--no-page"])
    code, identity = RIGHT[case]
    assert ran.exit_code == code, ran.output
    assert identity is None or identity in ran.output
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.fixture(scope="module")
def sound(s1: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small good subject out of S1: a training and a test movement at 2 kg, an MVC trial each way, four channels."""
    folder = tmp_path_factory.mktemp("sound") / "S9"
    folder.mkdir()
    description = yaml.safe_load((s1 / "subject.yaml").read_text()) | {"id": "S9"}
    (folder / "subject.yaml").write_text(yaml.safe_dump(description))
    rows = pd.read_csv(s1 / "trials.csv", dtype=str, keep_default_na=False)
    rows = rows[rows["trial"].isin(["2kg_train", "2kg_test", "mvc_flexion_1", "mvc_extension_1"])]
    for row in rows.itertuples():
        for name in (row.emg_file, row.kinematics_file):
            pd.read_csv(s1 / name, dtype=str).to_csv(folder / name.removesuffix(".gz"), index=False)
    for column in ("emg_file", "kinematics_file"):
        rows[column] = rows[column].str.removesuffix(".gz")
    rows.assign(torque_file="").to_csv(folder / "trials.csv", index=False)
    channels = pd.read_csv(s1 / "channels.csv", dtype=str)
    channels[channels["use"] == "observed"].to_csv(folder / "channels.csv", index=False)
    return folder


@pytest.fixture
def lab(sound: Path, tmp_path: Path) -> Path:
    """A copy of the sound subject, to be changed."""
    return Path(shutil.copytree(sound, tmp_path / "data" / "S9"))


def verdict(folder: Path) -> Verdict:
    return check_subject(folder, settings=SignalSettings())


def ids(folder: Path) -> set[str]:
    return {problem.id for problem in verdict(folder).problems}


def tables(folder: Path, pattern: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    for path in sorted(folder.glob(pattern)):
        change(pd.read_csv(path)).to_csv(path, index=False)


def sheet(folder: Path, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    change(pd.read_csv(folder / name, dtype=str, keep_default_na=False)).to_csv(folder / name, index=False)


def describe(folder: Path, **kinematics: object) -> None:
    """Change keys of the block kinematics."""
    path = folder / "subject.yaml"
    description = yaml.safe_load(path.read_text())
    description["kinematics"] |= kinematics
    path.write_text(yaml.safe_dump(description))


def test_a_sound_subject_is_green_and_leaves_a_page(lab, tmp_path):
    ran = CliRunner().invoke(app, ["check", "S9", "--data", str(lab.parent), "--pages", str(tmp_path / "pages")])
    assert ran.exit_code == 0, ran.output
    page = (tmp_path / "pages" / "S9.html").read_text()
    assert "in order" in page and "data:image/png;base64," in page and 'src="http' not in page


ANGLES = [
    ("180 is straight", lambda a: 180 - a, {"included": True}, {"DE-087", "DE-073", "DE-107"}),
    ("a partial curl, 180 is straight", lambda a: 180 - (60 + 0.45 * a), {"included": True}, {"DE-107"}),
    ("flexion counts downwards", lambda a: -a, {"sign": -1}, {"DE-073"}),
    ("the zero is off", lambda a: a + 55, {"offset_deg": -55}, {"DE-087", "DE-073"}),
    ("radians", np.deg2rad, {"unit": "rad"}, {"DE-073"}),
]  # fmt: skip


@pytest.mark.parametrize(("change", "key", "told"), [row[1:] for row in ANGLES], ids=[row[0] for row in ANGLES])
def test_a_goniometer_s_convention_is_told_and_its_key_mends_it(lab, change, key, told):
    subject = read_subject(lab)
    before = read_angle(subject, subject.movements[0]).values
    tables(lab, "*_kinematics.csv", lambda t: t.assign(elbow_flexion=change(t["elbow_flexion"])))
    assert ids(lab) & told
    describe(lab, **key)
    after = read_angle(read_subject(lab), subject.movements[0]).values
    assert not ids(lab) & told
    if told != {"DE-107"}:  # a partial curl was made smaller
        assert after == pytest.approx(before, abs=1e-6)


SILENT = [
    ("biceps and triceps swapped", lambda t: t.rename(columns={
        "BIClong": "TRIlong", "TRIlong": "BIClong", "BICshort": "TRIlat", "TRIlat": "BICshort"}), {"DE-108"}),
    ("EMG 300 ms late", lambda t: t.shift(600).bfill(), {"DE-109"}),
    ("one column copied to another muscle", lambda t: t.assign(TRIlat=t["BIClong"]), {"DE-081"}),
    ("copied at another gain", lambda t: t.assign(TRIlat=-2 * t["BIClong"]), {"DE-081"}),
    ("a dead channel", lambda t: t.assign(TRIlat=0), {"DE-070"}),
    ("rectified", lambda t: t.abs(), {"DE-080"}),
]  # fmt: skip


@pytest.mark.parametrize(("change", "told"), [row[1:] for row in SILENT], ids=[row[0] for row in SILENT])
def test_what_no_single_signal_shows_is_told(lab, change, told):
    tables(lab, "*_emg.csv", change)
    assert told <= ids(lab)


def test_a_known_delay_can_be_said(lab):
    tables(lab, "2kg*_emg.csv", lambda t: t.shift(600).bfill())
    assert "DE-109" in ids(lab)
    sheet(lab, "trials.csv", lambda t: t.assign(emg_delay_s=["0.3", "0.3", "", ""], start_s=["0.4", "0.4", "", ""]))
    assert "DE-109" not in ids(lab)


LEAKS = [
    ("a copy under another name", lambda f: shutil.copy(f / "2kg_train_emg.csv", f / "2kg_test_emg.csv"), "DE-036"),
    ("saved again with other digits", lambda f: pd.read_csv(f / "2kg_train_emg.csv").to_csv(
        f / "2kg_test_emg.csv", index=False, float_format="%.4f"), "DE-082"),
    ("overlapping parts", lambda f: sheet(f, "trials.csv", lambda t: t.assign(
        emg_file=["2kg_train_emg.csv"] * 2 + list(t["emg_file"][2:]), start_s=["0", "4", "", ""],
        end_s=["5", "9", "", ""])), "DE-036"),
    ("a test movement as MVC", lambda f: sheet(f, "trials.csv", lambda t: t.assign(
        emg_file=[*t["emg_file"][:2], "2kg_test_emg.csv", t["emg_file"].iloc[3]])), "DE-038"),
    ("a hidden channel under its number", lambda f: sheet(f, "channels.csv", lambda t: pd.concat(
        [t, t.iloc[[0]].assign(name="BRA", muscle="BRA", column="#1", use="held_out")])), "DE-027"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "told"), [row[1:] for row in LEAKS], ids=[row[0] for row in LEAKS])
def test_leaks_are_refused(lab, spoil, told):
    spoil(lab)
    found = verdict(lab)
    assert found.light == "red" and told in {problem.id for problem in found.problems}


def test_parts_of_one_file_that_do_not_overlap_are_no_leak(lab):
    parts = {"start_s": ["", "5.5", "", ""], "end_s": ["5.4", "", "", ""]}
    files = lambda column, t: ["2kg_train_" + column] * 2 + list(t.iloc[2:])  # noqa: E731
    sheet(lab, "trials.csv", lambda t: t.assign(
        **parts, emg_file=files("emg.csv", t["emg_file"]),
        kinematics_file=files("kinematics.csv", t["kinematics_file"])))  # fmt: skip
    assert verdict(lab).light != "red", verdict(lab).problems


def test_a_part_that_ends_after_its_file_is_refused(lab):
    sheet(lab, "trials.csv", lambda t: t.assign(end_s=["60", "", "", ""]))
    assert "DE-048" in ids(lab)


@pytest.mark.parametrize("frames", [[300], [300, 301, 302, 303]])
def test_lost_markers_written_as_zero_are_refused(lab, frames):
    def lose(table: pd.DataFrame) -> pd.DataFrame:
        table.loc[frames, "elbow_flexion"] = 0.0
        return table

    tables(lab, "2kg_train_kinematics.csv", lose)
    assert "DE-083" in ids(lab)


HUMAN = [
    ("height in cm", {"height_m": 181}, "write 1.81"),
    ("mass in g", {"mass_kg": 78000}, "write 78"),
    ("forearm in mm", {"forearm_m": 250}, "write 0.25"),
    ("no number", {"mass_kg": float("nan")}, "DE-013"),
    ("a number and its unit", {"height_m": "1.81 m"}, "DE-005"),
]


@pytest.mark.parametrize(("change", "said"), [row[1:] for row in HUMAN], ids=[row[0] for row in HUMAN])
def test_sizes_that_no_person_has_name_what_to_write(lab, change, said):
    path = lab / "subject.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | change))
    assert said in "\n".join(map(str, verdict(lab).problems))


def test_plain_numbers_are_sizes(lab):
    path = lab / "subject.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | {"height_m": 1.81, "mass_kg": 78}))
    assert verdict(lab).light == "green" and read_subject(lab).sizes()["height_m"] == 1.81


def test_an_mvc_trial_may_have_its_own_channels_files_and_rate(lab):
    for muscle, trial in (("BIClong", "mvc_flexion_1"), ("TRIlong", "mvc_extension_1")):
        table = pd.read_csv(lab / f"{trial}_emg.csv")[[muscle]].iloc[::2]
        table.to_csv(lab / f"{trial}_emg.csv", index=False)
    sheet(lab, "channels.csv", lambda c: c[c["name"].isin(["BIClong", "TRIlong"])])
    sheet(lab, "trials.csv", lambda t: t.assign(
        channels=["", "", "BIClong", "TRIlong"], emg_rate_hz=["", "", "1000", "1000"], kinematics_file=[
            *t["kinematics_file"][:2], "", ""], load=["2", "2", "", ""], load_unit=["kg", "kg", "", ""]))  # fmt: skip
    found = verdict(lab)
    assert found.light == "green", found.problems
    assert found.judged is not None and set(found.judged.levels) == {"BIClong", "TRIlong"}


def test_a_subject_without_any_test_trial_is_in_order(lab):
    sheet(lab, "trials.csv", lambda t: t.drop(columns="split"))
    assert verdict(lab).light == "green"


def test_an_excluded_subject_is_left_out_and_a_misplaced_one_is_named(lab):
    other = lab.parent / "S8" / "S8"
    shutil.copytree(lab, other)
    ran = CliRunner().invoke(app, ["check", "--data", str(lab.parent), "--no-page"])
    assert ran.exit_code == 2 and "DE-009" in ran.output and "move what is in" in ran.output


def test_a_gyroscope_gives_the_velocity_and_must_agree_with_the_angle(lab):
    for path in lab.glob("*_kinematics.csv"):
        table = pd.read_csv(path)
        table["gyro"] = -np.gradient(table["elbow_flexion"], 0.01)
        table.to_csv(path, index=False)
    derived = subject_kinematics(read_subject(lab), rate_hz=100, settings=SignalSettings().kinematics)
    describe(lab, velocity={"column": "gyro", "unit": "deg/s"})
    assert "DE-098" in ids(lab)
    describe(lab, velocity={"column": "gyro", "unit": "deg/s", "sign": -1})
    assert "DE-098" not in ids(lab)
    measured = subject_kinematics(read_subject(lab), rate_hz=100, settings=SignalSettings().kinematics)
    assert np.corrcoef(measured["velocity_rad_s"], derived["velocity_rad_s"])[0, 1] > 0.999
    assert not measured["velocity_rad_s"].equals(derived["velocity_rad_s"])


def test_a_scaled_model_of_the_subject_gives_the_joint(lab):
    sizes = {"upper_arm_m": 0.33, "forearm_m": 0.27, "mass_kg": 85.0}
    generic = load_joint("elbow6")
    truth = scale_joint(generic, sizes)
    build_model(truth, muscle_model="millard", path_from="table").printToXML(str(lab / "scaled.osim"))
    path = lab / "subject.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | {"model": "scaled.osim"} | sizes))
    joint = read_subject(lab).scaled_joint()
    assert joint.lengths == pytest.approx(truth.lengths, abs=2e-6)
    assert joint.skeleton.distal.mass == pytest.approx(truth.skeleton.distal.mass)
    assert joint.skeleton.distal.inertia == pytest.approx(truth.skeleton.distal.inertia, rel=1e-6)
    for own, other in zip(joint.muscles, truth.muscles, strict=True):
        assert own.optimal_fibre_length == pytest.approx(other.optimal_fibre_length)
    build_model(load_joint("knee4"), muscle_model="millard").printToXML(str(lab / "scaled.osim"))
    assert "DE-089" in ids(lab)
