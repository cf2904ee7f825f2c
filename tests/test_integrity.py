"""A file that is not what was written is named before it is used, and content decides what runs again."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from pyarrow.parquet import ParquetFile

from deepemg.atomic import copy_aside, sweep, written_aside
from deepemg.digest import file_digest
from deepemg.job import tell
from deepemg.joint.storage import write_storage
from deepemg.output_digests import FOLDER, DamagedFileError, check_files, write_digests
from deepemg.parquet import read_parquet, write_parquet
from deepemg.reconstruct.contract import Reconstruction
from deepemg.reconstruct.nmm.amortised_posterior import load_weights
from deepemg.reconstruct.nmm.method import NMM
from deepemg.reconstruct.tensor_file import read_tensors, write_tensors
from deepemg.recordings.problems import RecordingError
from deepemg.study import content
from deepemg.study.content import ContentDigests
from study import untrained_weights

TABLE = pd.DataFrame({"trial": ["a"] * 200, "time_s": np.arange(200) / 100, "BRA": np.linspace(0, 1, 200)})
STATE = {"weight": torch.linspace(0, 1, 300), "name": "a"}

# Files of every kind that one job leaves for another.
FILES: dict[str, Callable[[Path], object]] = {
    "S1/envelopes.parquet": lambda path: write_parquet(TABLE, path),
    "S1/contractions.csv": lambda path: TABLE.to_csv(path, index=False),
    "S1/quality.json": lambda path: path.write_text(json.dumps(TABLE.to_dict("list"))),
    "S1/torque.sto": lambda path: write_storage(path, np.arange(9.0), {"torque": np.ones(9)}, name="inverse_dynamics"),
    "S1/all/nmm/model": lambda path: write_tensors(path, STATE),
    "figures/torque.svg": lambda path: path.write_text("<svg><path d='M 0 0 L 1 1'/></svg>"),
}
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "a bit at the start": lambda whole: bytes([whole[0] ^ 1]) + whole[1:],
    "a bit in the middle": lambda whole: flipped(whole, len(whole) // 2),
    "a bit at the end": lambda whole: whole[:-1] + bytes([whole[-1] ^ 64]),
    "cut off": lambda whole: whole[: len(whole) // 2],
    "emptied": lambda whole: b"",
    "longer": lambda whole: whole + b"\0",
}


def flipped(whole: bytes, place: int, bit: int = 1) -> bytes:
    return whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :]


def written(results: Path, name: str) -> Path:
    path = results / name
    path.parent.mkdir(parents=True, exist_ok=True)
    FILES[name](path)
    write_digests([path], results)
    return path


# Digests of what jobs made.


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_named_before_it_is_read(tmp_path: Path, name: str, damage: str) -> None:
    path = written(tmp_path, name)
    check_files([path], tmp_path)
    state = path.stat()
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))  # as a failing disk leaves it
    with pytest.raises(DamagedFileError) as refused:
        check_files([path], tmp_path)
    line = str(refused.value)
    assert line.startswith(f"DE-130 {path}: found digest ") and "; expected " in line and "\n" not in line
    assert line.endswith(f"Fix: delete the file {path} and run the same command.")


def test_every_damaged_file_is_named_at_once_and_folders_are_looked_into(tmp_path: Path) -> None:
    for name in FILES:
        written(tmp_path, name).write_text("other")
    with pytest.raises(DamagedFileError) as refused:
        check_files([tmp_path / "S1", tmp_path / "figures"], tmp_path)
    assert len(str(refused.value).splitlines()) == len(FILES)


def test_a_damaged_digest_does_not_pass_for_a_right_one(tmp_path: Path) -> None:
    path = written(tmp_path, "S1/torque.sto")
    kept = tmp_path / FOLDER / "S1/torque.sto.md5"
    kept.write_bytes(b"\xff" + kept.read_bytes())
    with pytest.raises(DamagedFileError, match="DE-130"):
        check_files([path], tmp_path)


def test_what_no_job_made_is_not_looked_at(tmp_path: Path) -> None:
    own = tmp_path / "data" / "emg.csv"
    own.parent.mkdir()
    own.write_text("time,a\n")
    check_files([own, "workflow/scripts/fit_method.py"], tmp_path / "results")
    write_digests([own], tmp_path / "results")
    assert not (tmp_path / "results").exists()


def test_md5sum_reads_the_digests_too(tmp_path: Path) -> None:
    for name in FILES:
        written(tmp_path, name)
    lines = "".join(path.read_text() for path in sorted((tmp_path / FOLDER).rglob("*.md5")))
    done = subprocess.run(["md5sum", "--check", "--quiet"], input=lines, text=True, cwd=tmp_path)
    assert done.returncode == 0


# Checksums inside files, for those who read them without a study around them.


def test_a_page_of_a_table_that_is_not_what_was_written_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_parquet(TABLE, path)
    pd.testing.assert_frame_equal(read_parquet(path), TABLE)
    assert list(read_parquet(path, ["BRA"])) == ["BRA"]
    whole = path.read_bytes()
    column = ParquetFile(path).metadata.row_group(0).column(2)
    path.write_bytes(flipped(whole, column.dictionary_page_offset + column.total_compressed_size // 2))
    with pytest.raises(DamagedFileError, match=rf"DE-130 {re.escape(str(path))}: found a damaged table .*Fix: "):
        read_parquet(path)
    path.write_bytes(whole[:-20])
    with pytest.raises(DamagedFileError, match="DE-130"):
        read_parquet(path)
    with pytest.raises(FileNotFoundError):
        read_parquet(tmp_path / "b.parquet")


def test_no_flipped_bit_of_weights_or_a_model_is_read_with_other_values(tmp_path: Path) -> None:
    path = tmp_path / "model"
    write_tensors(path, STATE)
    whole, refused = path.read_bytes(), 0
    for place in range(3, len(whole), 7):
        path.write_bytes(flipped(whole, place, 1 << place % 8))
        try:
            found = read_tensors(path, "a model")
        except ValueError as error:
            assert str(path) in str(error) and "\n" not in str(error)
            refused += 1
            continue
        assert torch.equal(found["weight"], STATE["weight"]) and found["name"] == "a"  # between the parts
    assert refused > 100
    values = whole.index(STATE["weight"].numpy().tobytes())
    path.write_bytes(flipped(whole, values + 403, 64))
    with pytest.raises(RecordingError, match=r"DE-130 .*model: found a damaged file \(checksum of .*Fix: "):
        read_tensors(path, "a model")


def test_models_and_weights_have_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("model", "another.pt", f"{os.getpid()}.pt"):
        write_tensors(tmp_path / name, STATE)
        time.sleep(0.01)
    assert len({path.read_bytes() for path in tmp_path.iterdir()}) == 1
    with zipfile.ZipFile(tmp_path / "model") as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 0, 0, 0, 0, 0)}
        assert not [name for name in archive.namelist() if re.search(r"\d{3}", name)]  # no process


# Trained weights, and what comes of damaged ones.


def test_weights_are_held_against_the_digest_that_stands_in_git(tmp_path: Path) -> None:
    path = untrained_weights(tmp_path / "nmm.pt")
    pointer = Path(f"{path}.dvc")
    pointer.write_text(f"outs:\n- md5: {file_digest(path)}\n  path: nmm.pt\n")
    load_weights(path)
    weights = load_weights(path)
    replace(weights, prior_sd=weights.prior_sd * 1.01).save(path)  # whole, and another file
    with pytest.raises(RecordingError, match=r"DE-130 .*nmm.pt: found digest .* as .*nmm.pt.dvc says. Fix: dvc check"):
        load_weights(path)
    pointer.unlink()
    load_weights(path)


def test_weights_that_give_no_numbers_give_no_reconstruction(recording, tmp_path: Path) -> None:
    path = untrained_weights(tmp_path / "nmm.pt")
    weights = load_weights(path)
    with torch.no_grad():
        for values in weights.networks[0].parameters():
            values.fill_(float("nan"))
    weights.save(path)
    with pytest.raises(RecordingError, match=r"DE-131 weights of nmm: found values that are not finite"):
        NMM(weights=str(path), iterations=0).fit(recording).reconstruct(recording.trials[0])


SPOILT = {
    "a mean without number": ("mean", (3, 0), np.nan),
    "an infinite mean": ("mean", (3, 1), np.inf),
    "a sample of a band": ("lower", (3, 0), np.nan),
    "an infinite band": ("upper", (3, 0), np.inf),
    "a sample of the torque": ("torque", 3, np.nan),
    "an infinite torque": ("torque", 3, -np.inf),
}


def reconstruction(**spoilt: np.ndarray) -> Reconstruction:
    values = {"mean": np.full((9, 2), 0.5), "lower": np.zeros((9, 2)), "upper": np.ones((9, 2)), "torque": np.ones(9)}
    return Reconstruction("a", np.arange(9) / 100, ("BRA", "TRImed"), **(values | spoilt))


@pytest.mark.parametrize(("name", "place", "value"), SPOILT.values(), ids=SPOILT.keys())
def test_a_reconstruction_that_is_not_finite_is_refused(name: str, place: tuple[int, int] | int, value: float) -> None:
    values = getattr(reconstruction(), name).copy()
    values[place] = value
    with pytest.raises(RecordingError, match=r"DE-131 trial a: found values that are not finite in .*Fix: "):
        reconstruction(**{name: values})


def test_a_method_may_have_no_band_and_no_torque() -> None:
    no_band = np.stack([np.full(9, np.nan), np.ones(9)], axis=1)
    assert np.isnan(reconstruction(lower=no_band, upper=no_band, torque=np.full(9, np.nan)).torque).all()


# What runs again.


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Files of an older day, by names from the current folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "b.py"):
        Path(name).write_text(f"content of {name}")
        os.utime(name, (1e9, 1e9))
    monkeypatch.setattr(content, "SETTLED_NS", -1)  # as if they had lain here for long
    return ["a.csv", "b.py"]


def digest(files: list[str]) -> str:
    """As a new run finds it, which knows what the last one kept."""
    digests = ContentDigests(Path("content.json"))
    found = digests.of_files(files)
    digests.keep()
    return found


def rewritten(path: str) -> None:
    Path(path).write_text("CONTENT of a.csv")
    os.utime(path, (1e9, 1e9))


def put_in_place(path: str) -> None:
    rewritten("new")
    os.replace("new", path)


def older(path: str) -> None:
    rewritten(path)
    os.utime(path, (9e8, 9e8))


@pytest.mark.parametrize("change", [rewritten, put_in_place, older, os.unlink], ids=lambda change: change.__name__)
def test_another_content_is_seen_whatever_its_time_stamp_says(
    sources: list[str], change: Callable[[str], None]
) -> None:
    before = digest(sources)
    assert digest(sources) == before
    change("a.csv")
    assert digest(sources) != before


def test_a_touch_a_copy_and_another_order_are_the_same_content(
    sources: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest(sources)
    os.utime("a.csv")
    assert digest(sources) == digest(sources[::-1]) == before
    (tmp_path / "copy").mkdir()
    for name in sources:
        (tmp_path / "copy" / name).write_bytes(Path(name).read_bytes())
    monkeypatch.chdir(tmp_path / "copy")
    assert digest(sources) == before


def test_a_renamed_file_is_another_input(sources: list[str]) -> None:
    before = digest(sources)
    os.rename("a.csv", "c.csv")
    assert digest(["c.csv", "b.py"]) != before


def test_a_second_run_reads_only_what_may_have_changed(sources: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    before, read = digest(sources), []
    monkeypatch.setattr(content, "file_digest", lambda path: read.append(path) or file_digest(path))
    assert digest(sources) == before and read == []
    os.utime("b.py")
    assert digest(sources) == before and read == ["b.py"]
    Path("content.json").write_text("{damaged")
    assert digest(sources) == before and read == ["b.py", "a.csv", "b.py"]


def test_a_file_that_changed_just_now_is_read_again(sources: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "SETTLED_NS", 60_000_000_000)
    digest(sources)
    assert not Path("content.json").exists()


# A job: its log, its inputs, its outputs.

SCRIPT = """
from types import SimpleNamespace
from deepemg.job import begin, end
snakemake = SimpleNamespace(
    log=["job.log"], input=["results/in.csv", "other.csv"], output=["results/out.csv"], config={"results": "results"}
)
begin(snakemake)
"""


def run_job(folder: Path, rest: str) -> subprocess.CompletedProcess[str]:
    (folder / "results").mkdir()
    (folder / "results" / "in.csv").write_text("1")
    (folder / "job.log").write_text("of the run before")
    write_digests([folder / "results" / "in.csv"], folder / "results")
    (folder / "script.py").write_text(SCRIPT + rest)
    return subprocess.run([sys.executable, "script.py"], cwd=folder, capture_output=True, text=True)


def test_a_job_leaves_digests_and_says_nothing(tmp_path: Path) -> None:
    done = run_job(tmp_path, "open('results/out.csv', 'w').write('2')\nend(snakemake)\n")
    assert done.returncode == 0 and (done.stdout, done.stderr) == ("", "") and (tmp_path / "job.log").read_text() == ""
    check_files([tmp_path / "results" / "out.csv"], tmp_path / "results")
    assert (
        tmp_path / "results" / FOLDER / "out.csv.md5"
    ).read_text() == f"{file_digest(tmp_path / 'results/out.csv')}  out.csv\n"


def test_a_job_whose_input_is_damaged_ends_with_that_line_in_its_log(tmp_path: Path) -> None:
    rest = "open('results/out.csv', 'w').write('2')\nend(snakemake)\n"
    damage = "open('results/in.csv', 'w').write('3')\n"
    done = run_job(tmp_path, damage + "begin(snakemake)\n" + rest)
    told = (tmp_path / "job.log").read_text()
    assert done.returncode == 1 and not (tmp_path / "results" / "out.csv").exists()
    assert told.startswith("DE-130 results/in.csv: found ") and told.count("\n") == 1


def test_the_cause_of_a_failure_is_in_the_log_of_the_job(tmp_path: Path) -> None:
    done = run_job(
        tmp_path, "import errno, os\nraise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), 'results/out.csv')\n"
    )
    told = (tmp_path / "job.log").read_text()
    assert done.returncode == 1 and done.stderr == ""
    assert told.startswith("Traceback") and told.endswith("No space left on device: 'results/out.csv'\n")


def full(folder: Path, room_without: Path | None) -> type[Path]:
    """Paths of a disk on which there is room once that file is gone, or never."""

    class FullDisk(type(folder)):
        def open(self, *arguments, **settings):
            if room_without is None or room_without.exists():
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().open(*arguments, **settings)

    return FullDisk


def test_on_a_full_disk_the_outputs_of_the_failed_job_make_room_for_the_cause(tmp_path: Path) -> None:
    half = tmp_path / "half"
    half.write_text("x" * 1000)
    log = full(tmp_path, half)(tmp_path / "job.log")
    error = OSError(errno.ENOSPC, "No space left on device")
    tell(log, [str(half), str(tmp_path / "absent")], OSError, error, None)
    assert "No space left on device" in (tmp_path / "job.log").read_text() and not half.exists()


def test_without_any_room_the_cause_goes_to_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "terminal").open("w") as terminal:
        monkeypatch.setattr(sys, "__stderr__", terminal)
        tell(full(tmp_path, None)(tmp_path / "job.log"), [], ValueError, ValueError("DE-130 a: found b"), None)
    assert (tmp_path / "terminal").read_text() == "DE-130 a: found b\n"


def test_what_a_killed_process_left_half_written_is_swept_and_nothing_else(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    folder = tmp_path / "S1" / "all"
    folder.mkdir(parents=True)
    stale = [folder / f".model.{gone.pid}.part", tmp_path / f".a.parquet.{gone.pid}.part"]
    own = [
        folder / "model",
        folder / ".notes.part",
        folder / f"model.{gone.pid}.part",
        folder / f".model.{os.getpid()}.part",
    ]
    for path in (*stale, *own):
        path.write_text("")
    sweep(tmp_path)
    assert not any(path.exists() for path in stale) and all(path.exists() for path in own)


def test_what_a_killed_process_left_of_a_file_goes_with_the_next_write_of_it(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    stale, another = tmp_path / f".a[1].{gone.pid}.part", tmp_path / f".b.{gone.pid}.part"
    lives = tmp_path / f".a[1].{os.getppid()}.part"
    for path in (stale, another, lives):
        path.write_text("")
    (tmp_path / "source").write_text("whole")
    copy_aside(tmp_path / "source", tmp_path / "a[1]")
    assert (tmp_path / "a[1]").read_text() == "whole"
    assert not stale.exists() and another.exists() and lives.exists()


def test_a_write_that_fails_leaves_neither_file_nor_rest(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space"), written_aside(tmp_path / "a") as aside:
        aside.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert list(tmp_path.iterdir()) == []
