"""Variables of a MATLAB file as columns: what they are called, and the clock, rate, labels and unit beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from deepemg.recordings.clock_names import clock_name
from deepemg.recordings.contents import Column
from deepemg.recordings.spelling import fold

RATE = re.compile(r"(fs|sr|srate|hz|(sampl(e|ing))?(rate|freq|frequency))(hz)?")
LABEL = re.compile(
    r"(ch|chan|channel|col|column|variable|muscle)?(label|name|header|title|description)s?|channels|muscles"
)
UNIT = re.compile(r"(ch|chan|channel)?units?")
MOST_HZ = 1e7


def _is_clock(name: str) -> bool:
    """Whether an array is a clock by its name; x and s are more often something else here."""
    found = clock_name(name)
    return found is not None and (found[0] or fold(name) == "t")


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", fold(name))


def columns_of(group: dict[str, Any], prefix: str = "") -> Iterator[Column]:
    """Columns of what lies in one struct, its clocks first (they serve what is on their right), then of its structs."""
    found = {name: value for name, value in group.items() if isinstance(value, np.ndarray)}
    scalars = {_plain(name): float(value) for name, value in found.items() if value.size == 1}
    rates = {word: value for word, value in scalars.items() if 0 < value < MOST_HZ}
    texts = {_plain(name): value for name, value in group.items() if isinstance(value, list)}
    arrays = {name: value for name, value in found.items() if value.size > 1 and value.ndim in (1, 2)}
    longest = max((max(value.shape) for value in arrays.values()), default=0)
    for name in sorted(arrays, key=lambda name: not _is_clock(name)):
        rate = _rate(name, rates, is_longest=max(arrays[name].shape) == longest)
        yield from _array(arrays[name], name, prefix, rate, texts)
    for name, value in group.items():
        if isinstance(value, dict):
            yield from columns_of(value, f"{prefix}{name}.")


def _array(
    array: np.ndarray, name: str, prefix: str, rate: float | None, texts: dict[str, list[str]]
) -> Iterator[Column]:
    """A vector, or the columns of a matrix, whose longer side is that of the samples."""
    path = f"{prefix}{name}"
    if array.ndim == 1:
        inner = bool(prefix) and _is_clock(name)  # a clock must be called like one
        called, source = (name, prefix.rstrip(".")) if inner else (path, None)
        yield Column(called, array.astype(float), None, rate, source=source)
        return
    vectors = array if array.shape[0] < array.shape[1] else array.T
    labels, units = (_beside(texts, name, kind, len(vectors)) for kind in (LABEL, UNIT))
    for number, (vector, label, unit) in enumerate(zip(vectors, labels, units, strict=True), start=1):
        source = path if label else None
        yield Column(label or f"{path} #{number}", vector.astype(float), unit or None, rate, source=source)


def _rate(name: str, rates: dict[str, float], *, is_longest: bool) -> float | None:
    """Rate (Hz) of an array by the scalars beside it: one called after it, or else one for the longest arrays."""
    own = {rate for word, rate in rates.items() if _is_of(name, word, RATE) and not RATE.fullmatch(word)}
    shared = {rate for word, rate in rates.items() if RATE.fullmatch(word) and is_longest}
    rate = own or shared
    return rate.pop() if len(rate) == 1 else None


def _is_of(name: str, word: str, kind: re.Pattern[str]) -> bool:
    """Whether a variable is called as one of a kind is, alone or together with the name of the array it is of."""
    return bool(kind.fullmatch(word) or kind.fullmatch(word.replace(_plain(name), "", 1)))


def _beside(texts: dict[str, list[str]], name: str, kind: re.Pattern[str], count: int) -> Sequence[str | None]:
    """Texts beside an array that has as many columns; those that are called after the array come first."""
    fitting = [word for word in texts if count > 1 and len(texts[word]) == count and _is_of(name, word, kind)]
    fitting.sort(key=lambda word: bool(kind.fullmatch(word)))
    return texts[fitting[0]] if fitting else [None] * count
