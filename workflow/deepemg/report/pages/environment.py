"""The templates of all pages, and how pictures and data get inside a page: nothing is fetched from anywhere."""

from __future__ import annotations

import base64
import json
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from latex2mathml.converter import convert
from markupsafe import Markup

from deepemg.report.pages.cells import cell, heading
from deepemg.report.priors import PRIOR, reason
from deepemg.report.style import METHOD_COLOURS, METHOD_LABELS, load_label


def embedded_svg(svg: str) -> str:
    """An SVG as a data address: it stays inside the page, keeps its own ids and cannot run scripts."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _script(name: str) -> Markup:
    """A file of this package as it stands, for a script or style element of a page."""
    return Markup((files("deepemg.report") / name).read_text(encoding="utf-8"))


def _data(value: Any) -> Markup:
    """Plain data inside a script element; nothing in it can end the element."""
    return Markup(json.dumps(value, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c"))


def _equation(tex: str) -> Markup:
    """LaTeX as MathML, which browsers draw without a script."""
    return Markup(convert(tex, display="block"))


def render(template: str, **content: Any) -> str:
    """A page as HTML text. Raises jinja2.UndefinedError where the template asks for more than `content` holds."""
    environment = Environment(
        loader=PackageLoader("deepemg.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(cell=cell, heading=heading, svg=embedded_svg, load=load_label, data=_data, tex=_equation)
    environment.filters.update(reason=reason)
    environment.globals.update(labels=METHOD_LABELS, colours=METHOD_COLOURS, script=_script, prior=PRIOR)
    return environment.get_template(template).render(**content)
