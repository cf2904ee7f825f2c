"""Who was measured stays in the lab's own files: names, birth dates, recorder info are in nothing that is written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import edfio
import numpy as np
import openpyxl
import pandas as pd
import pytest
from scipy.io import savemat
from typer.testing import CliRunner

import foreign_c3d
from deepemg.cli.main import app
from folders import RATE, make_folder

NAME, BORN, RECORDER = "Mustermann", "1980-02-03", "XK-77-4711"
PLANTED = (NAME, NAME.upper(), BORN, "03.02.1980", "03-FEB-1980", RECORDER)
LINES = f"Patient: Erika {NAME}\nBorn: {BORN}\nOperator: {NAME}\nRecorder: {RECORDER}\n"

Write = Callable[[Path, pd.DataFrame], Path]


def csv(path: Path, table: pd.DataFrame) -> Path:
    path.write_text(LINES + "\n" + table.to_csv(index=False))
    return path


def noraxon(path: Path, table: pd.DataFrame) -> Path:
    """One file of one signal: the others are left out."""
    head = "type,name,time_units,begin_time,frequency,count,units\n"
    rows = "".join(f"{i / RATE:.5f},{value}\n" for i, value in enumerate(table["bic"]))
    path.write_text(f'{head}signal,"{NAME} BIC","s",0,{RATE},{len(table)},"uV"\n\ntime,bic\n{rows}')
    return path


def trigno(path: Path, table: pd.DataFrame) -> Path:
    head = [f"Application:, Trigno Discover ({NAME})", f"Date/Time:, {BORN}", "Collection Length (seconds):, 4",
            "bic, lat", "sensor mode: 40, sensor mode: 40", "EMG 1 (uV), EMG 1 (uV)",
            f"{RATE} Hz, {RATE} Hz"]  # fmt: skip
    path.write_text("\n".join(head) + "\n" + table.to_csv(index=False, header=False))
    return path


def edf(path: Path, table: pd.DataFrame) -> Path:
    patient = edfio.Patient(name=f"Erika_{NAME}", birthdate=pd.Timestamp(BORN).date())
    recording = edfio.Recording(hospital_administration_code=RECORDER, investigator_technician_code=NAME)
    signals = [edfio.EdfSignal(table[name].to_numpy(), RATE, label=name, physical_dimension="uV",
                               physical_range=(-3000, 3000)) for name in table]  # fmt: skip
    edfio.Edf(signals, patient=patient, recording=recording).write(path)
    return path


def c3d(path: Path, table: pd.DataFrame) -> Path:
    frames = len(table) // 10
    names = [f"{NAME}:{name}" for name in table]
    points, analogs = np.ones((4, 1, frames)), table.to_numpy().T[None, :, : 10 * frames] / 1e6
    return foreign_c3d.write(path, points, [f"{NAME}:M1"], analogs=analogs, names=names)


def mat(path: Path, table: pd.DataFrame) -> Path:
    savemat(
        path, {"fs": float(RATE), "subject": f"Erika {NAME}", "born": BORN} | {n: table[n].to_numpy() for n in table}
    )
    return path


def xlsx(path: Path, table: pd.DataFrame) -> Path:
    book = openpyxl.Workbook()
    book.properties.creator = NAME
    page = book.active
    for line in LINES.splitlines():
        page.append([line])
    page.append(list(table))
    for row in table.itertuples(index=False):
        page.append(list(row))
    book.save(path)
    return path


def lvm(path: Path, table: pd.DataFrame) -> Path:
    head = ["LabVIEW Measurement", "Separator\tTab", "Decimal_Separator\t.", f"Operator\t{NAME}", f"Date\t{BORN}",
            "***End_of_Header***", "", f"Channels\t{table.shape[1]}", "X_Columns\tNo",
            "Delta_X\t" + "\t".join([f"{1 / RATE:.6f}"] * 2), "***End_of_Header***",
            "X_Value\t" + "\t".join(table) + "\tComment"]  # fmt: skip
    rows = ["\t" + "\t".join(f"{value}" for value in row) for row in table.itertuples(index=False)]
    rows[0] += f"\t{NAME}"
    path.write_text("\n".join([*head, *rows]) + "\n")
    return path


FORMATS: dict[str, tuple[str, Write]] = {
    "csv": (".csv", csv), "noraxon_mr3": (".csv", noraxon), "trigno_discover": (".csv", trigno), "edf": (".edf", edf),
    "c3d": (".c3d", c3d), "mat": (".mat", mat), "xlsx": (".xlsx", xlsx), "lvm": (".lvm", lvm),
}  # fmt: skip


@pytest.mark.parametrize("spoiled", ["in order", "another column", "cut off"])
@pytest.mark.parametrize("kind", FORMATS)
def test_nothing_that_is_written_names_the_person(tmp_path, kind, spoiled):
    folder = make_folder(tmp_path / "data")
    suffix, write = FORMATS[kind]
    for path in sorted(folder.glob("*_emg.csv")):
        table = pd.read_csv(path)
        path.unlink()
        made = write(path.with_suffix(suffix), table)
        if spoiled == "cut off":
            made.write_bytes(made.read_bytes()[: made.stat().st_size // 3])
    sheet = folder / "trials.csv"
    sheet.write_text(sheet.read_text().replace("_emg.csv", f"_emg{suffix}"))
    channels = pd.read_csv(folder / "channels.csv", dtype=str)
    if kind == "noraxon_mr3":
        channels = channels.iloc[:1]
    if kind == "c3d":
        channels["unit"] = "V"
    if spoiled == "another column":
        channels["column"] = "nothing of the kind"
    channels.to_csv(folder / "channels.csv", index=False)
    run = CliRunner()
    check = run.invoke(app, ["check", "P1", "--data", str(folder.parent), "--pages", str(tmp_path / "pages")])
    assert check.exit_code in (0, 1, 2) and (spoiled == "in order") == (check.exit_code < 2), check.output
    out = tmp_path / "imported"
    source = Path(shutil.copytree(folder, tmp_path / "source"))
    for text in ("subject.yaml", "channels.csv", "trials.csv"):
        (source / text).unlink()
    (source / "info.csv").write_text(LINES)
    imported = run.invoke(app, ["import", "recording", str(source), str(out / "P2")])
    written = [
        *tmp_path.glob("pages/*"),
        *(out / "P2" / text for text in ("subject.yaml", "channels.csv", "trials.csv")),
    ]
    texts = [check.output, imported.output, *(path.read_text() for path in written if path.exists())]
    for text in texts:
        assert not [planted for planted in PLANTED if planted in text]
    assert not (out / "P2" / "info.csv").exists()
