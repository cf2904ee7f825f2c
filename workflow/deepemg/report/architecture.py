"""Figure 1: from inputs to envelopes and torque, the paper's NMM and ours, box by box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from textwrap import wrap

import pandas as pd
from matplotlib import rcParams
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Patch

from deepemg.report.networks import Network
from deepemg.report.style import DOUBLE_COLUMN_MM, METHOD_LABELS, in_house_style, is_narrow, new_figure

FILLS = {"data": "#F0F0F0", "network": "#D6E6F2", "physics": "#FBE6C8"}
EDGE = "#555555"
KEY = {"data": "signals and results", "network": "learnt", "physics": "musculoskeletal model"}
POINT_MM = 25.4 / 72
CHARACTER = 0.56  # widths of a character and heights of a line, in sizes of the type
LINE = 1.35
PADDING_MM = 1.6
GAP_MM = 4.5
KEY_MM = {False: 7.0, True: 10.0}  # on a page, and in a column
MARGIN_MM = 2.0
NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Box:
    """A title, and paragraphs of which those in `strong` (numbers from 0) are bold."""

    title: str
    paragraphs: tuple[str, ...]
    fill: str
    strong: tuple[int, ...] = ()


@dataclass(frozen=True)
class Lane:
    """A method: its boxes in order, and from which box something goes back to which."""

    title: str
    boxes: tuple[Box, ...]
    back: tuple[tuple[int, int], ...]


def _sizes(network: Network) -> str:
    parts = (
        f"{network.layers} layers",
        f"{network.heads} heads",
        f"width {network.width}",
        f"{network.weights:,} weights",
    )
    return ", ".join(part.replace(" ", NO_BREAK) for part in parts) + (" each" if network.count > 1 else "")


def paper_lane(network: Network, observed: Sequence[str], hidden: Sequence[str]) -> Lane:
    """The paper's NMM, as far as its abstract and captions tell it."""
    personal = f"{network.parameters} personal parameters: {network.of_muscles} of muscles, {network.shared} shared"
    return Lane(
        f"{METHOD_LABELS['nmm-paper']}, as its abstract and captions tell it: trained for each subject",
        (
            Box("inputs", (", ".join(network.inputs),), "data"),
            Box("transformer", (_sizes(network),), "network"),
            Box("envelopes", (f"observed: {', '.join(observed)}", _hidden(hidden)), "data", strong=(1,)),
            Box("Hill physics", ("activation dynamics, Hill muscles, moment arms", personal), "physics"),
            Box("torque", ("of the joint, by the muscles alone",), "data"),
            Box(
                "losses",
                ("EMG: observed envelopes", "torque: inverse dynamics", "train network and parameters together"),
                "data",
            ),
        ),
        ((5, 1), (5, 3)),
    )


def our_lane(network: Network, observed: Sequence[str], hidden: Sequence[str]) -> Lane:
    """Ours: networks that know virtual subjects give a posterior, from which the fit of a subject starts."""
    title = "transformer" if network.count == 1 else f"{network.count} transformers"
    signals = "angle, velocity, acceleration, load, torque, MVC trials and holds"
    features = (
        f"{len(network.inputs)} numbers a sample, {network.from_physics} of them from a joint of generic parameters"
    )
    fit = "the same Hill physics: excitations and parameters move within the posterior, to the torque"
    results = f"hidden: with 90{NO_BREAK}% band", "observed: as measured", "parameters with sd, torque"
    return Lane(
        f"{METHOD_LABELS['nmm']}: trained once on virtual subjects, then fitted to each subject",
        (
            Box("inputs", (signals, f"envelopes of {', '.join(observed)}"), "data"),
            Box("features", (features,), "physics"),
            Box(title, (_sizes(network),), "network"),
            Box("posterior", (_hidden(hidden), f"{network.parameters} personal parameters"), "data", strong=(0,)),
            Box("subject fit", (fit,), "physics"),
            Box("result", results, "data", strong=(0,)),
        ),
        ((4, 3),),
    )


LANES = {"nmm-paper": paper_lane, "nmm": our_lane}


def _hidden(hidden: Sequence[str]) -> str:
    return f"hidden: {', '.join(hidden) or 'none'}"


def numbers(networks: Mapping[str, Network], roles: Mapping[str, str]) -> pd.DataFrame:
    """What the boxes tell: part (muscles or a method), quantity, value."""
    rows: list[tuple[str, str, object]] = [("muscles", muscle, role) for muscle, role in roles.items()]
    for method, network in networks.items():
        values = asdict(network) | {"inputs": len(network.inputs)}
        rows += [(method, quantity, value) for quantity, value in values.items()]
    return pd.DataFrame(rows, columns=["part", "quantity", "value"])


