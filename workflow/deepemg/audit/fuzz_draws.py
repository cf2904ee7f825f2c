"""One draw of the fuzzer: a sound file or folder, what befalls it, and whether it ends in a result or a typed error."""

from __future__ import annotations

import resource
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np

from deepemg.audit.fuzz_binaries import sound_binaries
from deepemg.audit.fuzz_files import PADDING, sound_texts
from deepemg.audit.fuzz_folders import Folder, sound_folders
from deepemg.audit.fuzz_outside import OUTSIDE, another_kind, is_outside, watch_opened
from deepemg.audit.fuzz_text import Text, lost
from deepemg.audit.mutated_bytes import BYTES, Random, pick
from deepemg.audit.mutated_words import SHEET, YAML, mutate_yaml
from deepemg.audit.mutations import MOVED, TEXT
from deepemg.recordings.check import check_texts
from deepemg.recordings.extract import extract, find_column
from deepemg.recordings.problems import Problem, RecordingError, explanations
from deepemg.recordings.readers import READERS, open_file
from deepemg.recordings.signal import WHOLE, Part, Signal
from deepemg.signals.check import check_subject
from deepemg.signals.settings import SignalSettings

BAND_HIGH_HZ = 450.0
HANG_S = 5.0  # of the processor
MOST_BYTES = 2**30
LONGEST = 2000  # letters of a line that somebody reads
MOST_COLUMNS = 24  # that are read of a file
ANOTHER_NAME, ANOTHER_FORMAT, PART = 0.05, 0.05, 0.1  # shares of the draws, and of the signals that are cut out
WHOLE_CHECK, BYTES_OF_TEXT, SHEETS_OF_FOLDERS, ANOTHER_KIND = 0.2, 0.25, 0.8, 0.05  # shares of the draws
PARTS = (Part(0.1, 0.3), Part(0.0, None), Part(None, 1e9), Part(5e9, 6e9))


Result = TypeVar("Result")


@dataclass(frozen=True)
class Outcome:
    """What became of one draw; `escape` is what no reader may do, or empty."""

    seed: int
    draw: int
    format: str
    mutation: str
    accepted: bool
    escape: str
    seconds: float

    def __str__(self) -> str:
        return f"seed {self.seed}, draw {self.draw}: {self.format}, {self.mutation}: {self.escape or 'no escape'}"


class Escape(AssertionError):
    """Something that neither a result nor a typed error is."""


@cache
def _texts() -> dict[str, Text]:
    return sound_texts()


@cache
def _binaries() -> dict[str, tuple[str, bytes]]:
    return sound_binaries()


@cache
def _folders() -> dict[str, Folder]:
    return sound_folders()


@cache
def formats() -> tuple[str, ...]:
    """Sound files and folders; they are drawn in turn, and folders twice as often as any file."""
    return (*_texts(), *_binaries(), *_folders(), *_folders())


def draw_once(seed: int, draw: int, folder: Path) -> Outcome:
    """Make one draw below a folder that is there, and say how it ended."""
    random = np.random.default_rng([seed, draw])
    name = formats()[draw % len(formats())]
    kind, run = _prepare(name, random, folder / str(draw))
    opened = watch_opened()
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    accepted, escape = False, ""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            accepted = run()
    except Escape as error:
        escape = str(error)
    except Exception:
        escape = traceback.format_exc()
    seconds = time.process_time() - start
    grown = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    if not escape and (seconds > HANG_S or grown > MOST_BYTES):
        escape = f"{seconds:.1f} s, {grown / 2**30:.1f} GiB more memory"
    if not escape and (outside := next(filter(is_outside, opened), None)):
        escape = f"opened {outside}"
    rmtree(folder / str(draw), ignore_errors=True)
    return Outcome(seed, draw, name, kind, accepted, escape, seconds)


def kind_of(seed: int, draw: int, folder: Path) -> tuple[str, str]:
    """Format and mutation of a draw, without its being read."""
    name = formats()[draw % len(formats())]
    kind, _ = _prepare(name, np.random.default_rng([seed, draw]), folder / f"{draw}, again")
    return name, kind


def _prepare(name: str, random: Random, folder: Path) -> tuple[str, Callable[[], bool]]:
    """Kind of the mutation, and what runs the readers over what it made in a new folder."""
    folder.mkdir(parents=True)
    if name in _folders():
        return _prepare_folder(_folders()[name], random, folder)
    text = _texts().get(name)
    suffix, content = _binaries()[name] if text is None else (text.suffix, text.encode())
    path = folder / f"a{'.dat' if random.random() < ANOTHER_NAME else suffix}"
    if text is None or random.random() < BYTES_OF_TEXT:
        kind = pick(random, tuple(BYTES))
        path.write_bytes(BYTES[kind](content, random))
        sound = _lengths(name) if text is None and kind == "truncated" else None
        return kind, lambda: _read_file(path, random, lambda signal: _check_length(signal, sound))
    kind = pick(random, tuple(TEXT))
    mutated = TEXT[kind](text, random)
    path.write_bytes(mutated.encode())
    must_tell = (kind in MOVED and text.is_timed) or (kind == "end lost" and text.is_counted)
    before, padding = text if must_tell else mutated, PADDING.get(name, "")
    return kind, lambda: _read_file(path, random, lambda signal: _check_rows(before, mutated, signal, padding))


# Signal files


@cache
def _lengths(name: str) -> frozenset[int]:
    """How many samples the columns of a sound file have."""
    suffix, content = _binaries()[name]
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        path.write_bytes(content)
        return frozenset(len(column.cells) for column in open_file(path).columns)


