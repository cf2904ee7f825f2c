"""The look that all figures share: sizes, type, the colour and name of every method, and how a figure is saved."""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from deepemg.atomic import written_aside

DOUBLE_COLUMN_MM = 180

# Okabe-Ito colours, without yellow (too pale for lines on white) and black (kept for the truth), with grey for `copy`.
# The order is the order of every legend and table.
METHOD_COLOURS = {
    "copy": "#8C8C8C",
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
    "font.size": 7,
    "axes.titlesize": 8,
    "axes.labelsize": 7,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "figure.labelsize": 8,
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
# Decorates whatever draws or saves a figure: matplotlib makes some ticks as late as that.
in_house_style = rc_context(RC)


def new_figure(width_mm: float, height_mm: float) -> Figure:
    """An empty figure that pyplot does not know of, so that nothing outlives it."""
    return Figure(figsize=(width_mm / 25.4, height_mm / 25.4))


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


@in_house_style
def save(figure: Figure, svg: Path, png: Path) -> None:
    """Write a figure as SVG and as PNG (300 dpi), byte for byte the same whenever the figure is the same.

    A file appears under its final name only when it is complete.
    """
    for path, metadata in ((svg, {"Date": None, "Creator": None}), (png, {"Software": None})):
        with written_aside(path) as aside:
            figure.savefig(aside, format=path.suffix[1:], dpi=300, metadata=metadata)


@in_house_style
def svg_text(figure: Figure) -> str:
    """The figure as SVG text, for a page that holds its figures inside."""
    buffer = StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()
