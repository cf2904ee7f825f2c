"""Signal files that were made to fill memory or time, or to be printed: each ends in one line that names it, soon."""

from __future__ import annotations

import gzip
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import edfio
import h5py
import numpy as np
import pytest

from damaged import TEXTS, refused, write
from deepemg.audit.fuzz_binaries import sound_binaries
from deepemg.audit.fuzz_text import Text
from deepemg.recordings import limits
from deepemg.recordings.problems import RecordingError
from deepemg.recordings.readers import mat, open_file

MB = 10**6
BOMB = 40 * MB  # unpacked; what may be unpacked whatever the file's size is half of it
WORKBOOK = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def told(path: Path, *, head_only: bool = False) -> str:
    """The one line that a file ends in. It must name the file, be short, take seconds, and little memory."""
    tracemalloc.start()
    start = time.process_time()
    with pytest.raises(RecordingError) as caught:
        open_file(path, head_only=head_only)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    (problem,) = caught.value.problems
    assert problem.place.startswith(str(path)) and len(str(problem)) < 600
    assert time.process_time() - start < 5 and peak < 100 * MB
    return problem.id


# Bombs


def packed_zeros(path: Path) -> None:
    path.write_bytes(gzip.compress(b"time,bic\n" + b"0,0\n" * (BOMB // 4), 1))


def packed_twice(path: Path) -> None:
    path.write_bytes(gzip.compress(gzip.compress(b"0\n" * BOMB, 1), 1))


def workbook(path: Path, part: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", WORKBOOK)
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr(part, bytes(BOMB))


def matlab(path: Path) -> None:
    packed = zlib.compress(bytes(BOMB), 1)
    head = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"
    path.write_bytes(head + np.array([15, len(packed)], "<u4").tobytes() + packed)


def hdf5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("emg", data=np.zeros(BOMB, np.uint8), compression="gzip", compression_opts=1)


def hdf5_named_often(path: Path) -> None:
    """A cell array whose every cell is the same data set."""
    with h5py.File(path, "w") as file:
        emg = file.create_dataset("emg", data=np.zeros(50_000, np.uint8))
        file.create_dataset("trial", data=np.array([emg.ref] * 9000, dtype=h5py.ref_dtype), dtype=h5py.ref_dtype)


def hdf5_in_circles(path: Path) -> None:
    """A group that holds itself under five hundred names."""
    with h5py.File(path, "w") as file:
        group = file.create_group("a")
        for number in range(500):
            group[f"b{number}"] = group


BOMBS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "gzip": (".csv.gz", packed_zeros),
    "Excel, a sheet": (".xlsx", lambda path: workbook(path, "xl/worksheets/sheet1.xml")),
    "Excel, texts": (".xlsx", lambda path: workbook(path, "xl/sharedStrings.xml")),
    "MATLAB 7": (".mat", matlab),
    "MATLAB 7.3": (".mat", hdf5),
    "MATLAB 7.3, one data set many times": (".mat", hdf5_named_often),
    "MATLAB 7.3, groups in circles": (".mat", hdf5_in_circles),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_that_unpacks_to_all_memory_is_left_before_that(tmp_path, monkeypatch, name):
    monkeypatch.setitem(limits.limits()["numbers"], "value", 5)  # million; the time is that of a slow machine
    suffix, make = BOMBS[name]
    path = tmp_path / f"a{suffix}"
    make(path)
    assert path.stat().st_size < 2 * MB
    assert told(path) == "DE-047"


def test_what_is_packed_twice_is_no_table(tmp_path):
    packed_twice(tmp_path / "a.csv.gz")
    assert told(tmp_path / "a.csv.gz") in ("DE-044", "DE-051")


@pytest.mark.parametrize("entities", ["local", "file"])
def test_entities_of_a_workbook_are_not_expanded(tmp_path, entities):
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 10}">' for n in range(9))
    inner = laughs if entities == "local" else '<!ENTITY l8 SYSTEM "file:///etc/passwd">'
    sheet = f"<!DOCTYPE x [{inner}]><worksheet><sheetData><row><c t='str'><v>&l8;</v></c></row></sheetData></worksheet>"
    suffix, content = ".xlsx", TEXTS["xlsx"].encode()
    (tmp_path / "sound.xlsx").write_bytes(content)
    path = tmp_path / f"a{suffix}"
    with zipfile.ZipFile(tmp_path / "sound.xlsx") as sound, zipfile.ZipFile(path, "w") as archive:
        for part in sound.namelist():
            archive.writestr(part, sheet if "sheet1" in part else sound.read(part))
    assert told(path) == "DE-051"


def test_a_small_file_that_packs_well_is_read(tmp_path):
    """A channel that was never connected."""
    rows = "".join(f"{place / 100:.2f},0\n" for place in range(50_000))
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(f"time,bic\n{rows}".encode()))
    assert [column.name for column in open_file(tmp_path / "a.csv.gz").columns] == ["time", "bic"]


def edf(path: Path) -> None:
    edfio.Edf([edfio.EdfSignal(np.arange(5000.0), 1000, label="bic")]).write(path)


LARGE: dict[str, tuple[str, str, Callable[[Path], object]]] = {
    "a table": ("text", ".csv", lambda path: path.write_text("time,bic\n" + "0.001,1\n" * 2000)),
    "EDF": ("binary", ".edf", edf),
    "C3D": ("binary", ".c3d", lambda path: path.write_bytes(sound_binaries()["c3d"][1])),
    "XDF": ("binary", ".xdf", lambda path: path.write_bytes(sound_binaries()["xdf"][1])),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_file_beyond_its_limit_is_not_read(tmp_path, monkeypatch, name):
    kind, suffix, make = LARGE[name]
    make(tmp_path / f"a{suffix}")
    open_file(tmp_path / f"a{suffix}")
    monkeypatch.setitem(limits.limits()[kind], "value", 0.001)
    make(tmp_path / f"b{suffix}")
    assert told(tmp_path / f"b{suffix}") == "DE-047"


def test_a_line_without_end_is_no_row(tmp_path):
    (tmp_path / "a.csv").write_text("time,bic\n0,1\n" + "1," * 200_000 + "\n")
    assert told(tmp_path / "a.csv") == "DE-047"


def test_every_limit_has_a_unit_and_a_reason():
    for name, entry in limits.limits().items():
        assert set(entry) == {"value", "unit", "reason"} and entry["unit"] in limits.UNITS and limits.limit(name) > 0
        assert len(entry["reason"]) > 40
    assert limits.most_unpacked(10) == limits.limit("unpacked_always") < limits.most_unpacked(MB)


# Damage of what is packed


@pytest.mark.parametrize("place", [0.02, 0.3, 0.6, 0.99])
@pytest.mark.parametrize("damage", ["flipped", "cut off", "zeroed", "doubled"])
def test_a_damaged_gzip_names_its_file(tmp_path, damage, place):
    content = bytearray(gzip.compress("\n".join(TEXTS["csv, commas"].lines).encode()))
    at = 10 + int(place * (len(content) - 20))
    match damage:
        case "flipped":
            content[at] ^= 0x55
        case "cut off":
            del content[at:]
        case "zeroed":
            content[at : at + 16] = bytes(16)
        case _:
            content[at:at] = content[max(at - 16, 0) : at]
    (tmp_path / "a.csv.gz").write_bytes(content)
    assert told(tmp_path / "a.csv.gz") == "DE-051"


@pytest.mark.parametrize("name", sound_binaries())
def test_a_binary_in_a_damaged_gzip_names_its_file(tmp_path, name):
    packed = gzip.compress(sound_binaries()[name][1])
    (tmp_path / "a.gz").write_bytes(packed[: len(packed) // 2])
    assert told(tmp_path / "a.gz") == "DE-051"


# What a message says of a file


@pytest.mark.parametrize("cell", ["root:x:0:0:root:/root", "Anna Muster", "\x1b[2J", "12 Feb 1970"])
def test_a_cell_that_is_no_number_is_not_told(tmp_path, cell):
    rows = [f"{place / 100},{place}" for place in range(40)]
    said = refused(write(tmp_path, Text("time,bic", (*rows[:20], f"0.2,{cell}", *rows[21:]))), "bic")
    assert "DE-052" in said and f"a text of {len(cell)} letters" in said and cell not in said


@pytest.mark.parametrize("cell", ["nan", "#DIV/0!", "1,5,3", "-", "1.2.3"])
def test_a_cell_that_is_nearly_a_number_is_told(tmp_path, cell):
    rows = [f"{place / 100};{place}" for place in range(40)]
    text = Text("time;bic", (*rows[:20], f"0.2;{cell}", *rows[21:]), ";")
    assert repr(cell) in refused(write(tmp_path, text), "bic")


def test_names_of_columns_are_cut_counted_and_cannot_command_a_terminal(tmp_path):
    names = ["time", "\x1b]0;x\x07bic\x9b2J", "\u202etri", "n" * 400, *(f"emg {place}" for place in range(300))]
    rows = tuple(",".join([f"{row / 100}", *["1.5"] * (len(names) - 1)]) for row in range(30))
    said = refused(write(tmp_path, Text(",".join(names), rows)), "brachialis")
    assert "and 274 more" in said and "n" * 61 not in said and r"\x1b]0;x\x07bic\x9b2J" in said and r"\u202etri" in said
    assert said.isprintable() and len(said) < 1500


def test_a_header_that_is_damaged_does_not_say_what_stood_in_it(tmp_path):
    content = bytearray(sound_binaries()["edf"][1])
    content[236:244] = b"AnnaMust"  # the number of records
    (tmp_path / "a.edf").write_bytes(content)
    assert "Anna" not in refused(tmp_path / "a.edf")


def test_numbers_are_counted_before_they_are_read(monkeypatch):
    room = mat.Room()
    room.take(limits.limit("numbers"))
    with pytest.raises(mat.Beyond):
        room.take(1)
