"""What a name says where it is plain: which muscle, side, angle, load or role."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from deepemg.recordings.spelling import fold

WORDS = Path(__file__).parent / "words.yaml"
CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
NUMBER = r"(\d+(?:[.,p]\d+)?)"
WITH_UNIT = re.compile(rf"(?<![\d.,]){NUMBER}(?:[ _-]?(kgs?|lbs?)|(g|gr))(?![a-z0-9])")


@cache
def words() -> dict[str, Any]:
    """The spellings of words.yaml."""
    return dict(yaml.safe_load(WORDS.read_text(encoding="utf-8")))


def spellings(name: str) -> tuple[str, str]:
    """The name in small letters with blanks between its parts, as it is and with capitals taken apart."""
    plain, apart = (re.sub(r"[^\w]+|_", " ", fold(text)).strip() for text in (name, CAPITALS.sub(" ", name)))
    return plain, apart


def says(name: str, pattern: str) -> bool:
    """Whether a pattern of words.yaml is found in a name."""
    return any(re.search(pattern, text) for text in spellings(name))


def muscle_of(name: str) -> str | None:
    """The muscle or group that a name means, or None where it means none, or several."""
    if says(name, words()["elsewhere"]):
        return None
    found = [family for family in words()["muscles"] if _is_family(name, family)]
    if len(found) != 1:
        return None
    heads = [head for head, pattern in found[0].get("heads", {}).items() if says(name, pattern)]
    return str(heads[0] if len(heads) == 1 else found[0]["name"])


def _is_family(name: str, family: dict[str, Any]) -> bool:
    if says(name, family["pattern"]):
        return True
    bare = re.sub(r"\b(s?emg|ch|channel|sensor|im|rt|lt|r|l|right|left|m|\d+)\b|\d+$", " ", spellings(name)[0]).split()
    return "exactly" in family and bare == [family["exactly"]]


def side_of(name: str, beside: tuple[str, ...] = ()) -> str | None:
    """right or left where a name says so; `beside` are the names that may tell whether L is left."""
    side = words()["side"]
    if says(name, side["right"]):
        return "right"
    other = any(says(text, side["right"]) for text in beside)
    return "left" if says(name, side["left"]) or (other and says(name, side["perhaps_left"])) else None


def angle_score(name: str) -> int:
    """How plainly a name is that of the elbow's flexion angle; 0 where it is not."""
    angle = words()["angle"]
    if says(name, angle["not"]) and not says(name, rf"({angle['joint']}).*({angle['word']})"):
        return 0
    return sum(points for key, points in (("joint", 2), ("word", 1), ("plain", 1)) if says(name, angle[key]))


def load_of(text: str) -> tuple[str, str] | None:
    """Load and unit that a name says (`2kg`, `load2p75`); the unit is empty where it says none, but 0 is 0 kg."""
    folded, load = fold(text), words()["load"]
    found = {(_decimal(n), "lb" if (unit or gram)[0] == "l" else unit[:2] or "g") for n, unit, gram in
             WITH_UNIT.findall(folded)}  # fmt: skip
    if not found:
        plain = re.findall(rf"(?:{load['word']})[ _-]?{NUMBER}(?![\d])", folded)
        found = {(_decimal(number), "") for number in plain}
    if not found and says(text, load["none"]):
        found = {("0", "kg")}
    if len(found) != 1:
        return None
    value, unit = found.pop()
    return (value, unit) if float(value) or unit else ("0", "kg")


def _decimal(number: str) -> str:
    return f"{float(re.sub('[,p]', '.', number)):g}"


def role_of(text: str) -> str | None:
    """mvc, rest, hold or movement where a name says so."""
    return next((role for role, pattern in words()["roles"].items() if says(text, pattern)), None)


def plain_name(text: str) -> str:
    """The text as a trial may be called: letters, digits, dot, dash and underscore."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9.-]+", "_", letters).strip("_.") or "trial"


def natural(text: str) -> list[Any]:
    """Key that sorts T2 before T10."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", fold(text)) if part]
