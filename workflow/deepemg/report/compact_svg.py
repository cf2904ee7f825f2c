"""SVG as matplotlib writes it, made smaller: paths in tenths of 1/72 inch, which no eye or printer resolves."""

from __future__ import annotations

import re

STEP = re.compile(r"([MLz])(?: (\S+) (\S+))?")


def _path(path: re.Match[str]) -> str:
    """A path of straight lines as steps from point to point; curves (letters, circles) stay as they are."""
    if re.search("[CQ]", path[0]):
        return path[0]
    steps, here, start = [], (0, 0), (0, 0)
    for sign, x, y in STEP.findall(path[0]):
        if sign == "z":
            steps.append("z")
            here = start
            continue
        there = round(10 * float(x)), round(10 * float(y))
        lead = "m" if sign == "M" else " "  # numbers behind m are lines
        steps.append(f"{lead}{(there[0] - here[0]) / 10:g} {(there[1] - here[1]) / 10:g}")
        here, start = there, there if sign == "M" else start
    return "".join(steps)


def compact(svg: str) -> str:
    """The same picture to a twentieth of 1/72 inch, without indentation, and without names of groups."""
    smaller = re.sub(r'(?<= d=")[^"]+', _path, svg)
    smaller = re.sub(r'(?<= [xy]=")-?[\d.]+', lambda number: f"{float(number[0]):.2f}", smaller)
    return re.sub(r"\n\s+", "\n", re.sub(r'<g id="\w+"', "<g", smaller))
