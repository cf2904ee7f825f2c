"""C3D, MATLAB, Excel and XDF files: what a program wrote comes back with its names, units and clock, or is refused."""

from __future__ import annotations

import datetime as dt
import gzip
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import h5py
import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.io import savemat

import foreign_c3d
from deepemg.recordings.contents import Column, Contents
from deepemg.recordings.extract import extract
from deepemg.recordings.problems import RecordingError
from deepemg.recordings.readers import c3d, mat, xdf, xlsx
from deepemg.recordings.signal import Part

ROOT = Path(__file__).parents[1]
RANDOM = np.random.default_rng(0)
EMG = RANDOM.normal(0, 1e-3, (200, 3))
ANGLE = 60 - 50 * np.cos(2 * np.pi * np.arange(20) / 20)


def by_name(contents: Contents) -> dict[str, Column]:
    return {column.name: column for column in contents.columns}


def refusal(reader: ModuleType, path: Path, identity: str = "DE-051") -> str:
    with pytest.raises(RecordingError) as caught:
        reader.contents(path)
    (problem,) = caught.value.problems
    assert problem.id == identity and "\n" not in str(problem)
    return str(problem)


@pytest.fixture(scope="module")
def box_lift() -> Path:
    """A C3D of Vicon Nexus; third-party data and not part of the project."""
    base = Path(os.environ.get("DEEPEMG_RECORDINGS", ROOT.parent / "shared" / "data"))
    path = base / "c3d_box_lift" / "box_lift_markers_analogs.c3d"
    if not path.is_file():
        pytest.skip(f"real recording absent ({path}); set DEEPEMG_RECORDINGS to the folder that holds it")
    return path


# C3D


def write_c3d(path: Path, markers: int = 2, channels: int = 3, frames: int = 20, first: int = 0) -> Path:
    """Markers at 100 Hz in mm, and channels at 1000 Hz in V; marker 0 is lost in frame 3 and at 0, 0, 0 in frame 5."""
    points = np.ones((4, markers, frames))
    points[:3] = RANDOM.normal(300, 100, (3, markers, frames))
    if markers:
        points[:3, 0, 3], points[:3, 0, 5] = np.nan, 0
    analogs, names = RANDOM.normal(0, 1, (1, channels, 10 * frames)), [f"Biceps.EMG{n}" for n in range(channels)]
    labels = [f"AnnaSmith:M{n}" for n in range(markers)]
    return foreign_c3d.write(path, points, labels, first=first, analogs=analogs, names=names)


