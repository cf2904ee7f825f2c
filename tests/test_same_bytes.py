"""The same study leaves the same bytes, whatever number of jobs at once, place of its folder, or subject beside."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from study import Study, spoil

pytestmark = pytest.mark.long

UNLIKE = {  # what of the results is about the run and not about the study, and why
    "logs": "what was said while it ran",
    "benchmarks": "the seconds and the memory of each job",
    "snakemake_report.html": "the page of Snakemake tells when each job ran, and how long",
    "digests/snakemake_report.html.md5": "the digest of that page",
}
FOLDERS = {"study": 1, "named-otherwise": 2, "of-many-jobs": 8}  # name of the folder, jobs at once
BESIDE = "A1"  # another subject, who comes first in every list


def digests(results: Path) -> dict[str, str]:
    """Digest of every file of the results by its path, without what is about the run."""
    files = {str(path.relative_to(results)): path for path in results.rglob("*") if path.is_file()}
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in files.items()
        if name not in UNLIKE and Path(name).parts[0] not in UNLIKE
    }


def differing(one: dict[str, str], other: dict[str, str], names: Iterable[str]) -> list[str]:
    """Which of these files differ, or are in one of the two alone."""
    return sorted(name for name in names if one.get(name) != other.get(name))


def of_subject(name: str, subject: str) -> bool:
    """Whether a file of the results is of one subject alone: in its folder, or a figure of it."""
    path = Path(name.removeprefix("digests/"))
    return path.parts[0] == subject or (path.parent.name == "envelopes" and path.name.startswith(f"{subject}_"))


@pytest.fixture(scope="module", autouse=True)
def same_time() -> Iterable[None]:
    """Pages tell the time at which they were made; here they are told it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1500000000")
        yield


def finished(folder: Path, root: Path, cohort: Path, jobs: int, *, beside: bool = False) -> Path:
    """Results of the study of S1, or of S1 and another, in a folder of its own."""
    study = Study(folder, root)
    shutil.copytree(cohort, study.folder / "data")
    if beside:
        other = study.folder / "data" / BESIDE
        shutil.copytree(study.folder / "data" / "S1", other)
        spoil(other / "subject.yaml", "id: S1", f"id: {BESIDE}")
    study.run("all", "--cores", str(jobs))
    return study.folder / "results"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, root: Path, tiny_cohort: Path) -> dict[str, dict[str, str]]:
    """Digests of the three finished studies."""
    base = tmp_path_factory.mktemp("same")
    return {name: digests(finished(base / name, root, tiny_cohort, jobs)) for name, jobs in FOLDERS.items()}


@pytest.mark.parametrize("name", list(FOLDERS)[1:])
def test_one_two_or_eight_jobs_at_once_in_any_folder_leave_the_same_bytes(found, name):
    first, again = found["study"], found[name]
    kinds = {Path(file).suffix for file in first}
    assert {".csv", ".parquet", ".json", ".yaml", ".html", ".svg", ".png", ".sto", ""} <= kinds and len(first) > 200
    assert differing(first, again, first.keys() | again.keys()) == []


def test_the_files_of_a_subject_are_the_same_where_another_is_studied_too(found, tmp_path, root, tiny_cohort):
    alone, together = found["study"], digests(finished(tmp_path / "two", root, tiny_cohort, 2, beside=True))
    own = {name for name in alone.keys() | together.keys() if of_subject(name, "S1")}
    assert len(own) > 100 and any(of_subject(name, BESIDE) for name in together)
    assert differing(alone, together, own) == []
