"""Every figure at both widths: type to be read in print, no text over another, colours that everybody can tell."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_hex
from matplotlib.patches import FancyBboxPatch

from deepemg.report import architecture, deep_heatmaps, identifiability, protocol, style
from deepemg.report.compact_svg import compact
from deepemg.report.figure_files import write_figure
from figure_layout import SIGHT, drawn_texts, lab, outside, overlaps
from test_figures import FIGURES

TOLD_APART = 12.0  # CIE L*a*b*: five times what an eye notices side by side


@pytest.mark.slow
@pytest.mark.parametrize(("width_mm", "smallest_pt"), [(180.0, 7.0), (90.0, 6.0)])
@pytest.mark.parametrize("name", FIGURES)
def test_text_can_be_read(name: str, width_mm: float, smallest_pt: float) -> None:
    figure = FIGURES[name][0](width_mm=width_mm)
    texts = drawn_texts(figure)
    assert figure.get_figwidth() * 25.4 == pytest.approx(width_mm) and figure.get_figheight() * 25.4 <= 240
    assert min(text.size_pt for text in texts) >= smallest_pt
    assert overlaps(texts) == []
    assert outside(figure, texts) == []


@pytest.mark.parametrize("width_mm", [180.0, 90.0])
def test_text_stays_in_its_box(width_mm: float) -> None:
    figure = FIGURES["architecture"][0](width_mm=width_mm)
    texts, inside = drawn_texts(figure), 0
    boxes = [patch.get_window_extent() for patch in figure.axes[0].patches if isinstance(patch, FancyBboxPatch)]
    for text in texts:
        middle = (text.box.x0 + text.box.x1) / 2, (text.box.y0 + text.box.y1) / 2
        for box in boxes:
            if box.contains(*middle):
                inside += 1
                assert box.x0 < text.box.x0 and text.box.x1 < box.x1 and box.y0 < text.box.y0, text.text
    assert inside > 30


@pytest.mark.parametrize("sight", [None, *SIGHT])
def test_colours_are_told_apart(sight: str | None) -> None:
    def closest(colours: list[str]) -> float:
        seen = [lab(colour, sight) for colour in colours]
        return min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2))

    assert closest([*style.METHOD_COLOURS.values(), style.TRUTH_COLOUR]) > TOLD_APART
    assert closest([colour for colour, _ in protocol.LOOKS.values()]) > TOLD_APART
    assert closest([to_hex(colour) for colour in identifiability.COLOURS]) > 3  # steps of one hue, in order
    assert closest([deep_heatmaps.ABOVE, deep_heatmaps.NOT_RECORDED]) > TOLD_APART
    scale = [lab(to_hex(colour), sight) for colour in colormaps["viridis"](np.linspace(0, 1, 64))]
    for apart in (deep_heatmaps.ABOVE, deep_heatmaps.NOT_RECORDED):
        assert min(float(np.linalg.norm(lab(apart, sight) - colour)) for colour in scale) > TOLD_APART
    assert len(architecture.FILLS) == len(architecture.KEY)


def test_a_figure_leaves_both_widths_and_its_numbers(tmp_path: Path) -> None:
    (tmp_path / "column").mkdir()
    names = {"svg": "a.svg", "png": "a.png", "csv": "a.csv", "column_svg": "column/a.svg", "column_png": "column/a.png"}
    files = SimpleNamespace(**{key: str(tmp_path / name) for key, name in names.items()})
    table = pd.DataFrame({"method": ["nmm"], "rmse": [0.123456789]})
    write_figure(files, table, FIGURES["band_coverage"][0])
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*")) == sorted(names.values())
    assert (tmp_path / "a.csv").read_text() == "method,rmse\nnmm,0.123457\n"
    for file, points in ((files.svg, 180 / 25.4 * 72), (files.column_svg, 90 / 25.4 * 72)):
        width = re.search(r'<svg[^>]* width="([\d.]+)pt"', Path(file).read_text())
        assert width and float(width[1]) == pytest.approx(points)


def test_svg_is_made_smaller_and_not_other() -> None:
    points = np.cumsum(np.random.default_rng(1).normal(size=(500, 2)), axis=0)
    path = "M " + " \nL ".join(f"{x:f} {y:f}" for x, y in points) + " \nz \nM 5 5 \nL 6 7 "
    curve = "M 1.234567 2 \nC 1 2 3 4 5 6 \n"
    svg = f'<g>\n   <path d="{path}"/>\n <path d="{curve}"/>\n</g>'
    made = compact(svg)
    assert len(made) < 0.5 * len(svg) and f'd="{curve}"' in made
    first, second = made.split('d="')[1].split('"')[0].split("z")
    steps = np.array(first.removeprefix("m").split(), dtype=float).reshape(-1, 2)
    assert np.abs(np.cumsum(steps, axis=0) - points).max() <= 0.0501  # and no drift
    back = np.array(second.removeprefix("m").split(), dtype=float).reshape(-1, 2)
    assert steps[0] + back[0] == pytest.approx([5, 5]) and back[1] == pytest.approx([1, 2])


def test_svg_looks_the_same_when_markers_share_their_style() -> None:
    uses = [f'<use xlink:href="#m" x="{x}.123456" y="2" style="stroke: #cc79a7"/>' for x in range(3)]
    made = compact("<g>\n  " + "\n  ".join(uses) + "\n </g>")
    assert made.count("stroke: #cc79a7") == 1 and made.startswith('<g style="stroke: #cc79a7">') and 'x="2.12"' in made
    other = [*uses, '<use xlink:href="#m" x="9" y="2" style="stroke: #000000"/>']
    assert compact("<g>\n" + "\n".join(other) + "\n</g>").count("stroke: #cc79a7") == 3
