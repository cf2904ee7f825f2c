"""A disk that is really full: a small one, mounted for a test. The cause is told, nothing half stands under a name."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import yaml

from conftest import SEED, TINY
from deepemg.digest import folder_digest
from deepemg.output_digests import check_files
from deepemg.parquet import write_parquet
from deepemg.reconstruct.tensor_file import write_tensors
from deepemg.simulate.tables import write_table
from test_embedded import dvc

SIZE = 8_000_000
PAGE = 4096


class SmallDisk:
    """A folder that is a disk of its own."""

    def __init__(self, folder: Path):
        self.folder, self.filler = folder, folder / "filler"

    def fill(self, leaving: int) -> None:
        """Take all room but these bytes."""
        state = os.statvfs(self.folder)
        with self.filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, state.f_bavail * state.f_frsize - leaving)

    def make_room(self) -> None:
        self.filler.unlink()

    def names(self) -> set[str]:
        """All that is there but what fills it."""
        found = {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}
        return found - {"filler"}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A disk of some MB in the memory. Skips where this user may not mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root, and a system that lets root mount")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def deepemg(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deepemg.cli.main", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True)


VALUES = np.random.default_rng(0).normal(size=(20_000, 4))
WRITERS: dict[str, Callable[[Path], object]] = {
    "a table": lambda path: write_parquet(pd.DataFrame(VALUES, columns=list("abcd")), path),
    "weights": lambda path: write_tensors(path, {"weight": torch.from_numpy(VALUES)}),
    "a signal": lambda path: write_table(path, list("abcd"), VALUES, "%.4f"),
}


@pytest.mark.parametrize("leaving", [0, PAGE, 20 * PAGE])
@pytest.mark.parametrize("kind", WRITERS)
def test_a_file_is_there_whole_or_not_at_all(disk: SmallDisk, tmp_path: Path, kind: str, leaving: int) -> None:
    path = disk.folder / "made"
    WRITERS[kind](tmp_path / "elsewhere")
    disk.fill(leaving)
    with pytest.raises(OSError, match=rf"No space left on device.*'{path}'"):
        WRITERS[kind](path)
    assert disk.names() == set()
    disk.make_room()
    WRITERS[kind](path)
    assert path.read_bytes() == (tmp_path / "elsewhere").read_bytes()


SNAKEFILE = """
configfile: "config.yaml"
rule write_tables:
    input: "source.csv"
    output: table=config["results"] + "/table.csv", model=config["results"] + "/model"
    log: config["results"] + "/write_tables.log"
    script: "write_tables.py"
"""
SCRIPT = """
from deepemg.job import begin, end
begin(snakemake)
import pandas as pd
import torch
from deepemg.reconstruct.tensor_file import write_tensors
write_tensors(snakemake.output.model, {"weight": torch.ones(10)})
pd.concat([pd.read_csv(snakemake.input[0])] * 10).to_csv(snakemake.output.table, index=False)
end(snakemake)
"""


@pytest.mark.long
def test_a_job_tells_the_cause_and_leaves_no_output(disk: SmallDisk, tmp_path: Path) -> None:
    pd.DataFrame(VALUES[:5000]).to_csv(tmp_path / "source.csv", index=False)
    (tmp_path / "config.yaml").write_text(yaml.safe_dump({"results": str(disk.folder / "results")}))
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    (tmp_path / "write_tables.py").write_text(SCRIPT)
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "write_tables"]
    (disk.folder / "results").mkdir()
    disk.fill(100 * PAGE)
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    told = (disk.folder / "results" / "write_tables.log").read_text().splitlines()[-1]
    assert "No space left on device" in told and str(disk.folder / "results" / "table.csv") in told
    assert disk.names() == {"results", "results/write_tables.log"}
    disk.make_room()
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(pd.read_csv(disk.folder / "results" / "table.csv")) == 50_000
    check_files([disk.folder / "results"], disk.folder / "results")
    assert {"results/digests/table.csv.md5", "results/digests/model.md5"} <= disk.names()


@pytest.mark.slow
def test_an_import_makes_no_subject_and_goes_on_when_there_is_room(disk: SmallDisk, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for trial in ("curl_2kg_r1", "curl_2kg_r2"):
        signal = pd.DataFrame({"time": np.arange(6000) / 2000, "Biceps (mV)": VALUES[:6000, 0]})
        signal.to_csv(source / f"{trial}_emg.csv", index=False)
    make = ("import", "recording", source, disk.folder / "data" / "S06")
    disk.fill((source / "curl_2kg_r1_emg.csv").stat().st_size + 2 * PAGE)
    done = deepemg(*make, cwd=tmp_path)
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "No space left on device: " in done.stderr
    assert str(disk.folder / "data" / "S06") in done.stderr
    assert {Path(name).suffix for name in disk.names()} == {"", ".csv"}
    whole = [path for path in disk.folder.rglob("*.csv")]
    assert len(whole) == 1 and whole[0].read_bytes() == (source / whole[0].name).read_bytes()
    disk.make_room()
    disk.fill(0)
    assert deepemg(*make, cwd=tmp_path).returncode == 1
    disk.make_room()
    done = deepemg(*make, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(list(disk.folder.rglob("*_emg.csv"))) == 2 and (disk.folder / "data" / "S06" / "subject.yaml").is_file()


@pytest.mark.long
def test_a_cohort_loses_no_trial_to_a_full_disk(disk: SmallDisk, tmp_path: Path, tiny_cohort: Path) -> None:
    (tmp_path / "assumptions.yaml").write_text(yaml.safe_dump(TINY.assumptions, sort_keys=False))
    where = ("--out", disk.folder / "cohort", "--assumptions", tmp_path / "assumptions.yaml")
    make = ("simulate", "--seed", str(SEED), "--subjects", "1", "--jobs", "1", *where)
    disk.fill(sum(path.stat().st_size for path in tiny_cohort.rglob("*") if path.is_file()) // 2)
    done = deepemg(*make, cwd=tmp_path)
    told = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1 and "No space left on device: " in told and str(disk.folder / "cohort") in told
    assert "Traceback" not in done.stderr and "lost" not in done.stderr
    assert not (disk.folder / "cohort" / "S1").exists()
    disk.make_room()
    done = deepemg(*make, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert folder_digest(disk.folder / "cohort") == folder_digest(tiny_cohort)


@pytest.mark.long
@pytest.mark.parametrize("share", [0.0, 0.5, 1.5], ids=["nothing fits", "half", "all, and half of a copy"])
def test_a_pull_leaves_nothing_half(
    disk: SmallDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    clone = disk.folder / "clone"
    (clone / "data").mkdir(parents=True)
    for number in range(20):
        (clone / "data" / f"{number}.csv").write_bytes(VALUES[number * 300 : number * 300 + 1500].tobytes())
    tracked, size = folder_digest(clone / "data"), 20 * 1500 * 32
    dvc(clone, "init", "--no-scm")
    dvc(clone, "remote", "add", "--default", "lab", str(tmp_path / "store"))
    dvc(clone, "add", "data")
    dvc(clone, "push")
    subprocess.run(["rm", "-rf", "data", ".dvc/cache", ".dvc/tmp"], cwd=clone, check=True)
    disk.fill(int(share * size))
    done = deepemg("fetch", "data", cwd=clone)
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr
    assert "data" in done.stderr and ("No space left on device" in done.stderr or "disk is full" in done.stderr)
    assert not [name for name in disk.names() if "data" in name.removesuffix("data.dvc")]
    disk.make_room()
    done = deepemg("fetch", "data", cwd=clone)
    assert done.returncode == 0, done.stderr
    assert folder_digest(clone / "data") == tracked
