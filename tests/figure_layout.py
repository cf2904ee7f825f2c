"""Where the text of a figure lands: every piece that is drawn, with the box that it fills."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from unittest.mock import patch

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

TOUCHING = 0.5  # pixels at 100 dpi that two boxes may share

# How somebody without one kind of cone sees linear RGB: Machado, Oliveira and Fernandes (2009), severity 1.
SIGHT = {
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
}


@dataclass(frozen=True)
class Drawn:
    """A piece of text as it was drawn."""

    text: str
    size_pt: float
    box: Bbox


def drawn_texts(figure: Figure) -> list[Drawn]:
    """Every text that is really drawn, ticks outside their axis left out, in the order of drawing."""
    seen: list[Drawn] = []
    draw = Text.draw

    def watched(self: Text, renderer: object, *args: object, **kwargs: object) -> None:
        draw(self, renderer, *args, **kwargs)
        if self.get_visible() and self.get_text().strip():
            seen.append(Drawn(self.get_text(), float(self.get_fontsize()), Text.get_window_extent(self, renderer)))

    figure.draw_without_rendering()  # the layout settles
    with patch.object(Text, "draw", watched):
        FigureCanvasAgg(figure).draw()
    return seen


def overlaps(texts: list[Drawn]) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes cover each other."""

    def cover(a: Bbox, b: Bbox) -> bool:
        shared = Bbox.intersection(a, b)
        return shared is not None and min(shared.width, shared.height) > TOUCHING

    return [(a.text, b.text) for a, b in combinations(texts, 2) if cover(a.box, b.box)]


def outside(figure: Figure, texts: list[Drawn]) -> list[str]:
    """Texts that leave the canvas."""
    width, height = figure.bbox.width, figure.bbox.height
    return [
        one.text
        for one in texts
        if one.box.x0 < -TOUCHING
        or one.box.y0 < -TOUCHING
        or one.box.x1 > width + TOUCHING
        or one.box.y1 > height + TOUCHING
    ]


def lab(colour: str, sight: str | None = None) -> np.ndarray:
    """CIE L*a*b* of a colour, as it is, or as somebody with `sight` sees it."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(SIGHT[sight]) @ linear, 0, 1) if sight else linear
    to_xyz = [[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]]
    x, y, z = (np.array(to_xyz) @ seen) / [0.9505, 1.0, 1.0888]
    fx, fy, fz = (np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])
