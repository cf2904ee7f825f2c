"""Text exports of recorders: known by their content, read with their own rate, unit and start, or refused by row."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from deepemg.recordings.contents import Column, Contents
from deepemg.recordings.extract import extract
from deepemg.recordings.problems import RecordingError
from deepemg.recordings.readers import csv, emgworks, lvm, opensim_storage, trc, trigno_discover, vicon_nexus
from deepemg.recordings.readers.lvm import rate_of
from deepemg.recordings.signal import Part

PERSON, DAY = "Jo Bloggs", "2/29/2024"  # must be found in nothing that a reader says
VALUES = np.round(np.random.default_rng(0).normal(0, 0.1, 400), 6)
ANGLE = np.round(60 - 50 * np.cos(np.arange(80) / 10), 4)


# The layouts of the recorders, with the numbers above.


def trigno(*, clock: bool = False, rate: float = 2000.0) -> list[str]:
    """Two sensors; with clocks also the interval row and the events of version 2, and a slower accelerometer."""
    head = [
        "Application:, Trigno Discover (1.6.4)",
        f"Date/Time:, {DAY} 10:00:00 AM",
        "Collection Length (seconds):, 0.2",
    ]
    if not clock:
        rows = [f"{v}, {2 * v}" for v in VALUES]
        names = ["EMG 01 (1), EMG 02 (2)", "sensor mode: 40, sensor mode: 40", "EMG 1 (mV), EMG 1 (mV)"]
        return [*head, *names, f"{rate:.4f} Hz, {rate:.4f} Hz", *rows]
    names = [
        "R BIC (89542), , , , R TRI (89563)", "sensor mode: 65, , , , sensor mode: 40",
        "EMG 1 Time Series (s), EMG 1 (mV), ACC X Time Series (s), ACC X (G), EMG 1 Time Series (s), EMG 1 (mV)",
        f", {rate} Hz, , 200 Hz, , {rate} Hz",
        f", {1 / rate} s, , 0.005 s, , {1 / rate} s, , Type, Name, Label, Time (s), , Pair",
    ]  # fmt: skip
    rows = []
    for i, v in enumerate(VALUES):
        slow = f"{i / 200}, {i}" if i < len(VALUES) / 10 else ","
        event = f", General, E1, {PERSON}, 0.1, , " if i < 2 else ""
        rows.append(f"{i / rate:.7f}, {v}, {slow}, {i / rate:.7f}, {2 * v}, {event}")
    return [*head, *names, *rows]


def label(name: str, rate: float, points: int, unit: str) -> str:
    return (
        f"Label: {name} Sampling frequency: {rate:.6e} Number of points: {points} start: 0.000000e+000 "
        f"Unit: {unit} Domain Unit: s"
    )


def works(*, header: bool = True, pad: str = "0,0") -> list[str]:
    """EMG at 2000 Hz and a goniometer at 200 Hz, each with its clock; the short one is padded."""
    head = [label("R BICEPS: EMG 1", 2000, 400, "V"), label("R ELBOW: GONIO 2", 200, 40, "deg")]
    head += [f"Subject: {PERSON}", f"Date: {DAY}", "System Gain: 909.000000", ""]
    names = 'X[s],"R BICEPS: EMG 1 [V]",X[s],"R ELBOW: GONIO 2 [deg]"'
    rows = [f"{i / 2000},{v},{f'{i / 200},{i + 1}' if i < 40 else pad}" for i, v in enumerate(VALUES)]
    return [*(head if header else []), names, *rows]


def vicon(*, first: int = 1) -> list[str]:
    """Events, EMG in 20 sub frames, markers and an angle at 100 Hz, from a frame on."""
    events = ["Events", "100", "Subject,Context,Name,Time (s),Description", f"{PERSON},Right,Event,0.1,start", ""]
    emg = [f"{first + i // 20},{i % 20},{v},{2 * v}" for i, v in enumerate(VALUES)]
    markers = [f"{first + i},0,{i},1,2,{'' if i == 3 else i},4,5" for i in range(20)]
    angles = [f"{first + i},0,{ANGLE[i]},0,0" for i in range(20)]
    return [
        *events,
        "Devices", "2000", ",,Delsys EMG - Voltage,", "Frame,Sub Frame,R_BIC,R_TRI", ",,V,V", *emg, "",
        "Model Outputs", "100", f",,{PERSON}:RElbowAngles,,", "Frame,Sub Frame,X,Y,Z", ",,deg,deg,deg", *angles, "",
        "Trajectories", "100", f",,{PERSON}:RELB,,,{PERSON}:RSHO,,", "Frame,Sub Frame,X,Y,Z,X,Y,Z",
        ",,mm,mm,mm,mm,mm,mm", *markers,
    ]  # fmt: skip


def motion(
    title: str = "Coordinates", flag: str = "inDegrees=yes", version: str = "version=1", name: str = "elbow_flexion"
) -> list[str]:
    head = [title, version, f"nRows={len(ANGLE)}", "nColumns=3", flag, "", "Units are S.I. units", "", "endheader"]
    rows = [f"{0.5 + i / 100:16.8f}\t{a:16.8f}\t0.1" for i, a in enumerate(ANGLE)]
    return [*head, f"time\t{name}\tpelvis_tx", *rows]


def markers(*, names: str = f"{PERSON}:RELB\t\t\tRSHO\t\t\t", unit: str = "mm") -> list[str]:
    keys = "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames"
    rows = [f"{i + 1}\t{i / 100:.3f}\t{a}\t1\t2\t{'' if i == 3 else i}\t4\t5" for i, a in enumerate(ANGLE)]
    head = [f"PathFileType\t4\t(X/Y/Z)\tC:/{PERSON}/a.trc", keys, f"100\t100\t{len(ANGLE)}\t2\t{unit}\t100\t1\t80"]
    return [*head, f"Frame#\tTime\t{names}", "\t\tX1\tY1\tZ1\tX2\tY2\tZ2", "", *rows]


def labview(*, x: str = "No", comma: bool = False, step: str = "0.000500", samples: int = 400) -> list[str]:
    """Two channels; X values are left out, in one column, or in one for each."""
    gap = "\t" if x == "Multi" else ""
    head = [
        "LabVIEW Measurement\t", "Writer_Version\t2", "Reader_Version\t2", "Separator\tTab",
        f"Decimal_Separator\t{',' if comma else '.'}", "Multi_Headings\tNo", f"X_Columns\t{x}", "Time_Pref\tAbsolute",
        f"Operator\t{PERSON}", f"Date\t{DAY}", "Time\t09:51:39,19", "***End_of_Header***\t", "\t",
        "Channels\t2\t\t", f"Samples\t{samples}\t{gap}{samples}\t", f"Date\t{DAY}\t{gap}{DAY}\t",
        f"Y_Unit_Label\tVolts\t{gap}mV\t", f"X_Dimension\tTime\t{gap}Time\t",
        f"X0\t1.5000000000000000E+0\t{gap}1.5000000000000000E+0\t", f"Delta_X\t{step}\t{gap}{step}\t",
        "***End_of_Header***\t\t\t",
    ]  # fmt: skip
    names = f"X_Value\tVoltage\t{'X_Value' + gap if gap else ''}Voltage_0\tComment"
    rows = []
    for i, v in enumerate(VALUES):
        time = "" if x == "No" else f"{1.5 + i / 2000:.6f}"
        rows.append(f"{time}\t{v:.6f}\t{time + gap if gap else ''}{2 * v:.6f}" + (f"\t{PERSON}" if i == 0 else ""))
    text = "\n".join([*head, names, *rows])
    return (text.replace(".", ",").replace("Decimal_Separator\t,", "Decimal_Separator\t,") if comma else text).split(
        "\n"
    )


LAYOUTS: dict[ModuleType, Callable[[], list[str]]] = {
    trigno_discover: lambda: trigno(clock=True), emgworks: works, vicon_nexus: vicon,
    opensim_storage: motion, trc: markers, lvm: labview,
}  # fmt: skip
all_readers = pytest.mark.parametrize("reader", LAYOUTS, ids=lambda reader: reader.NAME)


def write(path: Path, lines: list[str]) -> Path:
    path.write_bytes("\n".join([*lines, ""]).encode())
    return path


def named(contents: Contents, name: str, source: str | None = None) -> Column:
    found = [c for c in contents.columns if c.name == name and source in (None, c.source)]
    assert len(found) == 1, [c.name for c in contents.columns]
    return found[0]


def refused(reader: ModuleType, path: Path, problem: str) -> str:
    """The one problem that a file is refused for, which names neither persons nor days."""
    with pytest.raises(RecordingError) as caught:
        reader.contents(path)
    assert [p.id for p in caught.value.problems] == [problem], caught.value
    assert PERSON not in str(caught.value) and DAY not in str(caught.value)
    return str(caught.value)


def without(lines: list[str], place: int) -> list[str]:
    return lines[:place] + lines[place + 1 :]


# All of them.


@all_readers
def test_each_is_known_by_its_content_alone(tmp_path, reader):
    path = write(tmp_path / "a.txt", LAYOUTS[reader]())
    assert [other.NAME for other in LAYOUTS if other.recognises(path.read_bytes(), path)] == [reader.NAME]
    table = b"time,elbow\n0,1\n0.01,2\n"
    assert not any(reader.recognises(head, path) for head in (b"", b"\x00" * 300, table, b"Label: what I did\n"))


@all_readers
def test_encodings_ends_of_lines_and_compression_change_nothing(tmp_path, reader):
    text = "\n".join([*LAYOUTS[reader](), ""])
    expected = reader.contents(write(tmp_path / "plain", LAYOUTS[reader]()))
    for name, content in {
        "bom": b"\xef\xbb\xbf" + text.encode(),
        "utf16": text.encode("utf-16"),
        "crlf": text.replace("\n", "\r\n").encode(),
        "cr": text.replace("\n", "\r").encode(),
        "gzip": gzip.compress(text.encode()),
    }.items():
        path = tmp_path / name
        path.write_bytes(content)
        head = gzip.decompress(content) if name == "gzip" else content
        assert reader.recognises(head[:65536], path), name
        found = reader.contents(path)
        assert [(c.name, c.unit, c.rate_hz, list(c.cells)) for c in found.columns] == [
            (c.name, c.unit, c.rate_hz, list(c.cells)) for c in expected.columns
        ], name


@all_readers
def test_the_top_of_a_file_says_the_same_of_its_columns(tmp_path, reader):
    lines = LAYOUTS[reader]()
    path = write(tmp_path / "a", lines)
    whole, top = (reader.contents(path, head_only=head_only) for head_only in (False, True))
    said = [[(c.name, c.unit, c.rate_hz, c.source) for c in found.columns] for found in (whole, top)]
    assert said[0] == said[1]
    long = write(tmp_path / "b", [*lines, *[lines[-1]] * 20_000])
    if reader is not vicon_nexus:  # whose last rows would be doubled frames
        assert [c.name for c in reader.contents(long, head_only=True).columns] == [c.name for c in whole.columns]


@all_readers
def test_nothing_of_persons_and_days_is_kept(tmp_path, reader):
    found = reader.contents(write(tmp_path / "a", LAYOUTS[reader]()))
    kept = " ".join(f"{c.name} {c.unit} {c.source} {' '.join(c.cells)}" for c in found.columns)
    assert "Bloggs" not in kept and DAY not in kept


@all_readers
def test_a_row_cut_short_is_told_with_its_number(tmp_path, reader):
    lines = LAYOUTS[reader]()
    lines[-1] = lines[-1].strip()[:3]
    assert f"row {len(lines)}" in refused(reader, write(tmp_path / "a", lines), "DE-056")


@all_readers
def test_a_row_too_long_and_a_row_missing_are_told(tmp_path, reader):
    lines = LAYOUTS[reader]()
    delimiter = "\t" if "\t" in lines[-1] else ","
    longer = [*lines[:-1], lines[-1] + f"{delimiter}{delimiter}7"]
    if reader not in (trigno_discover, lvm):  # where events and comments stand to the right
        assert f"row {len(lines)}" in refused(reader, write(tmp_path / "a", longer), "DE-056")
    empty = [*lines[:-2], "", *lines[-2:]]
    assert f"row {len(lines) - 1}: found an empty row" in refused(reader, write(tmp_path / "b", empty), "DE-056")


@all_readers
def test_whatever_a_file_holds_ends_in_columns_or_in_a_problem(tmp_path, reader):
    """Bytes changed, dropped, doubled and moved; every column is read as a signal where one comes out."""
    chance = random.Random(f"mutations of {reader.NAME}")
    good = "\n".join(LAYOUTS[reader]()).encode()
    path = tmp_path / "a"
    for _ in range(60):
        content = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            at = int(len(content) * chance.random() ** 3)  # most in the header, which is where a file breaks
            size = chance.choice([1, 1, 3, 40, 400])
            part = content[at : at + size]
            inf = b"1e999"
            content[at : at + size] = chance.choice(
                [
                    b"",
                    chance.randbytes(size),
                    part * 2,
                    b"\n",
                    b"\t\t",
                    b",,",
                    b'"',
                    b"-1",
                    b"nan",
                    inf,
                    b"0",
                    part[::-1],
                ]
            )
        path.write_bytes(content[: chance.choice([len(content), len(content), chance.randint(0, len(content))])])
        for head_only in (False, True):
            try:
                found = reader.contents(path, head_only=head_only)
            except RecordingError:
                continue
            assert all(isinstance(cell, str) for column in found.columns for cell in column.cells)
            for number in range(len(found.columns)):
                try:
                    signal = extract(found, f"#{number + 1}", rate_hz=2000.0)
                except RecordingError:
                    continue
                assert np.isfinite(signal.values).all() and signal.rate_hz > 0 and np.isfinite(signal.start_s)


# Trigno Discover.


@pytest.mark.parametrize("turn", [0, 1])
def test_trigno_without_clock_has_the_rate_of_its_row(tmp_path, turn):
    found = trigno_discover.contents(write(tmp_path / "a", trigno()))
    assert [(c.source, c.name, c.unit, c.rate_hz) for c in found.columns] == [
        ("EMG 01 (1)", "EMG 1 (mV)", "mV", 2000.0), ("EMG 02 (2)", "EMG 1 (mV)", "mV", 2000.0),
    ]  # fmt: skip
    signal = extract(found, "EMG 1 (mV)", rate_hz=None, turn=(turn, 2))
    assert np.allclose(signal.values, (1 + turn) * VALUES) and (signal.rate_hz, signal.start_s) == (2000, 0)
    by_sensor = extract(found, f"EMG 0{turn + 1} ({turn + 1})", rate_hz=None)
    assert np.array_equal(by_sensor.values, signal.values)


def test_trigno_clocks_belong_to_the_channel_on_their_right(tmp_path):
    found = trigno_discover.contents(write(tmp_path / "a", trigno(clock=True, rate=1259.2593)))
    assert [c.source for c in found.columns] == ["R BIC (89542)"] * 4 + ["R TRI (89563)"] * 2
    slow = extract(found, "ACC X (G)", rate_hz=None)
    assert np.array_equal(slow.values, np.arange(40)) and slow.rate_hz == pytest.approx(200)
    emg = extract(found, "R TRI (89563): EMG 1 (mV)", rate_hz=None, part=Part(0.1, None))
    assert emg.rate_hz == pytest.approx(1259.2593) and emg.unit == "mV" and emg.start_s == pytest.approx(0.1, abs=1e-3)
    assert emg.values[0] == pytest.approx(2 * VALUES[126]) and not emg.notes


def test_trigno_slow_channels_padded_with_zeros_end_where_they_end(tmp_path):
    lines = trigno()
    lines[5:7] = ["EMG 1 (mV), GYRO X (deg/s)", "2000.0000 Hz, 200.0000 Hz"]
    lines[7:] = [f"{v}, {i + 1 if i < 40 else 0}" for i, v in enumerate(VALUES)]
    gyro = extract(trigno_discover.contents(write(tmp_path / "a", lines)), "GYRO X (deg/s)", rate_hz=None)
    assert np.array_equal(gyro.values, np.arange(1, 41)) and (gyro.rate_hz, gyro.unit) == (200, "deg/s")


def test_trigno_of_another_locale_and_of_version_1_4(tmp_path):
    text = "\n".join(trigno(rate=1925.9259)).replace(", ", ";").replace(".", ",")
    emg = extract(trigno_discover.contents(write(tmp_path / "a", text.split("\n"))), "EMG 02 (2)", rate_hz=None)
    assert np.allclose(emg.values, 2 * VALUES) and emg.rate_hz == pytest.approx(1925.9259)
    old = trigno_discover.contents(write(tmp_path / "b", without(trigno(), 6)))
    assert [(c.name, c.rate_hz, len(c.cells)) for c in old.columns] == [("EMG 1 (mV)", None, 400)] * 2


def test_trigno_with_a_broken_header_or_commas_twice_is_refused(tmp_path):
    headless = [line for line in trigno() if "Hz" not in line and "mode" not in line]
    assert "Trigno Discover" in refused(trigno_discover, write(tmp_path / "a", headless), "DE-051")
    commas = [*trigno()[:7], *(line.replace(".", ",") for line in trigno()[7:])]
    assert "row 8: found 4 cells" in refused(trigno_discover, write(tmp_path / "b", commas), "DE-056")


# EMGworks.


@pytest.mark.parametrize("pad", ["0,0", ",", "0.000000e+000,0.000000e+000"])
@pytest.mark.parametrize("header", [True, False])
def test_emgworks_channels_have_their_own_clocks_and_ends(tmp_path, pad, header):
    found = emgworks.contents(write(tmp_path / "a", works(pad=pad, header=header)))
    assert [(c.source, c.name, c.unit) for c in found.columns] == [
        (None, "X[s]", "s"), ("R BICEPS", "EMG 1 [V]", "V"), (None, "X[s]", "s"), ("R ELBOW", "GONIO 2 [deg]", "deg"),
    ]  # fmt: skip
    emg, angle = (extract(found, name, rate_hz=None) for name in ("R BICEPS: EMG 1 [V]", "GONIO 2 [deg]"))
    assert np.array_equal(emg.values, VALUES) and emg.rate_hz == pytest.approx(2000) and emg.unit == "V"
    assert np.array_equal(angle.values, np.arange(1, 41)) and angle.rate_hz == pytest.approx(200)


def test_emgworks_pairs_without_header_are_a_table_like_any_other(tmp_path):
    found = csv.contents(write(tmp_path / "a", works(header=False, pad=",")))
    emg, angle = (extract(found, name, rate_hz=None) for name in ("R BICEPS: EMG 1 [V]", "R ELBOW: GONIO 2 [deg]"))
    assert np.array_equal(emg.values, VALUES) and emg.unit == "V" and emg.rate_hz == pytest.approx(2000)
    assert np.array_equal(angle.values, np.arange(1, 41)) and angle.rate_hz == pytest.approx(200)


@pytest.mark.parametrize(("delimiter", "point"), [(";", ","), ("\t", "."), ("\t", ",")])
def test_emgworks_of_other_locales(tmp_path, delimiter, point):
    start = next(place for place, line in enumerate(works()) if line.startswith("X[s]"))
    rows = [line.replace(",", delimiter).replace(".", point) for line in works()[start:]]
    head = [line.replace(".", point) for line in works()[:start]]
    emg = extract(emgworks.contents(write(tmp_path / "a", [*head, *rows])), "EMG 1 [V]", rate_hz=None)
    assert np.array_equal(emg.values, VALUES) and emg.rate_hz == pytest.approx(2000)


def test_emgworks_one_clock_is_none_for_channels_of_another_rate(tmp_path):
    head = [
        label("BIC: EMG 1", 2000, 400, "V"),
        label("BIC: ACC.X 1", 148.148, 30, "g"),
        label("TRI: EMG 2", 2000, 400, "V"),
    ]
    rows = [f"{i / 2000},{v},{i if i < 30 else 0},{2 * v}" for i, v in enumerate(VALUES)]
    names = "X [s],BIC: EMG 1 [V],BIC: ACC.X 1 [g],TRI: EMG 2 [V]"
    found = emgworks.contents(write(tmp_path / "a", [*head, "", names, *rows]))
    slow, emg = (extract(found, name, rate_hz=None) for name in ("ACC.X 1 [g]", "EMG 2 [V]"))
    assert np.array_equal(slow.values, np.arange(30)) and slow.rate_hz == pytest.approx(148.148) and slow.unit == "g"
    assert np.allclose(emg.values, 2 * VALUES) and emg.rate_hz == 2000
    alike = emgworks.contents(
        write(tmp_path / "b", [head[0], head[2], "X [s],a [V],b [V]", *(r for r in ROWS_OF_THREE)])
    )
    assert [c.name for c in alike.columns] == ["X[s]", "a [V]", "b [V]"]


ROWS_OF_THREE = [f"{i / 2000},{v},{v}" for i, v in enumerate(VALUES)]


def test_emgworks_that_is_cut_off_or_has_no_row_of_names_is_refused(tmp_path):
    assert "399 samples; expected 400" in refused(emgworks, write(tmp_path / "a", works()[:-1]), "DE-061")
    headless = [line for line in works() if not line.startswith("X[s]")]
    assert "Delsys File Utility" in refused(emgworks, write(tmp_path / "b", headless), "DE-051")


def test_emgworks_settings_longer_than_the_head_are_read_through(tmp_path):
    lines = works()
    long = write(tmp_path / "a", [*lines[:2], *["A/D card Gain: 1.000000"] * 4000, *lines[6:]])
    assert [c.rate_hz for c in emgworks.contents(long, head_only=True).columns] == [None, 2000, None, 200]


# Vicon Nexus.


def test_vicon_blocks_have_their_own_rates_and_names(tmp_path):
    found = vicon_nexus.contents(write(tmp_path / "a", vicon(first=101)))
    assert [c.name for c in found.columns if "rame" not in c.name] == [
        "R_BIC", "R_TRI", *(f"{name} {axis}" for name in ("RElbowAngles", "RELB", "RSHO") for axis in "xyz"),
    ]  # fmt: skip
    emg, angle, marker = (extract(found, name, rate_hz=None) for name in ("R_TRI", "RElbowAngles x", "RELB x"))
    assert np.allclose(emg.values, 2 * VALUES) and (emg.rate_hz, emg.unit, emg.start_s) == (2000, "V", 1.0)
    assert np.array_equal(angle.values, ANGLE[:20]) and (angle.rate_hz, angle.unit, angle.start_s) == (100, "deg", 1.0)
    assert np.array_equal(marker.values, np.arange(20)) and (marker.rate_hz, marker.unit) == (100, "mm")
    assert named(found, "R_BIC").source == "Delsys EMG" and found.first_row == 11


def test_vicon_gap_of_a_marker_harms_only_who_uses_it(tmp_path):
    found = vicon_nexus.contents(write(tmp_path / "a", vicon()))
    assert extract(found, "RSHO x", rate_hz=None, part=Part(0.05, None)).start_s == pytest.approx(0.05)
    with pytest.raises(RecordingError, match=r"DE-052.*empty cell"):
        extract(found, "RSHO x", rate_hz=None)


@pytest.mark.parametrize("device_alone", [True, False])
def test_vicon_missing_and_doubled_frames_are_told_with_their_row(tmp_path, device_alone):
    lines = vicon()[5 : 5 + 5 + 400] if device_alone else vicon()
    place = lines.index("Devices") + 5 + 24  # frame 2, sub frame 4
    message = refused(vicon_nexus, write(tmp_path / "a", without(lines, place)), "DE-055")
    assert f"row {place + 1}, " in message and "found 2, 3, then 2, 5" in message
    doubled = [*lines[:place], lines[place], *lines[place:]]
    assert f"row {place + 2}, " in refused(vicon_nexus, write(tmp_path / "b", doubled), "DE-055")
    if not device_alone:
        gap = without(vicon(), len(vicon()) - 5)
        assert f"row {len(vicon()) - 4}, " in refused(vicon_nexus, write(tmp_path / "c", gap), "DE-055")


@pytest.mark.parametrize(("delimiter", "point"), [("\t", "."), (";", ","), (";", ".")])
def test_vicon_of_other_delimiters(tmp_path, delimiter, point):
    lines = [line.replace(",", delimiter).replace(".", point) for line in vicon()]
    emg = extract(vicon_nexus.contents(write(tmp_path / "a", lines)), "R_TRI", rate_hz=None)
    assert np.allclose(emg.values, 2 * VALUES) and emg.rate_hz == 2000


@pytest.mark.parametrize("lost", ["2000", "Frame,Sub Frame,R_BIC,R_TRI"])
def test_vicon_block_with_a_broken_header_is_refused(tmp_path, lost):
    lines = vicon()
    lines[lines.index(lost)] = "x"
    assert "Export ASCII" in refused(vicon_nexus, write(tmp_path / "a", lines), "DE-051")


def test_vicon_word_among_the_samples_ends_no_block(tmp_path):
    lines = vicon()
    lines[30] = PERSON
    assert "row 31" in refused(vicon_nexus, write(tmp_path / "a", lines), "DE-056")
    lines[30] = f"{PERSON},0,1,1"
    assert "row 31, column Frame" in refused(vicon_nexus, write(tmp_path / "b", lines), "DE-052")


# OpenSim.


@pytest.mark.parametrize(("flag", "unit"), [("inDegrees=yes", "deg"), ("INDEGREES = no", "rad"), ("", None)])
def test_motion_says_the_unit_of_its_angles(tmp_path, flag, unit):
    found = opensim_storage.contents(write(tmp_path / "a.mot", motion(flag=flag)))
    angle = extract(found, "elbow_flexion", rate_hz=None)
    assert np.array_equal(angle.values, ANGLE) and angle.rate_hz == pytest.approx(100) and angle.start_s == 0.5
    assert angle.unit == unit and named(found, "pelvis_tx").unit is None and not found.notes


def test_flag_says_nothing_of_forces_and_states_of_muscles(tmp_path):
    for title, name, unit in [
        ("Inverse Dynamics Generalized Forces", "elbow_flexion_moment", None),
        ("excitations", "/forceset/BIClong", None),
        ("states", "/forceset/BIClong/activation", None),
        ("states", "/jointset/elbow/elbow_flexion/value", "deg"),
        ("inDegrees=yes", "elbow_flexion", None),
    ]:
        found = opensim_storage.contents(write(tmp_path / "a.sto", motion(title=title, name=name)))
        assert found.columns[1].unit == unit, title


@pytest.mark.parametrize(("flag", "notes"), [("inDegrees=no", ["DE-064"]), ("inDegrees=yes", [])])
def test_flag_without_a_version_is_read_and_told(tmp_path, flag, notes):
    found = opensim_storage.contents(write(tmp_path / "a.mot", motion(title=f"{PERSON} curl", version="", flag=flag)))
    assert [note.id for note in found.notes] == notes and found.columns[1].unit in ("deg", "rad")
    assert PERSON not in " ".join(map(str, found.notes))
    force = opensim_storage.contents(write(tmp_path / "b.mot", motion(title="grf", version="", flag=flag)))
    assert not force.notes and force.columns[1].unit is None


def test_motions_of_simm_and_with_blanks_are_read(tmp_path):
    rows = [f"{i / 100:.3f}   {a}" for i, a in enumerate(ANGLE)]
    lines = [
        f"name {PERSON}.mot",
        "datacolumns 2",
        f"datarows {len(rows)}",
        "range 0 0.8",
        "endheader",
        "time  elbow",
        *rows,
    ]
    found = opensim_storage.contents(write(tmp_path / "a.mot", lines))
    assert np.array_equal(extract(found, "elbow", rate_hz=None).values, ANGLE)


def test_motion_of_other_size_than_its_header_says_is_refused(tmp_path):
    assert "79 rows; expected 80" in refused(opensim_storage, write(tmp_path / "a", motion()[:-1]), "DE-061")
    other = [line.replace("nColumns=3", "nColumns=4") for line in motion()]
    assert "3 columns; expected 4" in refused(opensim_storage, write(tmp_path / "b", other), "DE-061")
    headless = [line for line in motion() if line != "endheader"]
    assert "Save As" in refused(opensim_storage, write(tmp_path / "c", headless), "DE-051")
    refused(opensim_storage, write(tmp_path / "d", without(motion(), 9)), "DE-051")


@pytest.mark.parametrize(
    "names", [f"{PERSON}:RELB\t\t\tRSHO\t\t\t", "RELB\t\tRSHO", "RELB x\tRELB y\tRELB z\tRSHO x\tRSHO y\tRSHO z"]
)
def test_trc_markers(tmp_path, names):
    found = trc.contents(write(tmp_path / "a.trc", markers(names=names, unit="m")))
    expected = ["Frame#", "Time", *(f"{name} {axis}" for name in ("RELB", "RSHO") for axis in "xyz")]
    assert [c.name for c in found.columns] == expected and found.first_row == 7
    marker = extract(found, "RELB x", rate_hz=None)
    assert np.array_equal(marker.values, ANGLE) and (marker.rate_hz, marker.unit, marker.start_s) == (100, "m", 0)
    assert extract(found, "RSHO x", rate_hz=None, part=Part(0.04, 0.1)).values[0] == 4
    with pytest.raises(RecordingError, match=r"DE-052.*row 10, column RSHO x.*empty cell"):
        extract(found, "RSHO x", rate_hz=None)


def test_trc_without_the_empty_row_and_the_axes_is_read(tmp_path):
    lines = markers()
    found = trc.contents(write(tmp_path / "a.trc", lines[:4] + lines[6:]))
    assert np.array_equal(extract(found, "RELB x", rate_hz=None).values, ANGLE) and found.first_row == 5


def test_trc_of_other_size_than_its_header_says_is_refused(tmp_path):
    assert "79 frames; expected 80" in refused(trc, write(tmp_path / "a", markers()[:-1]), "DE-061")
    refused(trc, write(tmp_path / "b", markers(names=f"{PERSON}:RELB\t\t\t")), "DE-051")
    refused(trc, write(tmp_path / "c", markers()[:2]), "DE-051")
    refused(trc, write(tmp_path / "d", without(markers(), 3)), "DE-051")


# LabVIEW.


@pytest.mark.parametrize("comma", [False, True])
@pytest.mark.parametrize("x", ["No", "One", "Multi"])
def test_lvm_has_the_clock_of_its_columns_or_of_its_header(tmp_path, x, comma):
    found = lvm.contents(write(tmp_path / "a.lvm", labview(x=x, comma=comma)))
    clocks = {"No": 0, "One": 1, "Multi": 2}[x]
    assert sum(c.name == "X_Value" for c in found.columns) == clocks and len(found.columns) == 2 + clocks
    for name, factor, unit in (("Voltage", 1, "Volts"), ("Voltage_0", 2, "mV")):
        signal = extract(found, name, rate_hz=None)
        assert np.allclose(signal.values, factor * VALUES, atol=1e-6) and signal.unit == unit
        assert signal.rate_hz == pytest.approx(2000) and signal.start_s == pytest.approx(1.5) and not signal.notes


def test_lvm_of_several_segments_is_refused(tmp_path):
    lines = labview()
    again = [*lines, "", *lines[13:]]
    message = refused(lvm, write(tmp_path / "a.lvm", again), "DE-063")
    assert f"row {len(lines) + 9}" in message and "a file of its own" in message


def test_lvm_cut_off_or_without_names_is_refused(tmp_path):
    assert "400 samples; expected 500" in refused(lvm, write(tmp_path / "a", labview(samples=500)), "DE-061")
    assert len(lvm.contents(write(tmp_path / "b", labview(samples=100))).columns[0].cells) == 400
    refused(lvm, write(tmp_path / "c", labview()[:20]), "DE-051")
    refused(lvm, write(tmp_path / "f", without(labview(), 21)), "DE-051")
    commented = [*labview()[:-1], labview()[-1] + "\t\t7"]
    assert len(lvm.contents(write(tmp_path / "d", commented)).columns) == 2
    bare = [line.removesuffix("\tComment") for line in labview()]
    bare[22] += "\t"
    assert "row 23" in refused(lvm, write(tmp_path / "e", bare), "DE-056")


def test_lvm_separated_by_commas_and_with_one_header(tmp_path):
    text = "\n".join(labview(x="One")).replace("Separator\tTab", "Separator\tComma").replace("\t", ",")
    assert np.allclose(
        extract(lvm.contents(write(tmp_path / "a", text.split("\n"))), "Voltage", rate_hz=None).values,
        VALUES,
        atol=1e-6,
    )
    short = ["LabVIEW Measurement", "Separator\tTab", "***End_of_Header***", "Time\tCH1 [mV]"]
    rows = [f"{i / 1000}\t{v}" for i, v in enumerate(VALUES)]
    signal = extract(lvm.contents(write(tmp_path / "b", [*short, *rows])), "CH1 [mV]", rate_hz=None)
    assert np.array_equal(signal.values, VALUES) and signal.rate_hz == pytest.approx(1000) and signal.unit == "mV"


@pytest.mark.parametrize(
    ("step", "rate", "certain"),
    [
        ("0.000500", 2000, True), ("5E-4", 2000, True), ("3,906250E-5", 25600, True), ("0.000333", 3000, True),
        ("0.000977", 1024, True), ("0.000391", 1 / 0.000391, False), ("0.0005", 2000, True), ("", None, True),
        ("-1", None, True), ("1e999", None, True), ("0.0000001e-310", None, True), ("1E300", None, True),
    ],
)  # fmt: skip
def test_lvm_rate_of_a_rounded_interval(step, rate, certain):
    found = rate_of(step)
    assert found[1] == certain and (found[0] == pytest.approx(rate) if rate else found[0] is None)


def test_lvm_rate_that_its_digits_leave_open_is_told(tmp_path):
    found = lvm.contents(write(tmp_path / "a", labview(step="0.000391")))
    assert [note.id for note in found.notes] == ["DE-058"] * 2
