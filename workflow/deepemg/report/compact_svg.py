"""SVG as matplotlib writes it, made smaller: paths in tenths of 1/72 inch, which no eye or printer resolves."""

from __future__ import annotations

import re

STEP = re.compile(r"([MLz])(?: (\S+) (\S+))?")

STYLE = re.compile(r' style="[^"]*"')
MARKERS = re.compile(r"<g([^>\n]*)>\n((?:<use [^\n]*/>\n)+)</g>")


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


def _markers(group: re.Match[str]) -> str:
    """A group of markers that look alike: it says so once, and they inherit it."""
    styles = STYLE.findall(group[2])
    if len(styles) < group[2].count("<use") or len(set(styles)) > 1:
        return group[0]
    return f"<g{group[1]}{styles[0]}>\n{STYLE.sub('', group[2])}</g>"


def compact(svg: str) -> str:
    """The same picture to a twentieth of 1/72 inch, without indentation, without names of groups."""
    smaller = re.sub(r'(?<= d=")[^"]+', _path, svg)
    smaller = re.sub(r'(?<= [xy]=")-?[\d.]+', lambda number: f"{float(number[0]):.2f}", smaller)
    smaller = re.sub(r"\n\s+", "\n", re.sub(r'<g id="\w+"', "<g", smaller))
    return MARKERS.sub(_markers, smaller)
