"""What a BIDS data set says of its EMG and angle channels."""

from __future__ import annotations

import re
from pathlib import Path

from deepemg.recordings.contents import Contents
from deepemg.recordings.importers.bids_tables import Row, channels_of, entities
from deepemg.recordings.importers.names import angle_score, muscle_of, natural
from deepemg.recordings.spelling import fold
from deepemg.recordings.units import canonical

OF_HEAD = re.compile(r"[,;]\s*(?=(caput|long|short|lateral|medial)\b)", re.I)  # `biceps brachii, long head` is one


def recordings_of(base: Path) -> list[Path]:
    """EMG files of a participant, run 2 before run 10."""
    found = [path for ending in ("edf", "bdf") for path in base.glob(f"**/emg/*_emg.{ending}")]
    return sorted(found, key=lambda path: natural(path.name))


def one_device(recordings: list[Path], base: Path) -> list[Path]:
    """Of files that differ in nothing but the entity `recording` the one with the most muscles of the elbow."""
    trials: dict[str, list[Path]] = {}
    for path in recordings:
        said = {key: value for key, value in entities(path).items() if key != "recording"}
        trials.setdefault(str(said), []).append(path)
    return [max(same, key=lambda path: sum(map(is_muscle, channels_of(path, base.parent)))) for same in trials.values()]


def is_muscle(row: Row) -> bool:
    """Whether a row of channels.tsv is EMG of one muscle of the elbow."""
    return row.get("type", "").upper().startswith("EMG") and target_of(row) is not None


def target_of(row: Row) -> str | None:
    """The muscle that target_muscle says, or the channel's name where it says nothing; None for none or several."""
    said = OF_HEAD.sub(" ", row.get("target_muscle") or row.get("name", ""))
    return None if "," in said or ";" in said else muscle_of(said)


def unit_of(contents: Contents, row: Row) -> str:
    """The unit of the samples: what the file says, which channels.tsv should say too."""
    written = next((column.unit for column in contents.columns if fold(column.name) == fold(row["name"])), None)
    return canonical(written or "", "emg") or canonical(row.get("units", ""), "emg") or ""


def elbow_of(rows: list[Row]) -> int | None:
    """Which row of channels.tsv is the elbow's angle: the most plainly called one of those in degrees or radians."""
    names = {
        number: " ".join(row.get(key, "") for key in ("name", "tracked_point", "description"))
        for number, row in enumerate(rows)
        if canonical(row.get("units", ""), "angle")
    }
    scores = {number: angle_score(name) for number, name in names.items()}
    best = [number for number, score in scores.items() if score == max(scores.values()) and score > 0]
    return best[0] if len(best) == 1 else None
