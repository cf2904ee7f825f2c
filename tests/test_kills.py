"""The longest rules and commands, ended at random moments and inside writes: the same command makes the same files.

Each case ends one command once, starts it again as it was, and holds what is there then against what a run makes that
is left alone.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

import pytest
import yaml

import deepemg
from conftest import ROOT
from deepemg.digest import file_digest
from deepemg.foreign.values import VALUES
from killing import ENDS, cpu_of, processes_of, waits_for
from study import Study, spoil
from test_importers import make_recording

pytestmark = pytest.mark.long
DYING = Path(__file__).parent / "dying"
DRAWS = 8  # of a moment, where the command was faster
SECTION = re.compile(r"(<!-- (.+?): made by .*?-->).*?(<!-- end of \2 -->)", flags=re.S)
NOT_COMPARED = re.compile(r"/(logs|benchmarks)/|/\.|\.pyc$")  # they tell times and processes


@dataclass(frozen=True)
class Work:
    """A command: its words, what it starts from, and where it leaves its files."""

    words: str
    begins: Callable[[Sources, Path], None]
    made: tuple[str, ...]
    once: bool = False  # whether it refuses to do again what it has done


class Sources:
    """What commands start from, made once and when it is asked for."""

    def __init__(self, folder: Path):
        self.folder = folder

    def once(self, name: str, make: Callable[[Path], object]) -> Path:
        place = self.folder / name
        if not place.exists():
            make(place)
        return place

    def library(self) -> Path:
        """A copy of the library in which a training takes seconds."""
        return self.once("library", _small_library)

    def study(self) -> Path:
        """A study of one short subject that has been done."""
        return self.once("study", _finished_study)


def _small_library(place: Path) -> None:
    package = place / "deepemg"
    shutil.copytree(Path(deepemg.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    file = package / "pretrain" / "training.yaml"
    settings = yaml.safe_load(file.read_text())
    settings["network"] |= {"width": 16, "heads": 2, "layers": 1, "rank": 2}
    settings["training"] |= {"chunk": 16, "batch": 8, "save_every": 1}
    for protocol in settings["protocols"]:
        protocol["layouts"] = [[2, 40, 1.0]]
    file.write_text(yaml.safe_dump(settings))


def _finished_study(place: Path) -> None:
    study = Study(place, ROOT)
    shutil.copytree(ROOT / ".test" / "data", place / "data")
    spoil(place / "config" / "config.yaml", "[copy, so, mse, nmm-paper, nmm]", "[mse, nmm-paper, nmm]")
    command, path = study.command("all"), environment(place / "workflow")
    subprocess.run(command, cwd=place, env=path, check=True, capture_output=True)


def environment(*first: Path, **more: str) -> dict[str, str]:
    """Folders on Python's path before all others; one date for pages that tell theirs."""
    path = os.pathsep.join([*map(str, first), *filter(None, [os.environ.get("PYTHONPATH")])])
    return os.environ | {"PYTHONPATH": path, "SOURCE_DATE_EPOCH": "1700000000"} | more


# What commands start from.


def nothing(sources: Sources, folder: Path) -> None:
    folder.mkdir()


def a_small_training(sources: Sources, folder: Path) -> None:
    folder.mkdir()
    (folder / "workflow").symlink_to(sources.library())


def short_trials(sources: Sources, folder: Path) -> None:
    """Assumptions of tier T5 with efforts of a second."""
    folder.mkdir()
    values = yaml.safe_load(VALUES.read_text())
    once, brief = {"mvc_trials": 1, "hold_hold": 0.5, "rest": 0.5}, {"low": 0.4, "high": 0.5}
    for name, value in once.items():
        values["protocol"][name]["value"] = value
    values["protocol"]["mvc_hold"] |= brief
    (folder / "values.yaml").write_text(yaml.safe_dump(values))


