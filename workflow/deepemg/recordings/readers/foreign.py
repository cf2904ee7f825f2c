"""Formats that are known by their content and not read: what the file is, and how to get out of it what can be read."""

from __future__ import annotations

import zipfile
from pathlib import Path

# first bytes -> what it is, what to do
MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF document", "export the numbers, not the report: CSV, C3D or EDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls) or another old Office file", "save it as .xlsx or CSV"),
    (b"\x89PNG", "a picture", "name the signal file"),
    (b"\xff\xd8\xff", "a picture", "name the signal file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it, and name the file in it"),
    (b"Rar!", "a RAR archive", "unpack it, and name the file in it"),
    (b"BZh", "a bzip2 archive", "unpack it, and name the file in it"),
    (b"\xfd7zXZ\x00", "an xz archive", "unpack it, and name the file in it"),
    (b"TDSm", "a LabVIEW TDMS file", "save it as .lvm or CSV in LabVIEW or DIAdem"),
    (b"PAR1", "a Parquet file", "save the table as CSV"),
    (b"\x93NUMPY", "a NumPy array", "save it as CSV with a row of names"),
    (b"POLY SAMPLE FILE", "a TMSi Poly5 file", "convert it to EDF or CSV in the TMSi program"),
    (b"CFWB", "a LabChart binary file", "export it from LabChart as .mat or text"),
    (b"ADICHT", "a LabChart file (.adicht)", "export it from LabChart as .mat or text"),
    (b"RIFF", "an audio file", "export the signals as CSV or EDF"),
    (b"Brain Vision Data", "a BrainVision header", "export the recording as EDF or CSV"),
    (b"{\\rtf", "a text document (RTF)", "save the sheet as CSV"),
    (b"<!DOCTYPE html", "a web page (a download that failed?)", "download the file itself"),
    (b"<html", "a web page (a download that failed?)", "download the file itself"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file itself", "fetch it with: git lfs pull"),
)
SUFFIXES = {
    ".hpf": ("a Delsys EMGworks recording", "export it as CSV with Delsys File Utility"),
    ".shpf": ("a Delsys Trigno Discover recording", "export it as CSV in Trigno Discover"),
    ".acq": ("a Biopac AcqKnowledge file", "save it as .mat or text in AcqKnowledge"),
    ".adicht": ("a LabChart file", "export it from LabChart as .mat or text"),
    ".sav": ("an SPSS file", "save the table as CSV"),
    ".rda": ("an R file", "write the table as CSV"),
    ".pkl": ("a Python pickle, which could run any code", "write the table as CSV"),
    ".qtm": ("a Qualisys project file", "export it from QTM as C3D or TSV"),
}
READABLE = "CSV, C3D, EDF or another format of config/README.md"


def foreign_format(head: bytes, path: Path) -> tuple[str, str, str] | None:
    """What was found, what was expected and what to do, for a file of a known format that is not read; else None."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n") if head[:1] in b"\xef<{ " else head
    for magic, name, fix in MAGIC:
        if start[: len(magic)].lower() == magic.lower():
            return name, READABLE, fix
    if head[:2] == b"PK":
        return _in_archive(path)
    if head[257:262] == b"ustar":
        return (
            "a tar archive (OTB recordings are such: .otb+, .otb4)",
            READABLE,
            "export it as CSV or .mat in OT BioLab+",
        )
    if b"\x00" in head[:1000] and path.suffix.lower() in SUFFIXES:
        name, fix = SUFFIXES[path.suffix.lower()]
        return name, READABLE, fix
    return None


def _in_archive(path: Path) -> tuple[str, str, str]:
    """A zip archive by what it holds: Office documents and some recordings are such."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "a zip archive that is damaged", READABLE, "copy it again, unpack it, and name the file in it"
    if any(name.startswith("word/") for name in names):
        return "a Word document", READABLE, "save the sheet as CSV"
    if any(name.endswith("content.xml") for name in names):
        return "a LibreOffice document", READABLE, "save the sheet as CSV or .xlsx"
    if any(name.endswith(".sip") or name.endswith(".otb") for name in names):
        return "an OTB recording", READABLE, "export it as CSV or .mat in OT BioLab+"
    shown = next((name for name in names if not name.endswith("/")), "nothing")
    return f"a zip archive (in it: {Path(shown).suffix or shown[:20]})", READABLE, "unpack it, and name the file in it"
