"""The five files of a figure: for a page and for a column, each as SVG and PNG, and the numbers that it shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pandas as pd
from matplotlib.figure import Figure

from deepemg.atomic import written_aside
from deepemg.report.style import DOUBLE_COLUMN_MM, ONE_COLUMN_MM, save
from deepemg.spreadsheet import without_formulas


class FigureFiles(Protocol):
    """Where they go: the outputs of a rule that plots."""

    svg: str
    png: str
    csv: str
    column_svg: str
    column_png: str


def write_figure(files: FigureFiles, numbers: pd.DataFrame, draw: Callable[..., Figure]) -> None:
    """Call `draw` with `width_mm` of a page (180 mm) and of a column (90 mm), and write all five files.

    Numbers are written to six significant digits, more than any figure shows.
    """
    save(draw(width_mm=DOUBLE_COLUMN_MM), Path(files.svg), Path(files.png))
    save(draw(width_mm=ONE_COLUMN_MM), Path(files.column_svg), Path(files.column_png))
    with written_aside(files.csv) as aside:
        without_formulas(numbers).to_csv(aside, index=False, float_format="%.6g")