def few_trials(sources: Sources, folder: Path) -> None:
    """Assumptions of the other tiers with one effort."""
    folder.mkdir()
    assumptions = yaml.safe_load((Path(deepemg.__file__).parent / "simulate" / "cohort.yaml").read_text())
    efforts = assumptions["protocol"]["isometric"]
    assumptions["protocol"]["isometric"] = {"mvc_flexion": efforts["mvc_flexion"] | {"trials": 1}}
    (folder / "cohort.yaml").write_text(yaml.safe_dump(assumptions))


def a_store(sources: Sources, folder: Path) -> None:
    """A repository with a folder in its store, not pulled yet."""
    shutil.copytree(sources.once("clone", _store), folder)


def _store(place: Path) -> None:
    (place / "data").mkdir(parents=True)
    for number in range(40):
        (place / "data" / f"{number}.csv").write_text(f"{number}\n" * 4000)
    for words in ("init --no-scm", "remote add --default embedded store", "add data", "push"):
        subprocess.run([sys.executable, "-m", "dvc", *words.split()], cwd=place, check=True, capture_output=True)
    shutil.rmtree(place / "data")
    shutil.rmtree(place / ".dvc" / "cache")


def a_recording(sources: Sources, folder: Path) -> None:
    folder.mkdir()
    (folder / "source").symlink_to(sources.once("source", make_recording))


def a_subject(sources: Sources, folder: Path) -> None:
    folder.mkdir()
    (folder / "data").symlink_to(ROOT / ".test" / "data")


def a_study(sources: Sources, folder: Path, *without: str) -> None:
    """A study that has been done, without some of its files."""
    shutil.copytree(sources.study(), folder, symlinks=True, ignore=shutil.ignore_patterns(".venv"))
    for name in without:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def stale_documents(sources: Sources, folder: Path) -> None:
    """Documents whose generated sections are to be renewed."""
    for name in ("docs", "results", "config"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("weights", "figures"))
    shutil.copy(ROOT / "README.md", folder)
    for page in (folder / "README.md", *(folder / "docs").glob("*.md")):
        page.write_text(
            re.sub(r"(<!-- (.+?): made by .*?-->).*?(<!-- end of \2 -->)", r"\1\n\3", page.read_text(), flags=re.S)
        )


FITTED = ("model", "reconstruction.parquet", "parameters.csv", "loss.csv")
SCORES = ("torque", "deep_emg", "deep_emg_by_phase")
JOBS = {
    "process_emg": ["S1/envelopes.parquet", "S1/levels.csv"],
    "fit_method": [f"S1/all/{method}/{name}" for method in ("mse", "nmm-paper", "nmm") for name in FITTED],
    "score_methods, tabulate": [*(f"S1/{name}_scores.csv" for name in SCORES), "tables/deep_emg.csv"],
    "write_subject_page, write_report": ["S1/report.html", "report.html", "provenance.json"],
}


def job(files: list[str]) -> Work:
    """Rules of the workflow whose files are missing."""
    names = [f"results/{name}" for name in files]
    return Work(f"run --cores 2 -- {' '.join(names)}", lambda s, f: a_study(s, f, *names), ("results",))


ONCE = "--load 2 --train-repetitions 1 --test-repetitions 1"
WORK = {
    "new": Work("new S1 --data made", nothing, ("made",), once=True),
    "import": Work("import csv source made/S1 --load 2kg", a_recording, ("made",), once=True),
    "fetch": Work("fetch data", a_store, ("data",)),
    "docs": Work("docs", stale_documents, ("README.md", "docs", "config")),
    "simulate-T5": Work(
        f"simulate --seed 7 --out made --subjects 1 --tier T5 --jobs 2 --assumptions values.yaml {ONCE}",
        short_trials,
        ("made",),
    ),
    "simulate-T1": Work(
        f"simulate --seed 7 --out made --subjects 1 --jobs 2 --assumptions cohort.yaml {ONCE}", few_trials, ("made",)
    ),
    "train-network": Work("train network --chunks 12 --device cpu --out made/1.pt", a_small_training, ("made",)),
    "reconstruct": Work("reconstruct data/S1 --method copy --out made", a_subject, ("made",)),
    "export": Work("export results/S1/all/nmm made", a_study, ("made",)),
    "publish-comparison": Work("publish comparison T1=results/figures --released made", a_study, ("made",)),
    "publish-study": Work("publish study --released made", a_study, ("made",)),
} | {name: job(files) for name, files in JOBS.items()}  # fmt: skip