@in_house_style
def plot(networks: Mapping[str, Network], roles: Mapping[str, str], *, width_mm: float = DOUBLE_COLUMN_MM) -> Figure:
    """A lane per method: boxes from left to right on a page, from above to below in a column.

    `networks` by method (`nmm-paper`, `nmm`); `roles` says of each muscle whether it is observed or hidden.
    """
    observed, hidden = ([name for name, role in roles.items() if role == wanted] for wanted in ("observed", "hidden"))
    lanes = [LANES[method](network, observed, hidden) for method, network in networks.items()]
    down = is_narrow(width_mm)
    places = [_places(lane, place, len(lanes), width_mm, down) for place, lane in enumerate(lanes)]
    lengths = [max(y + height for _, y, _, height in boxes) for boxes in places]
    lane_mm = max(lengths) + (1 if down else 5)
    height_mm = (lane_mm if down else lane_mm * len(lanes)) + KEY_MM[down]
    figure = new_figure(width_mm, height_mm)
    figure.set_layout_engine("none")  # everything stands where it is put
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width_mm), ylim=(height_mm, 0))
    axes.set_axis_off()
    for number, (lane, boxes) in enumerate(zip(lanes, places, strict=True)):
        top = 0 if down else number * lane_mm
        shifted = [(x, y + top, width, height) for x, y, width, height in boxes]
        _draw_lane(axes, lane, shifted, top, down)
    entries: list[Artist] = [Patch(facecolor=FILLS[fill], edgecolor=EDGE, label=text) for fill, text in KEY.items()]
    entries.append(Line2D([], [], linestyle="none", label="bold: hidden muscles"))
    figure.legend(handles=entries, loc="lower center", ncols=2 if down else 4)
    return figure


Place = tuple[float, float, float, float]  # left, top, width, height (mm)


def _places(lane: Lane, number: int, lanes: int, width_mm: float, down: bool) -> list[Place]:
    """Where the boxes of a lane stand, under its title."""
    count = len(lane.boxes)
    if not down:
        width = (width_mm - 2 * MARGIN_MM - (count - 1) * GAP_MM) / count
        height = max(_height(box, width) for box in lane.boxes)
        return [(MARGIN_MM + place * (width + GAP_MM), 8.0, width, height) for place in range(count)]
    pitch = (width_mm - 2 * MARGIN_MM) / lanes
    width, y, places = pitch - GAP_MM, 4.0 + _line_mm() * len(_title_lines(lane, pitch - GAP_MM)), []
    for box in lane.boxes:
        places.append((MARGIN_MM + number * pitch, y, width, _height(box, width)))
        y += _height(box, width) + GAP_MM
    return places


def _line_mm() -> float:
    return float(rcParams["font.size"]) * POINT_MM * LINE


def _wrapped(text: str, width_mm: float) -> list[str]:
    return wrap(text, int(width_mm / (float(rcParams["font.size"]) * POINT_MM * CHARACTER)))


def _title_lines(lane: Lane, width_mm: float) -> list[str]:
    return _wrapped(lane.title, 0.95 * width_mm)  # bold is wider


def _lines(box: Box, width_mm: float) -> list[tuple[str, bool]]:
    """Lines of a box, each with whether it is bold; the title first."""
    room = width_mm - 2 * PADDING_MM
    lines = [(line, True) for line in _wrapped(box.title, 0.95 * room)]
    for place, paragraph in enumerate(box.paragraphs):
        bold = place in box.strong
        lines += [(line, bold) for line in _wrapped(paragraph, (0.93 if bold else 1) * room)]
    return lines


def _height(box: Box, width_mm: float) -> float:
    return 2 * PADDING_MM + _line_mm() * len(_lines(box, width_mm))


def _draw_lane(axes: Axes, lane: Lane, places: Sequence[Place], top: float, down: bool) -> None:
    left, right = places[0][0], places[-1][0] + places[-1][2]
    for place, line in enumerate(_title_lines(lane, right - left)):
        axes.text(left, top + 2 + _line_mm() * place, line, fontweight="bold", va="top")
    for box, (x, y, width, height) in zip(lane.boxes, places, strict=True):
        shape = "round,pad=0,rounding_size=1"
        axes.add_patch(FancyBboxPatch((x, y), width, height, shape, facecolor=FILLS[box.fill], edgecolor=EDGE, lw=0.6))
        for place, (line, bold) in enumerate(_lines(box, width)):
            middle = y + PADDING_MM + _line_mm() * (place + 0.5)
            axes.text(x + PADDING_MM, middle, line, va="center_baseline", fontweight="bold" if bold else "normal")
    for (x, y, width, height), (next_x, next_y, _, _) in pairwise(places):
        if down:
            _arrow(axes, [(x + width / 2, y + height), (x + width / 2, next_y)])
        else:
            _arrow(axes, [(x + width, y + height / 2), (next_x, y + height / 2)])
    for depth, (source, target) in enumerate(lane.back):
        away = 1.4 + 1.2 * depth
        (x, y, width, height), (x2, y2, width2, height2) = places[source], places[target]
        if down:
            side, (start, stop) = x + width + away, (y + height / 2, y2 + height2 / 2)
            _arrow(axes, [(x + width, start), (side, start), (side, stop), (x2 + width2, stop)])
        else:
            below, (start, stop) = y + height + away, (x + width / 2, x2 + width2 / 2)
            _arrow(axes, [(start, y + height), (start, below), (stop, below), (stop, y2 + height2)])


def _arrow(axes: Axes, points: list[tuple[float, float]]) -> None:
    """A line through the points, with a head at its end."""
    axes.plot(*zip(*points, strict=True), color=EDGE, linewidth=0.8)
    head = FancyArrowPatch(
        points[-2], points[-1], arrowstyle="-|>", mutation_scale=6, shrinkA=0, shrinkB=0, color=EDGE, lw=0.8
    )
    axes.add_patch(head)