def places_of_numbers(content: bytes) -> list[tuple[int, str, int]]:
    """Place, kind and count of all numbers of two or more bytes in a C3D file that ezc3d wrote."""
    found = [(2, "u2", 5), (12, "f4", 1), (16, "u2", 2), (20, "f4", 1)]
    place = 516
    while content[place]:
        step_at = place + 2 + abs(struct.unpack_from("b", content, place)[0])
        if struct.unpack_from("b", content, place + 1)[0] > 0:
            (kind,), dimensions = struct.unpack_from("b", content, step_at + 2), content[step_at + 3]
            count = int(np.prod(list(content[step_at + 4 : step_at + 4 + dimensions])))
            if kind in (2, 4):
                found.append((step_at + 4 + dimensions, f"{'i' if kind == 2 else 'f'}{kind}", count))
        found.append((step_at, "u2", 1))
        place = step_at + struct.unpack_from("<H", content, step_at)[0]
    data = 512 * (struct.unpack_from("<H", content, 16)[0] - 1)
    return [*found, (data, "f4", (len(content) - data) // 4)]


def turned(content: bytes, processor: int) -> bytes:
    """The same file as a DEC (85) or MIPS (86) processor writes it."""
    out = bytearray(content)
    for place, kind, count in places_of_numbers(content):
        values = np.frombuffer(content, f"<{kind}", count, place)
        raw = values.astype(f">{kind}").tobytes()
        if processor == 85:
            words = (values * 4).astype("<f4").view("<u2").reshape(-1, 2)[:, ::-1] if kind == "f4" else values
            raw = words.tobytes()
        out[place : place + len(raw)] = raw
    out[515] = processor
    return bytes(out)


def as_integers(content: bytes, scale: float) -> bytes:
    """The same file with samples of 16 bits; analog channels in counts."""
    data = 512 * (struct.unpack_from("<H", content, 16)[0] - 1)
    head = content[:data].replace(struct.pack("<f", -1.0), struct.pack("<f", scale))
    points, per_frame = struct.unpack_from("<2H", content, 2)
    samples = np.frombuffer(content, "<f4", offset=data)
    samples = samples[: len(samples) // (4 * points + per_frame) * (4 * points + per_frame)]
    samples = np.nan_to_num(samples).reshape(-1, 4 * points + per_frame).copy()
    residuals = samples[:, 3 : 4 * points : 4].copy()
    samples[:, : 4 * points] /= scale
    samples[:, 4 * points :] *= 1000
    samples[:, 3 : 4 * points : 4] = residuals
    return head + np.round(samples).astype("<i2").tobytes() + bytes(512)


def test_markers_and_channels_have_names_units_and_one_clock(tmp_path):
    path = write_c3d(tmp_path / "a.c3d", first=40)
    found, truth = c3d.contents(path), foreign_c3d.read(path)
    columns = by_name(found)
    assert [c.name for c in found.columns[:4]] == ["M0 x", "M0 y", "M0 z", "M1 x"] and "Smith" not in repr(found)
    x, emg = columns["M0 x"], columns["Biceps.EMG2"]
    assert (x.unit, x.rate_hz, emg.unit, emg.rate_hz) == ("mm", 100, "V", 1000) and x.start_s == emg.start_s
    assert round(x.start_s * 100) == struct.unpack_from("<H", path.read_bytes(), 6)[0] - 1 >= 40
    assert np.flatnonzero(np.isnan(x.cells)).tolist() == [3, 5]
    good = ~np.isnan(x.cells)
    assert np.array_equal(x.cells[good], truth["points"][0, 0][good]) and np.array_equal(
        emg.cells, truth["analogs"][0, 2]
    )


def test_frames_that_are_lost_are_refused_with_their_row(tmp_path):
    found = c3d.contents(write_c3d(tmp_path / "a.c3d"))
    with pytest.raises(RecordingError, match=r"DE-052.*row 4, column M0 x: found 'nan' and 1 more"):
        extract(found, "M0 x", rate_hz=None)
    part = Part(found.columns[0].start_s + 0.1, None)
    assert len(extract(found, "M0 x", rate_hz=None, part=part).values) == 10


@pytest.mark.parametrize("processor", [85, 86])
def test_files_of_other_processors(tmp_path, processor):
    path = write_c3d(tmp_path / "a.c3d")
    (tmp_path / "b.c3d").write_bytes(turned(path.read_bytes(), processor))
    for one, other in zip(c3d.contents(path).columns, c3d.contents(tmp_path / "b.c3d").columns, strict=True):
        assert (one.name, one.unit, one.rate_hz) == (other.name, other.unit, other.rate_hz)
        assert np.array_equal(one.cells, other.cells, equal_nan=True)


def test_samples_of_16_bits_are_scaled(tmp_path):
    path = write_c3d(tmp_path / "a.c3d")
    (tmp_path / "b.c3d").write_bytes(as_integers(path.read_bytes(), 0.1))
    for one, other in zip(c3d.contents(path).columns, c3d.contents(tmp_path / "b.c3d").columns, strict=True):
        size, step = (1, 0.1) if one.unit == "mm" else (1000, 1)
        assert np.nanmax(np.abs(size * one.cells - other.cells)) <= 0.51 * step
        assert np.array_equal(np.isnan(one.cells), np.isnan(other.cells))


def test_more_labels_than_a_list_holds(tmp_path):
    found = c3d.contents(write_c3d(tmp_path / "a.c3d", markers=300, channels=300, frames=6))
    assert len(found.columns) == 1200
    assert found.columns[899].name == "M299 z" and found.columns[-1].name == "Biceps.EMG299"


@pytest.mark.parametrize(("markers", "channels"), [(0, 2), (2, 0)])
def test_markers_alone_and_channels_alone(tmp_path, markers, channels):
    found = c3d.contents(write_c3d(tmp_path / "a.c3d", markers=markers, channels=channels))
    assert [column.rate_hz for column in found.columns] == [100] * 3 * markers + [1000] * channels


def test_more_frames_than_the_header_counts(tmp_path):
    path = write_c3d(tmp_path / "a.c3d", markers=1, channels=1, frames=66000)
    assert len(c3d.contents(path).columns[0].cells) >= 66000


def test_a_zipped_c3d_and_one_with_another_name_are_known(tmp_path):
    content = write_c3d(tmp_path / "a.c3d").read_bytes()
    (tmp_path / "b.dat.gz").write_bytes(gzip.compress(content))
    assert c3d.recognises(content[:65536], tmp_path / "b.dat") and len(c3d.contents(tmp_path / "b.dat.gz").columns) == 9
    assert not c3d.recognises(b"%PDF-1.4\n" + bytes(65527), tmp_path / "b.pdf")
    assert not c3d.recognises(b"time,PP\n1,2\n", tmp_path / "a.csv") and not c3d.recognises(b"", tmp_path / "a.c3d")


def put(place: int, raw: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content[:place] + raw + content[place + len(raw) :]


BROKEN_C3D: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut off": (lambda content: content[:-1024], "whole frames, where its header says 20"),
    "header only": (lambda content: content[:512], "damaged header"),
    "empty": (lambda content: b"", "damaged header"),
    "text": (lambda content: b"time,bic\n0,1\n" * 99, "unreadable"),
    "another rate": (put(20, struct.pack("<f", 90)), "90 and 100 frames a second"),
    "no rate": (put(20, struct.pack("<f", np.nan)), "frames a second"),
    "another count of markers": (put(2, b"\x03\x00"), "contradicts"),
    "other sub-frames": (put(18, b"\x05\x00"), "analog channels at 1000 Hz, 5 times"),
    "samples elsewhere": (put(16, b"\x09\x00"), "contradicts"),
    "the first frame after the last": (put(6, b"\xff\x00"), "frames"),
}


@pytest.mark.parametrize(("broken", "said"), BROKEN_C3D.values(), ids=BROKEN_C3D)
def test_a_broken_c3d_is_one_line(tmp_path, broken, said):
    path = write_c3d(tmp_path / "a.c3d")
    path.write_bytes(broken(path.read_bytes()))
    assert said in refusal(c3d, path)


def test_a_real_c3d_is_as_ezc3d_reads_it(box_lift):
    found, truth = c3d.contents(box_lift), foreign_c3d.read(box_lift)
    assert len(found.columns) == 3 * 51 + 38 and not any(":" in column.name for column in found.columns)
    for place, column in enumerate(found.columns[: 3 * 51]):
        assert np.array_equal(column.cells, truth["points"][place % 3, place // 3], equal_nan=True)
    for place, column in enumerate(found.columns[3 * 51 :]):
        assert np.array_equal(column.cells, truth["analogs"][0, place])
    biceps = extract(found, "Biceps.EMG4", rate_hz=2000)
    assert (biceps.unit, biceps.rate_hz, biceps.duration_s) == ("V", 2000, 5.8) and not biceps.notes


# MATLAB


STUDY = {
    "Fs": 2000.0,
    "note": "Anna Smith",
    "emg": EMG,
    "emg_labels": np.array(["bic", "tri", "brd"], dtype=object),
    "emg_units": np.array(["mV", "mV", "uV"], dtype=object),
    "kin": {"rate_hz": 100.0, "angle": ANGLE, "raw": {"a": {"b": {"c": ANGLE}}}, "time": np.arange(20) / 100},
    "trial": np.array([ANGLE, -ANGLE[:10]], dtype=object),
    "pairs": ANGLE.reshape(2, 10).astype("int16"),
    "three": np.zeros((3, 4, 5)),
    "none": np.array([]),
}


def write_hdf5(path: Path) -> Path:
    """What MATLAB 7.3 writes, as far as it matters: arrays turned over, texts as numbers, cells as references."""
    with h5py.File(path, "w", userblock_size=512) as file:

        def put(group: h5py.Group, name: str, value: object, kind: str = "double") -> h5py.Dataset:
            item = group.create_dataset(name, data=value)
            item.attrs["MATLAB_class"] = np.bytes_(kind)
            return item

        put(file, "Fs", [[2000.0]])
        put(file, "emg", EMG.T)
        put(file, "note", [[ord(letter)] for letter in "Anna Smith"], "char").attrs["MATLAB_int_decode"] = 2
        hidden = file.create_group("#refs#")
        names = [put(hidden, t, np.array([[ord(letter)] for letter in t], "u2"), "char") for t in ("bic", "tri", "brd")]
        cells = np.array([[item.ref] for item in names], dtype=h5py.ref_dtype)
        put(file, "emg_labels", cells, "cell")
        kin = file.create_group("kin")
        put(kin, "rate_hz", [[100.0]])
        put(kin, "angle", ANGLE[:, None])
        file["outside"] = h5py.ExternalLink("other.mat", "/emg")
        file["nowhere"] = h5py.SoftLink("/not/there")
    with path.open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM")
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_arrays_of_structs_and_cells_are_columns(tmp_path, packed):
    path = tmp_path / "a.mat"
    savemat(path, STUDY, do_compression=packed)
    columns = by_name(mat.contents(path))
    assert list(columns) == [
        *("bic", "tri", "brd", "pairs #1", "pairs #2"),
        *("time", "kin.angle", "trial.1", "trial.2"),
    ]
    assert np.array_equal(columns["tri"].cells, EMG[:, 1]) and np.array_equal(columns["trial.2"].cells, -ANGLE[:10])
    assert [(columns[n].unit, columns[n].rate_hz) for n in ("bic", "brd", "kin.angle", "pairs #1")] == [
        ("mV", 2000),
        ("uV", 2000),
        (None, 100),
        (None, None),
    ]
    assert len(columns["pairs #1"].cells) == 10 and "Anna" not in repr(columns)


def test_a_struct_brings_its_own_clock(tmp_path):
    savemat(tmp_path / "a.mat", {"data": {"angle": ANGLE, "t": 3 + np.arange(20) / 50}})
    signal = extract(mat.contents(tmp_path / "a.mat"), "data.angle", rate_hz=None)
    assert round(signal.rate_hz, 6) == 50 and signal.start_s == 3


def test_a_rate_is_of_the_longest_arrays_and_two_rates_are_none(tmp_path):
    savemat(tmp_path / "a.mat", {"fs": 2000.0, "emg": EMG, "angle": ANGLE})
    assert [column.rate_hz for column in mat.contents(tmp_path / "a.mat").columns] == [2000] * 3 + [None]
    savemat(tmp_path / "a.mat", {"fs": 2000.0, "SampleRate": 1000.0, "fs_angle": 100.0, "emg": EMG, "angle": ANGLE})
    assert [column.rate_hz for column in mat.contents(tmp_path / "a.mat").columns] == [None] * 3 + [100]


def test_version_4(tmp_path):
    savemat(tmp_path / "a", {"emg": EMG, "fs": 2000.0}, format="4", appendmat=False)
    assert mat.recognises((tmp_path / "a").read_bytes(), tmp_path / "a")
    found = mat.contents(tmp_path / "a").columns
    assert [(column.name, column.rate_hz) for column in found] == [(f"emg #{n}", 2000) for n in (1, 2, 3)]
    assert np.array_equal(found[2].cells, EMG[:, 2])


def test_version_7_3(tmp_path):
    path = write_hdf5(tmp_path / "a.mat")
    assert mat.recognises(path.read_bytes()[:65536], tmp_path / "a")
    columns = by_name(mat.contents(path))
    assert [(c.name, c.rate_hz) for c in columns.values()] == [
        *((name, 2000) for name in ("bic", "tri", "brd")),
        ("kin.angle", 100),
    ]
    assert np.array_equal(columns["tri"].cells, EMG[:, 1]) and np.array_equal(columns["kin.angle"].cells, ANGLE)


def element(kind: int, raw: bytes) -> bytes:
    return struct.pack("<II", kind, len(raw)) + raw + bytes(-len(raw) % 8)


def test_a_table_is_refused_with_the_way_out(tmp_path):
    savemat(tmp_path / "a.mat", {"fs": 2000.0})
    inner = element(14, element(6, struct.pack("<II", 13, 0)) + element(5, struct.pack("<ii", 1, 1)) + element(1, b""))
    opaque = element(6, struct.pack("<II", 17, 0)) + b"".join(element(1, t) for t in (b"T", b"MCOS", b"table")) + inner
    with (tmp_path / "a.mat").open("ab") as file:
        file.write(element(14, opaque))
    assert "MATLAB table" in (said := refusal(mat, tmp_path / "a.mat")) and "writetable" in said
    path = write_hdf5(tmp_path / "b.mat")
    with h5py.File(path, "a") as file:
        for name in ("emg", "kin/angle"):
            file[name].attrs["MATLAB_object_decode"] = 3
    assert "MATLAB table" in refusal(mat, path)
    savemat(tmp_path / "c.mat", {"fs": 2000.0, "who": "Anna"})
    assert "no vector of numbers" in (said := refusal(mat, tmp_path / "c.mat")) and "Anna" not in said


@pytest.mark.parametrize("packed", [False, True])
def test_a_matlab_file_that_is_cut_off_is_refused(tmp_path, packed):
    savemat(tmp_path / "a.mat", {"emg": EMG}, do_compression=packed)
    (tmp_path / "b.mat").write_bytes((tmp_path / "a.mat").read_bytes()[:-100])
    assert "cut off" in refusal(mat, tmp_path / "b.mat")
    path = write_hdf5(tmp_path / "c.mat")
    path.write_bytes(path.read_bytes()[:-3000])
    refusal(mat, path)


# Excel


def write_xlsx(path: Path, *sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


SAMPLES = [[n / 2000, 0.001 * n, 60 + n] for n in range(40)]
ABOVE = [["Subject", "Anna Smith"], ["Rate", 2000], [], ["Time", "Biceps", "Elbow"]]


def test_lines_names_and_units_above_a_table(tmp_path):
    path = write_xlsx(
        tmp_path / "a.xlsx", [["about"], ["Rate", 1], ["Gain", 2]], [*ABOVE, ["s", "mV", "deg"], *SAMPLES]
    )
    assert xlsx.recognises(path.read_bytes()[:65536], path) and not xlsx.recognises(b"PK\x03\x04", path.parent / "no")
    found = xlsx.contents(path)
    assert [(c.name, c.unit) for c in found.columns] == [("Time", "s"), ("Biceps", "mV"), ("Elbow", "deg")]
    assert found.first_row == 6 and not found.notes
    signal = extract(found, "biceps", rate_hz=None)
    assert round(signal.rate_hz, 6) == 2000 and np.allclose(signal.values, [row[1] for row in SAMPLES])


def test_units_in_names_and_a_table_without_names(tmp_path):
    rows = [["Time (s)", "Biceps (mV)", "Elbow"], *SAMPLES]
    assert [column.unit for column in xlsx.contents(write_xlsx(tmp_path / "a.xlsx", rows)).columns] == [
        None,
        "mV",
        None,
    ]
    found = xlsx.contents(write_xlsx(tmp_path / "b.xlsx", SAMPLES))
    assert [column.name for column in found.columns] == ["1", "2", "3"] and found.first_row == 1
    assert [note.id for note in found.notes] == ["DE-046"]


def test_empty_cells_and_unsaved_formulas_are_gaps_with_their_row(tmp_path):
    rows = [*ABOVE, *(list(row) for row in SAMPLES)]
    rows[10][1], rows[11][1], rows[12][2] = None, "=A1*2", "=A1*2"
    found = xlsx.contents(write_xlsx(tmp_path / "a.xlsx", rows))
    with pytest.raises(RecordingError, match=r"DE-052.*row 11, column Biceps: found 'nan' and 1 more"):
        extract(found, "Biceps", rate_hz=None)
    with pytest.raises(RecordingError, match=r"DE-052.*row 13, column Elbow"):
        extract(found, "Elbow", rate_hz=None)


def test_dates_and_times_of_day_are_clocks(tmp_path):
    begin = dt.datetime(2024, 5, 1, 9, 59, 59)
    for moment in (lambda t: t, lambda t: t.time()):
        rows = [["Time", "Elbow"], *([moment(begin + dt.timedelta(milliseconds=10 * n)), n % 7] for n in range(200))]
        signal = extract(xlsx.contents(write_xlsx(tmp_path / "a.xlsx", rows)), "Elbow", rate_hz=None)
        assert round(signal.rate_hz, 6) == 100 and len(signal.values) == 200


def test_numbers_stored_as_text_with_a_decimal_comma(tmp_path):
    rows = [["t", "Elbow"], *([f"{n / 100:.2f}".replace(".", ","), f"{n},5"] for n in range(60))]
    signal = extract(xlsx.contents(write_xlsx(tmp_path / "a.xlsx", rows)), "Elbow", rate_hz=None)
    assert round(signal.rate_hz, 6) == 100 and signal.values[3] == 3.5


def test_times_that_a_sheet_rounded_are_told_as_those_of_a_text(tmp_path):
    rows = [["Time", "EMG"], *([round(n / 2000, 2), n % 5] for n in range(400))]
    signal = extract(xlsx.contents(write_xlsx(tmp_path / "a.xlsx", rows)), "EMG", rate_hz=2000)
    assert signal.rate_hz == 2000 and [note.id for note in signal.notes] == ["DE-058"]


def test_columns_that_end_earlier_and_text_beside_the_numbers(tmp_path):
    rows = [
        ["EMG", "Angle", "", "Note"],
        *([n, n if n < 10 else None, None, "Anna" if n == 5 else None] for n in range(50)),
    ]
    found = by_name(xlsx.contents(write_xlsx(tmp_path / "a.xlsx", rows)))
    assert list(found) == ["EMG", "Angle", "Note"]
    contents = xlsx.contents(tmp_path / "a.xlsx")
    assert len(extract(contents, "Angle", rate_hz=100).values) == 10


def test_a_workbook_without_a_table_a_damaged_one_and_a_bomb(tmp_path):
    assert "no table of numbers" in (said := refusal(xlsx, write_xlsx(tmp_path / "a.xlsx", [["Anna"], ["Smith"]])))
    assert "Anna" not in said
    content = write_xlsx(tmp_path / "b.xlsx", [*ABOVE, *SAMPLES]).read_bytes()
    (tmp_path / "b.xlsx").write_bytes(content[:-200])
    assert "damaged workbook" in refusal(xlsx, tmp_path / "b.xlsx")
    with zipfile.ZipFile(tmp_path / "c.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(510):
                sheet.write(bytes(1_000_000))
    assert xlsx.recognises(b"PK\x03\x04", tmp_path / "c.xlsx") and "510 MB" in refusal(
        xlsx, tmp_path / "c.xlsx", "DE-047"
    )


# XDF


def chunk(tag: int, content: bytes) -> bytes:
    return b"\x04" + struct.pack("<IH", len(content) + 2, tag) + content


def stream(number: int, name: str, rate: float, times: np.ndarray, values: np.ndarray, labels: list[str]) -> bytes:
    """A stream of floats; pyxdf writes none."""
    channels = "".join(f"<channel><label>{label}</label><unit>mV</unit></channel>" for label in labels)
    header = (
        f"<info><name>{name}</name><type>EMG</type><channel_count>{values.shape[1]}</channel_count>"
        f"<nominal_srate>{rate}</nominal_srate><channel_format>float32</channel_format><hostname>Anna-PC</hostname>"
        f"<desc>{f'<channels>{channels}</channels>' if labels else ''}</desc></info>"
    )
    samples = b"".join(
        b"\x08" + struct.pack("<d", t) + row.astype("<f4").tobytes() for t, row in zip(times, values, strict=True)
    )
    identity = struct.pack("<I", number)
    end = f"<info><sample_count>{len(times)}</sample_count></info>"
    return (
        chunk(2, identity + header.encode())
        + chunk(3, identity + b"\x04" + struct.pack("<I", len(times)) + samples)
        + chunk(6, identity + end.encode())
    )


def write_xdf(path: Path, *, gap: bool = False) -> Path:
    times = 500 + np.arange(2000) / 1000.0
    if gap:
        times[1000:] += 0.5
    emg = stream(1, "EMG", 1000, times, RANDOM.normal(size=(2000, 2)), ["bic", "tri"])
    angle = stream(2, "Elbow", 100, 499.5 + np.arange(250) / 100.1, RANDOM.normal(size=(250, 1)), [])
    empty = stream(3, "Nothing", 100, np.empty(0), np.empty((0, 1)), [])
    path.write_bytes(b"XDF:" + chunk(1, b"<info><version>1.0</version></info>") + emg + angle + empty)
    return path


def test_streams_have_one_clock_and_each_its_rate(tmp_path):
    path = write_xdf(tmp_path / "a.xdf")
    found = xdf.contents(path)
    assert xdf.recognises(path.read_bytes(), path) and "Anna" not in repr(found)
    assert [(c.source, c.name) for c in found.columns] == [
        *(("EMG", "time"), (None, "EMG: bic"), (None, "EMG: tri")),
        *(("Elbow", "time"), (None, "Elbow: #1")),
    ]
    emg, angle = extract(found, "EMG: tri", rate_hz=None), extract(found, "Elbow: #1", rate_hz=100)
    assert emg.unit == "mV" and abs(emg.rate_hz - 1000) < 1e-3 and abs(emg.start_s - 0.5) < 1e-3
    assert abs(angle.rate_hz - 100.1) < 1e-3 and abs(angle.start_s) < 1e-6


def test_a_stream_with_a_gap_and_a_file_that_is_cut_off_are_refused(tmp_path):
    found = xdf.contents(write_xdf(tmp_path / "a.xdf", gap=True))
    with pytest.raises(RecordingError, match=r"DE-055.*row 1001"):
        extract(found, "EMG: bic", rate_hz=None)
    content = write_xdf(tmp_path / "b.xdf").read_bytes()
    (tmp_path / "b.xdf").write_bytes(content[:9000])
    assert "cut off" in refusal(xdf, tmp_path / "b.xdf")
    (tmp_path / "c.xdf").write_bytes(content[:60])
    refusal(xdf, tmp_path / "c.xdf")


# All


def make(folder: Path) -> dict[ModuleType, list[Path]]:
    """A file of each kind."""
    savemat(folder / "5.mat", STUDY)
    savemat(folder / "7.mat", STUDY, do_compression=True)
    savemat(folder / "4.mat", {"emg": EMG, "fs": 2000.0}, format="4")
    return {
        c3d: [write_c3d(folder / "a.c3d")],
        mat: [folder / "4.mat", folder / "5.mat", folder / "7.mat", write_hdf5(folder / "73.mat")],
        xlsx: [write_xlsx(folder / "a.xlsx", [*ABOVE, *SAMPLES])],
        xdf: [write_xdf(folder / "a.xdf")],
    }


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[ModuleType, list[Path]]:
    return make(tmp_path_factory.mktemp("files"))


READERS = [c3d, mat, xlsx, xdf]


def test_each_file_is_known_by_one_reader(files):
    for reader, paths in files.items():
        for path in paths:
            head = path.read_bytes()[:65536]
            assert [other for other in READERS if other.recognises(head, path)] == [reader]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.NAME)
@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_mutated_files_are_read_or_refused_but_never_crash(files, tmp_path, reader, data):
    content = bytearray(data.draw(st.sampled_from(files[reader])).read_bytes())
    for _ in range(data.draw(st.integers(0, 6))):
        end = data.draw(st.sampled_from([24, 600, 2048, len(content)]))
        place = data.draw(st.integers(0, min(end, len(content)) - 1))
        content[place] = data.draw(st.one_of(st.integers(0, 255), st.sampled_from([0, 1, 127, 128, 255])))
    path = tmp_path / f"a.{reader.NAME}"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)
    try:
        found = reader.contents(path)
    except RecordingError as error:
        assert all(problem.id == "DE-051" and "Smith" not in str(problem) for problem in error.problems)
    else:
        assert all(column.rate_hz is None or column.rate_hz > 0 for column in found.columns)