@dataclass
class Alone:
    """What a command did that nobody ended: digests of its files, CPU time (s), and how many files it wrote."""

    made: dict[str, str]
    cpu_s: float
    writes: int


@dataclass
class Bench:
    """Starts commands, and knows what each makes when it is left alone."""

    folder: Path
    sources: Sources = field(init=False)
    known: dict[str, Alone] = field(default_factory=dict)
    ended: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.sources = Sources(self.folder / "sources")
        self.sources.folder.mkdir()

    def start(self, name: str, folder: Path, at: int = 0, when: str = "") -> subprocess.Popen[str]:
        """The command in a session of its own; it dies in write number `at`, if that is one."""
        path = [DYING, *folder.glob("workflow")]  # a folder that has a library of its own uses that
        dying = {"DYING_BELOW": str(folder), "DYING_COUNT": f"{folder}.count", "DYING_AT": str(at), "DYING_WHEN": when}
        with open(f"{folder}.told", "a") as told:
            return subprocess.Popen(
                [sys.executable, "-m", "deepemg.cli.main", *WORK[name].words.split()],
                cwd=folder,
                env=environment(*path, **dying),
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
                start_new_session=True,
                preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # ignored where pytest itself does
                text=True,
            )

    def begin(self, name: str, folder: Path) -> None:
        """A folder as the command finds it."""
        shutil.rmtree(folder, ignore_errors=True)
        Path(f"{folder}.count").unlink(missing_ok=True)
        WORK[name].begins(self.sources, folder)

    def alone(self, name: str) -> Alone:
        """What the command makes when it is left alone."""
        if name not in self.known:
            folder = self.folder / name
            self.begin(name, folder)
            process = self.start(name, folder)
            _, status, used = os.wait4(process.pid, 0)
            assert status == 0, Path(f"{folder}.told").read_text()[-3000:]
            writes = Path(f"{folder}.count").stat().st_size
            self.known[name] = Alone(made(name, folder), used.ru_utime + used.ru_stime, writes)
            assert self.known[name].made and writes
        return self.known[name]


def made(name: str, folder: Path) -> dict[str, str]:
    """Digests of what a command has made, by path."""
    places = [folder / place for place in WORK[name].made]
    files = [path for place in places for path in ([place] if place.is_file() else sorted(place.rglob("*")))]
    paths = {str(path.relative_to(folder)): path for path in files if path.is_file()}
    return {name: file_digest(path) for name, path in paths.items() if not NOT_COMPARED.search(f"/{name}")}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Bench]:
    bench = Bench(tmp_path_factory.mktemp("kills"))
    yield bench
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        for (name, how), count in sorted(bench.ended.items()):
            print(f"\n{count:3d} ended: {name}, {how}", end="")
        print(f"\n{bench.ended.total():3d} in all")


def gone(process: subprocess.Popen[str]) -> int:
    """Exit code of a command, once nobody of its session lives."""
    code = process.wait(600)
    waits_for(lambda: not processes_of(process.pid), 120)
    return code


def ends_at_random(bench: Bench, name: str, folder: Path, how: str, seed: int) -> None:
    """Begin a command and end it at a random moment of its CPU time, which a busy machine does not move."""
    random, cpu_s = Random(f"{name} {how} {seed}"), bench.alone(name).cpu_s
    for _ in range(DRAWS):
        bench.begin(name, folder)
        process, moment = bench.start(name, folder), random.uniform(0.05, 0.95) * cpu_s
        while process.poll() is None and cpu_of(process.pid) < moment:
            time.sleep(0.02)
        lived = process.poll() is None
        if lived:
            ENDS[how](process.pid)
        if gone(process) != 0 and lived:
            return
        assert process.returncode == 0, Path(f"{folder}.told").read_text()[-3000:]
    raise AssertionError(f"{name} was faster {DRAWS} times")


