"""What random damage of signal files has found: what once escaped ends in a typed error, or is read as it stands."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import edfio
import numpy as np
import openpyxl
import pytest
from scipy.io import savemat

from damaged import CLOCK, TEXTS, changed, read, refused, write
from deepemg.audit.fuzz_binaries import sound_binaries
from deepemg.audit.fuzz_text import Text, rows_of, times, values
from deepemg.recordings.problems import RecordingError
from deepemg.recordings.readers import open_file
from deepemg.recordings.signal import Part

# Tables of text


@pytest.mark.parametrize("name", ["csv, commas", "csv, blanks, no names", "csv, times of day", "csv, BOM, no clock"])
@pytest.mark.parametrize("place", [0, 1, 20, 59])
def test_no_row_is_lost_where_one_is_damaged(tmp_path, name, place):
    """Not the first, which is then no name, and not those above some damaged ones."""
    text = TEXTS[name]
    cells = text.split(text.rows[place])
    for damaged in ([*cells[:-1], "?"], [*cells[:-2], "nan", "x"], [cell.replace(".", "_") for cell in cells]):
        rows = changed(text.rows, place, text.join(damaged))
        assert "row" in refused(write(tmp_path, text, rows=rows), f"#{len(cells)}")
    three = (*text.rows[:place], *["?"] * 3, *text.rows[place:])
    assert "row" in refused(write(tmp_path, text, rows=three)) or place in (0, 59)


def test_a_second_row_of_names_hides_nothing_above_it(tmp_path):
    text = TEXTS["csv, BOM, no clock"]
    assert "row 12" in refused(write(tmp_path, text, rows=(*text.rows[:10], text.names or "", *text.rows[10:])))


@pytest.mark.parametrize("gap", ["nan,nan,nan", "inf,nan,inf"])
def test_a_first_row_of_gaps_is_no_row_of_names(tmp_path, gap):
    text = TEXTS["csv, BOM, no clock"]
    assert "row 2" in refused(write(tmp_path, text, rows=(gap, *text.rows)), "bic")


@pytest.mark.parametrize("units", [",%,%", "s,°,[%]", "(s),(mV),(°)"])
def test_units_without_a_letter_are_no_damaged_row(tmp_path, units):
    contents = open_file(write(tmp_path, CLOCK, below=(units,)))
    assert [column.unit for column in contents.columns][1:] == units.split(",")[1:] and contents.first_row == 3


def test_a_cell_that_is_lost_before_a_delimiter_at_the_end_shifts_nothing(tmp_path):
    text = TEXTS["csv, quotes, delimiters at the end"]
    said = refused(write(tmp_path, text, rows=changed(text.rows, 7, "0.070,3048.76,")))
    assert "row 9: found 3 cells below 3 column names, where other rows have 4" in said


@pytest.mark.parametrize("name", ["lvm", "lvm, one X", "trigno_discover, clocks and events"])
def test_texts_beside_the_samples_hide_no_shifted_row(tmp_path, name):
    text = TEXTS[name]
    cells = text.split(text.rows[30])
    for shifted in (cells[:1] + cells[2:], cells[:2] + cells[1:], [*cells[:2], "", *cells[2:]]):
        assert "DE-056" in refused(write(tmp_path, text, rows=changed(text.rows, 30, text.join(shifted))))


def test_samples_after_the_end_that_emgworks_announces_are_told(tmp_path):
    text = TEXTS["emgworks"]
    head = tuple(line.replace("Number of points: 60", "Number of points: 6") for line in text.head)
    assert "DE-061" in refused(write(tmp_path, text, head=head))


def test_a_noraxon_header_without_its_last_field_is_no_crash(tmp_path):
    text = TEXTS["noraxon_mr3"]
    head = tuple(line.rpartition(",")[0] for line in text.head)
    assert open_file(write(tmp_path, text, head=head), "noraxon_mr3").columns[1].unit == ""


@pytest.mark.parametrize("cell", ["9" * 50_000, "9" * 50_000 + "x", "_" * 20_000, "(" * 20_000, " " * 20_000 + "x"])
def test_cells_and_names_without_end_take_no_time(tmp_path, cell):
    start = time.process_time()
    for text in (CLOCK, replace(TEXTS["csv, moments"], packed=""), TEXTS["trigno_discover"]):
        first, _, others = text.rows[9].partition(",")
        for changes in (
            {"rows": changed(text.rows, 9, f"{first},{cell}")},
            {"rows": changed(text.rows, 9, f"{cell},{others}")},
            {"names": str(text.names).replace("1 (mV)", cell).replace("bic", cell)},
            {"below": (cell,)},
        ):
            with suppress(RecordingError):
                read(write(tmp_path, text, **changes), "#2")
    assert time.process_time() - start < 2


# Clocks


@pytest.mark.parametrize("name", ["time", "t", "x", "Frame"])
@pytest.mark.parametrize("lost_row", [1, 17, 29, 30, 58])
@pytest.mark.parametrize("kind", ["lost", "doubled", "swapped"])
def test_a_row_that_is_lost_doubled_or_elsewhere_is_told(tmp_path, name, lost_row, kind):
    """Also in the middle, where a slightly other rate explains it best, and by a clock that is none by its name."""
    clock = [str(place) for place in range(60)] if name == "Frame" else times()
    rows = rows_of([clock, values(1)])
    new = {"lost": (), "doubled": (rows[lost_row],) * 2, "swapped": (rows[(lost_row + 9) % 60],)}[kind]
    moved = changed(rows, lost_row, *new)
    if kind == "swapped":
        moved = changed(moved, (lost_row + 9) % 60, rows[lost_row])
    path = write(tmp_path, Text(f"{name},bic", moved))
    assert "DE-055" in refused(path, "bic")
    assert name == "Frame" or "DE-055" in refused(path, "bic", rate_hz=None)


@pytest.mark.parametrize("cell", ["1e999", "2024-05-01T00:00:00+02:00"])
def test_times_without_end_and_of_several_zones_are_no_times(tmp_path, cell):
    rows = changed(changed(CLOCK.rows, 10, f"{cell},1,2"), 20, f"{cell},1,2")
    assert "DE-052" in refused(write(tmp_path, CLOCK, rows=rows))
    moments = [f"2024-05-01T00:00:{second:06.3f}+0{place % 2}:00" for place, second in enumerate(np.arange(60) / 100)]
    assert "DE-052" in refused(write(tmp_path, CLOCK, rows=rows_of([moments, values(1)]), names="time,bic"))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_times_too_small_to_have_a_rate(tmp_path):
    savemat(tmp_path / "a.mat", {"t": np.arange(60) * 1e-320, "emg": np.arange(60.0)})
    assert len(read(tmp_path / "a.mat", "emg").values) == 60


def test_a_start_beyond_measure_is_no_start(tmp_path):
    text = TEXTS["lvm"]
    head = tuple(line.replace("0.0000000000000000E+0", "1E+307") for line in text.head)
    assert "DE-051" in refused(write(tmp_path, text, head=head), part=Part(0.1, 0.2))


# Bytes


def write_xlsx(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    return path


TABLE: list[list[object]] = [["Time", "Bic", "Tri"], *([n / 100, 0.5 + n, -n - 0.5] for n in range(60))]


@pytest.mark.parametrize("row", [1, 2, 30])
@pytest.mark.parametrize("damaged", [["0.1|0.5|0.5"], [0.1, "x", 0.5], ["x", 0.5, "x"], [True, True, True]])
def test_no_row_of_a_workbook_is_lost_where_one_is_damaged(tmp_path, row, damaged):
    path = write_xlsx(tmp_path / "a.xlsx", [*TABLE[:row], damaged, *TABLE[row:]])
    assert re.search(rf"row ({row + 1}|{row + 2})\b", refused(path, "Bic"))  # the second, where the clock tells of it


def test_a_shifted_row_of_a_workbook_is_told(tmp_path):
    rows = [*TABLE[:9], [*TABLE[9][:2], None, TABLE[9][2]], *TABLE[10:]]
    assert "DE-056" in (said := refused(write_xlsx(tmp_path / "a.xlsx", rows))) and "row 10" in said
    beside = [[*row, None, "mean", 12.5] if place < 3 else row for place, row in enumerate(TABLE)]
    assert len(read(write_xlsx(tmp_path / "b.xlsx", beside), "Tri").values) == 60


def test_whole_numbers_of_a_workbook_that_no_float_holds(tmp_path):
    rows = changed(TEXTS["xlsx"].rows, 9, f"0.09\t{'9' * 400}\t1\t2")
    assert "DE-052" in refused(write(tmp_path, TEXTS["xlsx"], rows=rows))


def test_a_zip_archive_of_a_version_to_come_is_a_damaged_one(tmp_path):
    content = bytearray(TEXTS["xlsx"].encode())
    content[content.index(b"PK\x01\x02") + 6] = 200
    (tmp_path / "a.dat").write_bytes(content)
    with pytest.raises(RecordingError, match="DE-044"):
        open_file(tmp_path / "a.dat")


@pytest.mark.parametrize("end", [10, 18, 60])
def test_a_matlab_file_cut_off_in_its_first_line_is_no_table(tmp_path, end):
    for name in ("a.mat", "a.dat"):
        (tmp_path / name).write_bytes(sound_binaries()["mat, 5"][1][:end])
        assert "DE-05" in refused(tmp_path / name, "#1")


def test_times_of_a_stream_that_are_no_numbers(tmp_path):
    content = bytearray(sound_binaries()["xdf"][1])
    place = content.index(np.float64(500.5).tobytes())
    content[place : place + 8] = np.float64(np.nan).tobytes()
    (tmp_path / "a.xdf").write_bytes(content)
    assert "DE-051" in refused(tmp_path / "a.xdf")


def test_starts_of_records_that_were_rounded_are_no_pauses(tmp_path):
    signal = edfio.EdfSignal(np.arange(200.0), 100, label="EMG", physical_range=(-300, 300))
    records = edfio.Edf([signal], annotations=[edfio.EdfAnnotation(0.5, None, "start")], data_record_duration=0.1)
    records.write(tmp_path / "a.edf")
    assert b"+0.30000000000000004" in (tmp_path / "a.edf").read_bytes()
    assert len(read(tmp_path / "a.edf", "EMG").values) == 200
