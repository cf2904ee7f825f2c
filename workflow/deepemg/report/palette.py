"""Pictures for git: a palette of 256 colours, which a figure of lines hardly leaves, takes a third of the space."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image

from deepemg.atomic import written_aside

COLOURS = 256


def write_small_png(source: Path | BytesIO, target: Path) -> None:
    """Write a PNG with its 256 most used colours, the same bytes whenever the picture is the same."""
    picture = Image.open(source).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    with written_aside(target) as aside:
        picture.save(aside, format="PNG", optimize=True)