def goes_on(bench: Bench, name: str, folder: Path) -> None:
    """The same command again makes the same files, and leaves nothing else and nobody."""
    alone = bench.alone(name)
    whole = made(name, folder) == alone.made
    code = gone(bench.start(name, folder))
    told = Path(f"{folder}.told").read_text()[-3000:]
    assert code == 0 or (WORK[name].once and whole), told
    assert made(name, folder) == alone.made, told
    assert [path for path in folder.rglob("*") if path.name.endswith(".part")] == []


MOMENTS: dict[str, tuple[str, ...]] = {
    "import": tuple(ENDS) * 2,
    "fetch": tuple(ENDS) * 3,
    "simulate-T5": tuple(ENDS),
    "simulate-T1": ("SIGKILL", "OOM-kill"),
    "train-network": tuple(ENDS) * 2,
    "docs": ("SIGKILL", "SIGKILL-main", "SIGTERM"),
    "reconstruct": ("SIGKILL", "Ctrl-C", "memory-limit"),
    "export": ("SIGKILL", "SIGTERM", "OOM-kill"),
    "publish-comparison": ("SIGKILL", "Ctrl-C"),
    "publish-study": ("SIGTERM", "memory-limit"),
    "process_emg": ("SIGKILL",),
    "fit_method": ("SIGKILL-main", "SIGTERM", "OOM-kill"),
    "score_methods, tabulate": ("Ctrl-C",),
    "write_subject_page, write_report": ("memory-limit",),
}
WRITES = {
    "new": 3,
    "import": 4,
    "fetch": 4,
    "docs": 1,
    "simulate-T5": 4,
    "simulate-T1": 1,
    "train-network": 5,
    "reconstruct": 1,
    "export": 3,
    "publish-comparison": 2,
    "publish-study": 2,
    "process_emg": 1,
    "fit_method": 2,
    "score_methods, tabulate": 1,
    "write_subject_page, write_report": 1,
}
AT_RANDOM = [(name, how, seed) for name, hows in MOMENTS.items() for seed, how in enumerate(hows)]
IN_A_WRITE = [(name, ("half", "before", "after")[seed % 3], seed) for name, n in WRITES.items() for seed in range(n)]


def test_the_cases_are_as_many_as_they_should_be() -> None:
    assert len(AT_RANDOM) + len(IN_A_WRITE) >= 80 and len(IN_A_WRITE) >= 20
    assert {how for _, how, _ in AT_RANDOM} == set(ENDS) and set(WORK) == {*MOMENTS, *WRITES}


@pytest.mark.parametrize(("name", "how", "seed"), AT_RANDOM)
def test_ended_at_a_random_moment_it_goes_on(bench: Bench, tmp_path: Path, name: str, how: str, seed: int) -> None:
    folder = tmp_path / name
    ends_at_random(bench, name, folder, how, seed)
    goes_on(bench, name, folder)
    bench.ended[name, how] += 1


@pytest.mark.parametrize(("name", "when", "seed"), IN_A_WRITE)
def test_ended_inside_a_write_it_goes_on(bench: Bench, tmp_path: Path, name: str, when: str, seed: int) -> None:
    folder, writes = tmp_path / name, bench.alone(name).writes
    number = Random(f"{name} {seed}").randint(1, writes)
    bench.begin(name, folder)
    process = bench.start(name, folder, at=number, when=when)
    assert gone(process) != 0 and Path(f"{folder}.count").stat().st_size >= number
    goes_on(bench, name, folder)
    bench.ended[name, "in a write"] += 1
