"""The look that all figures share: widths, type, the colour and name of every method, and how a figure is saved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from io import StringIO
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from matplotlib import colormaps, rc_context
from matplotlib.figure import Figure
from matplotlib.legend import Legend

from deepemg.atomic import written_aside
from deepemg.report.compact_svg import compact

DOUBLE_COLUMN_MM = 180.0
ONE_COLUMN_MM = 90.0
NARROW_MM = 120.0  # below it a figure is laid out for one column
MM = 1 / 25.4  # inches

# Okabe-Ito colours, without yellow (too pale for lines on white) and black (kept for the truth), with a grey for `copy`
# so dark that it is not the green of `mse` to somebody who does not see red and green.
# The order is the order of every legend and table.
METHOD_COLOURS = {
    "copy": "#5C5C5C",
    "so": "#56B4E9",
    "mse": "#009E73",
    "nmm-paper": "#0072B2",
    "nmm": "#D55E00",
    "moco": "#E69F00",
    "hybrid": "#CC79A7",
    "trees": "#8B5A2B",
}
METHOD_LABELS = {
    "copy": "copy",
    "so": "SO",
    "mse": "MSE",
    "nmm-paper": "NMM (paper)",
    "nmm": "NMM (ours)",
    "moco": "Moco",
    "hybrid": "hybrid",
    "trees": "boosted trees",
}
TRUTH_COLOUR = "#000000"
FAINT = "#767676"

RC: dict[Any, Any] = {
    # DejaVu Sans ships with matplotlib: the same file on every machine.
    "font.family": "DejaVu Sans",
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.linewidth": 1.0,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "legend.handlelength": 1.8,
    "figure.constrained_layout.use": True,
    "svg.fonttype": "path",
    "svg.hashsalt": "deepemg",
}
SIZED_AS = ("font", "xtick.label", "ytick.label", "axes.label", "legend.font")
TIGHT = {
    "lines.linewidth": 0.7,
    "legend.columnspacing": 1.2,
    "legend.handletextpad": 0.5,
    "axes.titlepad": 4.0,
    "axes.labelpad": 2.5,
}

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def _rc(width_mm: float) -> dict[Any, Any]:
    """All type as large as it is printed: 7 pt on a page, 6 pt in a column; titles 1 and 0.5 pt larger."""
    narrow = width_mm < NARROW_MM
    size, title = (6.0, 6.5) if narrow else (7.0, 8.0)
    sizes = {f"{name}.size" if name == "font" else f"{name}size": size for name in SIZED_AS}
    return RC | sizes | {"axes.titlesize": title, "figure.labelsize": title} | (TIGHT if narrow else {})


def in_house_style(draw: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Decorates whatever draws a figure: its look, with type for the width asked for (`width_mm`)."""

    @wraps(draw)
    def drawn(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        with rc_context(_rc(float(kwargs.get("width_mm", DOUBLE_COLUMN_MM)))):  # type: ignore[arg-type]
            return draw(*args, **kwargs)

    return drawn


def new_figure(width_mm: float, height_mm: float) -> Figure:
    """An empty figure that pyplot does not know of, so that nothing outlives it."""
    return Figure(figsize=(width_mm * MM, height_mm * MM))


def is_narrow(width_mm: float) -> bool:
    """Whether a figure of this width stands in one column of a page."""
    return width_mm < NARROW_MM


def legend_above(figure: Figure, handles: Sequence[Any], labels: Sequence[str] | None = None, **more: Any) -> Legend:
    """A legend over the panels, row by row, in as few rows as the figure is wide enough for."""
    entries = list(zip(handles, labels or [handle.get_label() for handle in handles], strict=True))
    for rows in range(1, len(entries) + 1):
        columns = -(-len(entries) // rows)
        by_column = [entry for column in range(columns) for entry in entries[column::columns]]  # as matplotlib fills it
        legend = figure.legend(*zip(*by_column, strict=True), loc="outside upper center", ncols=columns, **more)
        if columns == 1 or legend.get_window_extent().width <= figure.bbox.width:
            break
        legend.remove()
    return legend


def subject_colours(subjects: Sequence[str]) -> dict[str, Any]:
    """A colour for each subject, on an ordered scale: the Okabe-Ito colours mean methods everywhere in the study."""
    scale = colormaps["viridis"]
    return {subject: scale(0.85 * place / max(len(subjects) - 1, 1)) for place, subject in enumerate(subjects)}


def order_methods(names: Iterable[str]) -> list[str]:
    """The distinct methods in their fixed order. Raises ValueError for a method without a colour."""
    return sorted(set(names), key=list(METHOD_COLOURS).index)


def _weight(load: str) -> tuple[str, str] | None:
    """Number and unit of a load such as "2.75lb"; None for a name such as "all"."""
    parts = re.fullmatch(r"([0-9.]+)([a-z]+)", load)
    return (parts[1], parts[2]) if parts else None


def load_label(load: str) -> str:
    """A load as a reader writes it: "2.75lb" becomes "2.75 lb", and "all" becomes "all loads"."""
    weight = _weight(load)
    return " ".join(weight) if weight else f"{load} loads"


def order_loads(loads: Iterable[str]) -> list[str]:
    """The distinct loads, lightest first within each unit, names behind."""

    def rank(load: str) -> tuple[bool, str, float]:
        number, unit = _weight(load) or ("0", load)
        return _weight(load) is None, unit, float(number)

    return sorted(set(loads), key=rank)


def save(figure: Figure, svg: Path, png: Path) -> None:
    """Write a figure as SVG and as PNG (300 dpi), byte for byte the same whenever the figure is the same.

    A file appears under its final name only when it is complete.
    """
    with written_aside(svg) as aside:
        aside.write_text(svg_text(figure))
    with written_aside(png) as aside, rc_context(_rc(figure.get_figwidth() / MM)):
        figure.savefig(aside, format="png", dpi=300, metadata={"Software": None})


def svg_text(figure: Figure) -> str:
    """The figure as SVG text."""
    buffer = StringIO()
    with rc_context(_rc(figure.get_figwidth() / MM)):  # matplotlib makes some ticks as late as this
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return compact(buffer.getvalue())
