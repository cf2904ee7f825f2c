"""EDF and BDF files: what an amplifier wrote is read with its own rate and unit, and what is broken is refused."""

from __future__ import annotations

from pathlib import Path

import edfio
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deepemg.recordings.extract import extract
from deepemg.recordings.problems import RecordingError
from deepemg.recordings.readers import edf, format_of
from deepemg.recordings.signal import WHOLE, Part, Signal

EMG = np.random.default_rng(0).normal(0, 50, 4000)
ANGLE = 60 - 50 * np.cos(2 * np.pi * 0.4 * np.arange(0, 4, 0.01))
RANGE = (-1000.0, 1000.0)


def write(path: Path, *, units: tuple[str, str] = ("uV", "deg"), annotated: bool = False) -> Path:
    """Four seconds of EMG at 1000 Hz and angle at 100 Hz in one file, EDF or BDF by its suffix."""
    file, signal = (edfio.Bdf, edfio.BdfSignal) if path.suffix == ".bdf" else (edfio.Edf, edfio.EdfSignal)
    digital = (-(2**23), 2**23 - 1) if path.suffix == ".bdf" else (-(2**15), 2**15 - 1)
    signals = [
        signal(values, rate, label=label, physical_dimension=unit, physical_range=RANGE, digital_range=digital)
        for values, rate, label, unit in ((EMG, 1000, "EMG bic", units[0]), (ANGLE, 100, "elbow", units[1]))
    ]
    annotations = [edfio.EdfAnnotation(1, None, "start")] if annotated else None
    file(signals, annotations=annotations).write(path)
    return path


def read(path: Path, column: str, *, rate_hz: float | None, part: Part = WHOLE) -> Signal:
    """One signal of an EDF file."""
    return extract(edf.contents(path), column, rate_hz=rate_hz, part=part)


def columns(path: Path) -> dict[str, str | None]:
    """Labels and units."""
    return {column.name: column.unit for column in edf.contents(path).columns}


def spoil(path: Path, place: int, field: bytes) -> Path:
    """Overwrite a field of the file's header."""
    content = bytearray(path.read_bytes())
    content[place : place + len(field)] = field
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(("name", "step"), [("a.edf", 2000 / 2**16), ("a.bdf", 2000 / 2**24)])
@pytest.mark.parametrize("annotated", [False, True])
def test_signals_come_back_with_their_own_rate_and_unit(tmp_path, name, step, annotated):
    path = write(tmp_path / name, annotated=annotated)
    assert columns(path) == {"EMG bic": "uV", "elbow": "deg"}
    emg, angle = read(path, "EMG bic", rate_hz=1000), read(path, "elbow", rate_hz=None)
    assert (emg.rate_hz, emg.unit, emg.start_s) == (1000, "uV", 0) and (angle.rate_hz, angle.unit) == (100, "deg")
    assert np.max(np.abs(emg.values - EMG)) <= step and np.max(np.abs(angle.values - ANGLE)) <= step


def test_a_part_is_cut_out_on_the_files_clock(tmp_path):
    path = write(tmp_path / "a.edf")
    part = read(path, "elbow", rate_hz=100, part=Part(1.0, 1.99))
    assert part.start_s == 1 and np.array_equal(part.values, read(path, "elbow", rate_hz=100).values[100:200])
    with pytest.raises(RecordingError, match=r"DE-048.*start_s 5 s and end_s 6 s, beside .* from 0 to 4 s"):
        read(path, "elbow", rate_hz=100, part=Part(5.0, 6.0))


def test_one_unit_is_the_files_unit_and_an_empty_one_says_nothing(tmp_path):
    assert columns(write(tmp_path / "a.edf", units=("uV", "uV"))) == {"EMG bic": "uV", "elbow": "uV"}
    assert columns(write(tmp_path / "b.edf", units=("", "deg"))) == {"EMG bic": None, "elbow": "deg"}


def test_a_micro_sign_is_read(tmp_path):
    path = spoil(write(tmp_path / "a.edf"), 256 + 2 * (16 + 80), "µV".encode("latin-1"))
    assert columns(path)["EMG bic"] == "\u00b5V"


@pytest.mark.parametrize("name", ["a.edf", "a.bdf"])
def test_a_file_is_known_by_its_content_whatever_it_is_called(tmp_path, name):
    path = write(tmp_path / name)
    assert format_of(path) == "edf" == format_of(path.rename(tmp_path / "recording.csv"))


def test_the_files_own_rate_wins_over_a_declared_one_and_is_told(tmp_path):
    emg = read(write(tmp_path / "a.edf"), "EMG bic", rate_hz=2000)
    assert emg.rate_hz == 1000
    (note,) = emg.notes
    assert note.id == "DE-057" and "EMG bic: found 1000 Hz by the file's own clock; expected 2000 Hz" in str(note)


def test_labels_that_are_the_same_are_told_apart_by_their_number(tmp_path):
    path = spoil(write(tmp_path / "a.edf"), 256, b"elbow  ".ljust(16) + b"elbow")
    with pytest.raises(RecordingError, match=r"DE-043.*2 times \(columns #1, #2\)"):
        read(path, "elbow", rate_hz=None)
    assert read(path, "#2", rate_hz=None).rate_hz == 100


def test_a_recording_marked_as_interrupted_that_has_no_pause_is_read(tmp_path):
    marked = spoil(write(tmp_path / "a.edf", annotated=True), 192, b"EDF+D")
    assert read(marked, "elbow", rate_hz=100).duration_s == 4


def test_pauses_are_refused(tmp_path):
    unmarked = write(tmp_path / "b.edf", annotated=True)
    content = unmarked.read_bytes()
    assert content.count(b"+2\x14") == 1
    unmarked.write_bytes(content.replace(b"+2\x14", b"+7\x14"))
    with pytest.raises(RecordingError, match=r"DE-063"):
        read(unmarked, "elbow", rate_hz=100)


PHYSICAL_MIN = 256 + 2 * (16 + 80 + 8)
BROKEN = {
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:-500]),
    "header only": lambda path: path.write_bytes(path.read_bytes()[:768]),
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("time,bic\n0,1\n"),
    "no signal count": lambda path: spoil(path, 252, b"many"),
    "no record duration": lambda path: spoil(path, 244, b"0       "),
    "no physical range": lambda path: spoil(path, PHYSICAL_MIN, b"1000    "),
    "a range in words": lambda path: spoil(path, PHYSICAL_MIN, b"lowest  "),
    "a range that is no number": lambda path: spoil(path, PHYSICAL_MIN, b"nan     "),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_one_line(tmp_path, broken):
    path = write(tmp_path / "a.edf")
    broken(path)
    with pytest.raises(RecordingError) as caught:
        for column in columns(path):
            read(path, column, rate_hz=None)
    (problem,) = caught.value.problems
    assert problem.id == "DE-051" and "\n" not in str(problem)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated_headers_are_read_or_refused_but_never_crash(tmp_path, data):
    content = bytearray(write(tmp_path / "a.edf").read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, 767))] = data.draw(st.one_of(st.integers(0, 255), st.sampled_from(b"0123 -.")))
    (tmp_path / "b.edf").write_bytes(bytes(content))
    try:
        for column in columns(tmp_path / "b.edf"):
            assert np.isfinite(read(tmp_path / "b.edf", column, rate_hz=None).values).all()
    except RecordingError as error:
        assert all(problem.id.startswith("DE-") for problem in error.problems)
