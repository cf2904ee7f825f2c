"""The elbow's angle from markers: right in space, in the subject's convention, and refused where a marker is lost."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import foreign_c3d
from deepemg.recordings.markers import angle_from_markers
from deepemg.recordings.problems import RecordingError
from deepemg.recordings.readers import READERS, c3d
from deepemg.recordings.subject import SubjectFolder, TrialRow

ROOT = Path(__file__).parents[1]
TIME = np.arange(0, 2, 0.01)
FLEXION = np.deg2rad(70 - 60 * np.cos(2 * np.pi * 0.5 * TIME))
NAMES = {"proximal": "SHO", "joint": ["ELBl", "ELBm"], "distal": "WRI"}


@pytest.fixture(autouse=True)
def _with_c3d(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, c3d.NAME, c3d)


def positions() -> dict[str, np.ndarray]:
    """An arm (mm) that bends in an oblique plane while it is carried along."""
    down, ahead, across = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0].T
    elbow = np.array([400.0, 300.0, 1000.0]) + 50 * TIME[:, None] * ahead
    forearm = 250 * (np.cos(FLEXION)[:, None] * down + np.sin(FLEXION)[:, None] * ahead)
    sides = {"ELBl": elbow + 40 * across, "ELBm": elbow - 40 * across}
    return {"SHO": elbow - 300 * down, **sides, "WRI": elbow + forearm}


def write_csv(path: Path, markers: dict[str, np.ndarray], between: str = "_") -> Path:
    """Markers as a table with a clock, gaps as empty cells."""
    names = [f"{name}{between}{axis}" for name in markers for axis in "XYZ"]
    table = np.column_stack([TIME, *markers.values()])
    rows = [",".join("" if np.isnan(cell) else f"{cell:.6f}" for cell in row) for row in table]
    path.write_text("\n".join([",".join(["time", *names]), *rows]) + "\n")
    return path


def write_c3d(path: Path, markers: dict[str, np.ndarray]) -> Path:
    points = np.ones((4, len(markers), len(TIME)))
    points[:3] = np.stack(list(markers.values())).transpose(2, 0, 1)
    return foreign_c3d.write(path, points, [f"Anna:{name}" for name in markers])


TRIAL = TrialRow("curl", "movement")


def subject(path: Path, **kinematics: Any) -> SubjectFolder:
    entry = {"file": path.name, "markers": NAMES} | kinematics
    description = {"id": "S1", "joint": "elbow7", "kinematics": entry}
    return SubjectFolder(path.parent, path.parent, description, (), ())


@pytest.mark.parametrize("between", [" ", "_", ".", ":"])
def test_the_angle_is_that_in_space(tmp_path, between):
    path = write_csv(tmp_path / "a.csv", positions(), between)
    angle = angle_from_markers(subject(path), TRIAL)
    assert np.max(np.abs(angle.values - FLEXION)) < 1e-6 and (round(angle.rate_hz, 6), angle.unit) == (100, "rad")


def test_sign_and_zero_are_the_subjects_and_included_is_not_asked(tmp_path):
    path = write_csv(tmp_path / "a.csv", positions())
    angle = angle_from_markers(subject(path, sign=-1, offset_deg=10, included=True), TRIAL)
    assert np.max(np.abs(angle.values - (np.deg2rad(10) - FLEXION))) < 1e-6


def test_a_part_is_cut_out_of_a_c3d_on_its_clock(tmp_path):
    path = write_c3d(tmp_path / "a.c3d", positions())
    whole = angle_from_markers(subject(path), TRIAL)
    start = whole.start_s + 0.5
    part = angle_from_markers(subject(path), replace(TRIAL, start_s=start, end_s=start + 0.495))
    assert np.max(np.abs(whole.values - FLEXION)) < 1e-5 and whole.rate_hz == 100
    assert np.array_equal(part.values, whole.values[50:100]) and round(part.start_s, 9) == round(start, 9)


def test_a_declared_rate_serves_a_file_without_a_clock(tmp_path):
    path = write_csv(tmp_path / "a.csv", positions())
    path.write_text("\n".join(line.split(",", 1)[1] for line in path.read_text().splitlines()) + "\n")
    assert angle_from_markers(subject(path, rate_hz=120), TRIAL).rate_hz == 120
    assert angle_from_markers(subject(path, rate_hz=120), replace(TRIAL, kinematics_rate_hz=60)).rate_hz == 60


@pytest.mark.parametrize("lost", [np.nan, 0.0])
@pytest.mark.parametrize("write", [write_csv, write_c3d])
def test_a_lost_marker_is_named_with_its_first_frame(tmp_path, lost, write):
    markers = positions()
    markers["WRI"][120:130] = lost
    markers["ELBm"][-1] = lost
    path = write(tmp_path / f"a.{write.__name__[-3:]}", markers)
    with pytest.raises(RecordingError) as caught:
        angle_from_markers(subject(path), TRIAL)
    first, second = sorted(str(problem) for problem in caught.value.problems)
    place = "row 122" if write is write_csv else f"frame {121 + round(first_frame(path))}"
    assert f"DE-083 {path}, marker ELBm: found 1 frames without it" in first
    assert f"marker WRI: found 10 frames without it, the first in {place} (" in second and "start_s and end_s" in second
    end_s = TIME[110] + first_frame(path) / 100
    assert len(angle_from_markers(subject(path), replace(TRIAL, end_s=end_s)).values) == 111


def first_frame(path: Path) -> int:
    """Frames before the first of a file, by its clock."""
    return round(100 * c3d.contents(path).columns[0].start_s) if path.suffix == ".c3d" else 0


def test_a_marker_that_is_absent_or_there_twice_is_refused(tmp_path):
    path = write_csv(tmp_path / "a.csv", positions())
    with pytest.raises(RecordingError, match=r"DE-041.*found markers SHO, ELBl, ELBm, WRI; expected a marker 'WRIST'"):
        angle_from_markers(subject(path, markers=NAMES | {"distal": "WRIST"}), TRIAL)
    twice = positions()
    path = write_c3d(tmp_path / "b.c3d", twice | {"Ben:WRI": twice["WRI"]})
    with pytest.raises(RecordingError, match=r"DE-043.*'WRI x'") as caught:
        angle_from_markers(subject(path), TRIAL)
    assert "Anna" not in str(caught.value) and "Ben" not in str(caught.value)


def test_one_marker_twice_is_no_angle(tmp_path):
    path = write_csv(tmp_path / "a.csv", positions())
    with pytest.raises(RecordingError, match=r"DE-083.*three markers at three places"):
        angle_from_markers(subject(path, markers={"proximal": "SHO", "joint": ["WRI"], "distal": "WRI"}), TRIAL)


def test_a_gap_of_three_columns_that_end_earlier_is_none(tmp_path):
    path = write_csv(tmp_path / "a.csv", positions())
    head, *rows = path.read_text().splitlines()
    rows += [f"{2 + n / 100:.2f}" + "," * 12 for n in range(50)]
    path.write_text("\n".join([f"{head},EMG", *(f"{row},1.5" for row in rows)]) + "\n")
    assert len(angle_from_markers(subject(path), TRIAL).values) == 200


@pytest.fixture(scope="module")
def box_lift() -> Path:
    """A C3D of Vicon Nexus, the right arm of a man who lifts a box; third-party data and not part of the project."""
    base = Path(os.environ.get("DEEPEMG_RECORDINGS", ROOT.parent / "shared" / "data"))
    path = base / "c3d_box_lift" / "box_lift_markers_analogs.c3d"
    if not path.is_file():
        pytest.skip(f"real recording absent ({path}); set DEEPEMG_RECORDINGS to the folder that holds it")
    return path


def test_a_real_arm_bends_as_an_arm_does(box_lift):
    arm = {"proximal": "CLAV_AC", "joint": ["EPICl", "EPICm"], "distal": "STYLr"}
    angle = angle_from_markers(subject(box_lift, markers=arm), TRIAL)
    degrees = np.rad2deg(angle.values)
    assert (angle.rate_hz, len(degrees), angle.start_s) == (100, 580, 0)
    assert 20 < degrees.min() < 30 and 135 < degrees.max() < 148
    assert np.rad2deg(np.abs(np.diff(angle.values)).max()) * 100 < 600


def test_a_marker_that_is_lost_in_a_real_recording(box_lift):
    arm = {"proximal": "CLAV_AC", "joint": ["EPICl", "EPICm"], "distal": ["STYLr", "STYLu"]}
    truth = foreign_c3d.read(box_lift)
    lost = np.flatnonzero(np.isnan(truth["points"][0, truth["labels"].index("Subject:STYLu")]))
    said = rf"DE-083.*marker STYLu: found {len(lost)} frames without it, the first in frame {lost[0] + 1} "
    with pytest.raises(RecordingError, match=said):
        angle_from_markers(subject(box_lift, markers=arm), TRIAL)
    end_s = (lost[0] - 1) / 100
    assert len(angle_from_markers(subject(box_lift, markers=arm), replace(TRIAL, end_s=end_s)).values) == lost[0]