def _check_length(signal: Signal, sound: frozenset[int] | None) -> None:
    if sound is not None and len(signal.values) not in sound:
        raise Escape(f"{len(signal.values)} samples of a file that is cut off")


def _check_rows(before: Text, text: Text, signal: Signal, padding: str) -> None:
    """Raises Escape where a signal is not what its file holds, or not what it held before, and nothing tells of it."""
    if found := lost(text, signal.values, padding):
        raise Escape(f"accepted: {found}")
    if not signal.notes and (found := lost(before, signal.values, padding, spare=1 if padding else 0)):
        raise Escape(f"accepted, and nothing told of rows that are lost, doubled or in another place: {found}")


def _typed(call: Callable[[], Result]) -> Result | None:
    """What a call gives; None after a typed error, whose every problem must be explained, and one line to print."""
    try:
        return call()
    except RecordingError as error:
        _check_problems(error.problems)
        return None


def _check_problems(problems: Sequence[Problem]) -> None:
    if not problems:
        raise Escape("an error without a problem")
    for problem in problems:
        said = str(problem)
        if problem.id not in explanations():
            raise Escape(f"no explanation of {said}")
        if "\n" in said or "\r" in said or len(said) > LONGEST:
            raise Escape(f"not one line: {said[:LONGEST]!r}")
        said.encode()


def _read_file(path: Path, random: Random, check: Callable[[Signal], None]) -> bool:
    """Whether any column could be read, with or without a declared rate; `check` is asked of each that is whole."""
    declared = pick(random, tuple(READERS)) if random.random() < ANOTHER_FORMAT else None
    _typed(lambda: open_file(path, declared, head_only=True))
    contents = _typed(lambda: open_file(path, declared))
    if contents is None:
        return False
    for note in contents.notes:
        _check_problems([note])
    accepted = False
    for place, column in enumerate(contents.columns[:MOST_COLUMNS]):
        _typed(lambda: find_column(contents, column.name))  # noqa: B023, called at once
        for rate_hz in (None, 100.0):
            part = PARTS[int(random.integers(len(PARTS)))] if random.random() < PART else WHOLE
            signal = _typed(lambda: extract(contents, f"#{place + 1}", rate_hz=rate_hz, part=part))  # noqa: B023
            if signal is None:
                continue
            accepted = True
            _check_signal(signal)
            if part == WHOLE and declared is None:
                check(signal)
    return accepted


def _check_signal(signal: Signal) -> None:
    if not np.isfinite(signal.values).all() or not 0 < signal.rate_hz < np.inf or not np.isfinite(signal.start_s):
        raise Escape(f"a signal at {signal.rate_hz} Hz from {signal.start_s} s, or numbers in it, that are not finite")
    for note in signal.notes:
        _check_problems([note])


# Folders


def _prepare_folder(sound: Folder, random: Random, folder: Path) -> tuple[str, Callable[[], bool]]:
    """A subject folder with something wrong in one of its files."""
    subject = folder / pick(random, ("data", "a, b")) / "P1"
    subject.mkdir(parents=True)
    files = {"subject.yaml": sound.description.encode()} | sound.signals
    files |= {name: sheet.encode() for name, sheet in sound.sheets.items()}
    place = random.random()
    name = pick(random, ("subject.yaml", *sound.sheets) if place < SHEETS_OF_FOLDERS else tuple(sound.signals))
    sheet = sound.sheets.get(name)
    if random.random() < BYTES_OF_TEXT:
        kind = pick(random, tuple(BYTES))
        files[name], sheet = BYTES[kind](files[name], random), None
    elif name == "subject.yaml":
        kind = pick(random, tuple(YAML))
        files[name] = mutate_yaml(sound.description, kind, random)
    else:
        kinds = TEXT if sheet is None else SHEET
        kind = pick(random, tuple(kinds))
        names, *rows = files[name].decode("utf-8-sig").split()
        sheet = kinds[kind](sheet or Text(names, tuple(rows)), random)
        files[name] = sheet.encode()
    for file, content in files.items():
        (subject / file).write_bytes(content)
    (folder / OUTSIDE).write_bytes(next(iter(sound.signals.values())))
    if random.random() < ANOTHER_KIND:
        kind, sheet = another_kind(subject / name, folder / OUTSIDE, random), None
    whole = name in sound.signals or random.random() < WHOLE_CHECK
    changed = {name: sheet} if sheet is not None and name in sound.sheets else {}
    said = name if name not in sound.signals else "a signal file"
    return f"{said}: {kind}", lambda: _check_folder(subject, changed, whole=whole)


def _check_folder(folder: Path, sheets: dict[str, Text], *, whole: bool) -> bool:
    """Whether a subject is not refused; it must then have each row of the sheets that were changed."""
    texts = check_texts(folder, band_high_hz=BAND_HIGH_HZ)
    problems = check_subject(folder, settings=SignalSettings()).problems if whole else texts.problems
    if problems:
        _check_problems(problems)
    if any(problem.level == "red" for problem in problems):
        return False
    if texts.subject is None:
        raise Escape("neither a subject nor a reason why there is none")
    read = {"channels.csv": texts.subject.channels, "trials.csv": texts.subject.trials}
    for name, sheet in sheets.items():
        filled = [row for row in sheet.rows if row.strip(sheet.delimiter + '" ') and not row.startswith("# ")]
        if len(read[name]) != len(filled):
            raise Escape(f"{len(read[name])} of {len(filled)} rows of {name}, and nothing told of it")
    return True
