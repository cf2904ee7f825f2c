"""What people and programs do to subject.yaml and to the sheets: keys, values and cells that mean nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from deepemg.audit.fuzz_outside import NAMES
from deepemg.audit.fuzz_text import Text
from deepemg.audit.mutated_bytes import Random, pick
from deepemg.audit.mutations import TEXT

ODD_WORDS = (
    "", "#²", "#0", "#999", "#" + "9" * 30, "{trial}", "{trial", "{}", "{0}", "{trial[0]}", "{trial.__class__}",
    "{emg}", "{trial:>999999999}", "{trial!r}", "{trial:d}", "{emg_file}{emg_file}", "..", ".", "/", "/dev/null",
    "a/b/c", "~", "subject.yaml", "trials.csv", "x" * 300, "x" * 200_000, "a\x00b", "=A1*2", "=1+1", "#N/A", "-",
    "None", "NaN", "inf", "-1", "0", "1e999", "9" * 400, "9" * 5000, "0,5", "1_000", "TRUE", "2024-05-01", "1:30", "½",
    "\ufeff", "BIC", "µV", "\udcb5", "csv", "mat", "edf", "xlsx", "c3d", "xdf", "pdf", "train", "TEST", "Movement",
    "MVC", "mvc", "rest", "hold", "observed", "held out", "HELD_OUT", "lb", "kg?", "%", "bic;lat", ";", "a;b", "angle",
    "time", "'", '"', "\\", "0_train", "a\x1b[2Jb", "\u202ecsv.emg", "x" * 5000, "-cmd", "@SUM(1)", "+nan", "+inf",
    "{trial:>3000000000}", *NAMES,
)  # fmt: skip

ODD_VALUES = (
    "", "~", "[]", "{}", "[1, 2]", "{a: 1}", "{value: 70, source: guessed}", "1", "-1", "0", "1.5", "true", "no",
    "elbow7", "2024-05-01", "2024-13-45", "2024-05-01T10:00:00Z", "9999-12-31T23:59:59-23:59", "12:30:45", "1e999",
    ".nan", "-.inf", "9" * 400, "9" * 5000, "0x" + "f" * 300, "0x" + "f" * 5000, "0b" + "1" * 20000, "x" * 300,
    "x" * 100_000, "[" * 40 + "]" * 40, "[" * 400 + "]" * 400, "[" * 3000, "+.inf",
    "!!python/tuple [a]", "!!python/name:os.system", *NAMES, "{a: " * 60 + "1" + "}" * 60, "!!timestamp x",
    "!!int ''", "!!int x", "!!float ''", "!!bool maybe", "!!binary '*'", "!!binary aGFsbG8=", "!!set {a, b}",
    "!!omap [a: 1]", "!!pairs [a: 1]", "!!null x", "!!str 5", "!!python/object:os.system x", "!unknown x", '"\\0"',
    '"\\ud800"', '"a\\nb"', '"\\x07"', "'", '"', "&a x", "*a", "&a [*a]", "&a {x: *a}", "<<: {a: 1}", "? x",
    "|\n  text", ">-\n  text", "%TAG", "---", "...", "@x", "`x`", "a: b: c", "- x", "? [a]\n: b", "{trial}_angle.csv",
    "{trial:>999999999}", "{x}", "..", "subject.yaml", "degrees", "RAD", "N·m", "csv", "mat", "clock", "angle", "time",
    "#2", "#²", "[a, b, c]", "[proximal]", "=", "\ufeff", "\x00", "\x85", "½",
)  # fmt: skip
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
KEYS = (
    "", "arm", "joint", "Joint", "JOINT", "id", "kinematics", "torque", "clock", "model", "velocity", "markers",
    "unit", "column", "file", "format", "rate_hz", "use", "mass_kg", "1", "null", "true", "1.5", "2024-05-01", "[a]",
    "? [a, b]", "{a: 1}", "<<", "=", "*a", "&a joint", "x" * 2000, "a b", "ö", "'", "!!int x",
)  # fmt: skip
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp500")


# Sheets


def _odd_word(sheet: Text, random: Random) -> Text:
    for _ in range(int(random.choice([1, 1, 3]))):
        place = int(random.integers(len(sheet.rows)))
        cells = sheet.split(sheet.rows[place])
        cells[int(random.integers(len(cells)))] = pick(random, ODD_WORDS)
        sheet = replace(sheet, rows=(*sheet.rows[:place], sheet.join(cells), *sheet.rows[place + 1 :]))
    return sheet


def _another_case(sheet: Text, random: Random) -> Text:
    change = str.upper if random.random() < 0.5 else str.title
    if random.random() < 0.5 and sheet.names is not None:
        return replace(sheet, names=change(sheet.names))
    return replace(sheet, rows=tuple(map(change, sheet.rows)))


def _other_encoding(sheet: Text, random: Random) -> Text:
    return replace(sheet, encoding=pick(random, ENCODINGS))


SHEET: dict[str, Callable[[Text, Random], Text]] = {
    "odd word": _odd_word,
    "another case": _another_case,
    "encoding of all": _other_encoding,
    **TEXT,
}

# subject.yaml, as lines


def _line_with_key(lines: list[str], random: Random) -> tuple[int, str, str]:
    """Place of a line that holds a key, what stands before the key, and the key."""
    found = [(place, match) for place, line in enumerate(lines) if (match := re.match(r"([ -]*)(\w+):", line))]
    if not found:
        return 0, "", "id"
    place, match = found[int(random.integers(len(found)))]
    return place, match[1], match[2]


def _below(lines: list[str], place: int) -> int:
    """Where what belongs to a key ends."""
    indent = len(lines[place]) - len(lines[place].lstrip())
    end = place + 1
    while end < len(lines) and (len(lines[end]) - len(lines[end].lstrip()) > indent or lines[end].lstrip()[:1] == "-"):
        end += 1
    return end


def _key_dropped(lines: list[str], random: Random) -> list[str]:
    place, _, _ = _line_with_key(lines, random)
    return lines[:place] + lines[_below(lines, place) :]


def _key_doubled(lines: list[str], random: Random) -> list[str]:
    place, _, _ = _line_with_key(lines, random)
    return lines[:place] + lines[place : _below(lines, place)] + lines[place:]


def _key_renamed(lines: list[str], random: Random) -> list[str]:
    place, before, key = _line_with_key(lines, random)
    name = pick(random, (*KEYS, key.upper(), key.title(), f"{key}s", f"{key} "))
    return [*lines[:place], before + name + lines[place][len(before) + len(key) :], *lines[place + 1 :]]


def _value_changed(lines: list[str], random: Random) -> list[str]:
    place, before, key = _line_with_key(lines, random)
    end = _below(lines, place) if random.random() < 0.8 else place + 1
    return [*lines[:place], f"{before}{key}: {pick(random, ODD_VALUES)}", *lines[end:]]


def _key_added(lines: list[str], random: Random) -> list[str]:
    place, before, _ = _line_with_key(lines, random)
    return [*lines[:place], f"{' ' * len(before)}{pick(random, KEYS)}: {pick(random, ODD_VALUES)}", *lines[place:]]


def _value_nested(lines: list[str], random: Random) -> list[str]:
    place, before, key = _line_with_key(lines, random)
    inner = [f"  {line}" for line in lines[place : _below(lines, place)]]
    return [*lines[:place], f"{' ' * len(before)}{key}:", *inner, *lines[_below(lines, place) :]]


def _line_changed(lines: list[str], random: Random) -> list[str]:
    place = int(random.integers(len(lines)))
    change = pick(random, ("dropped", "doubled", "swapped", "indented", "tab", "cut", "comment", "dash"))
    line = lines[place]
    new = {
        "dropped": [], "doubled": [line, line], "indented": [f" {line}"], "tab": [f"\t{line}"],
        "comment": [f"# {line}"], "cut": [line[: int(random.integers(len(line) + 1))]], "dash": [f"- {line}"],
        "swapped": [*lines[place + 1 : place + 2], line],
    }[change]  # fmt: skip
    return [*lines[:place], *new, *lines[place + (2 if change == "swapped" else 1) :]]


def _anchored(lines: list[str], random: Random) -> list[str]:
    """Aliases, of which some stand for themselves, and some for more than a computer holds."""
    place, before, key = _line_with_key(lines, random)
    end = _below(lines, place)
    line = f"{before}{key}: {pick(random, ('*i', '*h', '*a', '{<<: *i}', '[*i, *i]'))}"
    return [*BOMB.split("\n"), *lines[:place], line, *lines[end:]]


YAML: dict[str, Callable[[list[str], Random], list[str]]] = {
    "key dropped": _key_dropped,
    "key doubled": _key_doubled,
    "key renamed": _key_renamed,
    "key added": _key_added,
    "value of another kind": _value_changed,
    "value nested": _value_nested,
    "line changed": _line_changed,
    "anchors": _anchored,
}


def mutate_yaml(text: str, kind: str, random: Random) -> bytes:
    """A subject.yaml with one or two things wrong in it, now and then in another encoding."""
    lines = YAML[kind](text.splitlines(), random)
    if random.random() < 0.2 and lines:
        lines = YAML[pick(random, tuple(YAML))](lines, random)
    encoding = pick(random, ENCODINGS) if random.random() < 0.1 else "utf-8"
    end = pick(random, ("\n", "\n", "\n", "\r\n", "\r"))
    return end.join([*lines, ""]).encode(encoding, "replace")
