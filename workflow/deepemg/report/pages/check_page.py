"""The page of `deepemg check`: one light, what was found, and the signals as they will be used."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from deepemg.atomic import written_aside
from deepemg.report import recorded_signals
from deepemg.report.style import in_house_style
from deepemg.signals.check import Verdict
from deepemg.signals.normalisation import reference_label

SAID = {
    "green": "in order",
    "amber": "can be used; please look at what was found",
    "red": "refused: mend what is red, and check again",
}


@in_house_style
def _picture(verdict: Verdict) -> str:
    """The signals as a PNG inside the page."""
    buffer = BytesIO()
    recorded_signals.plot(verdict).savefig(buffer, format="png", dpi=130, metadata={"Software": None})
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def render(verdict: Verdict) -> str:
    """The page as HTML text, with its picture inside."""
    environment = Environment(
        loader=PackageLoader("deepemg.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    judged, subject = verdict.judged, verdict.subject
    assert judged is not None and subject is not None
    return environment.get_template("check.html.j2").render(
        subject=subject,
        light=verdict.light,
        said=SAID[verdict.light],
        problems=sorted(verdict.problems, key=lambda problem: problem.level == "amber"),
        picture=_picture(verdict),
        levels=judged.levels,
        reference=reference_label([subject.reference]),
    )


def write_page(verdict: Verdict, path: Path) -> Path:
    """Write the page; its folder is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(path) as aside:
        aside.write_text(render(verdict), encoding="utf-8")
    return path
