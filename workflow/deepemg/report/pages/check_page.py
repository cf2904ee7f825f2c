"""The page of `deepemg check`: one light, what was found, and the signals as they will be used."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path

from deepemg.atomic import written_aside
from deepemg.report import recorded_signals
from deepemg.report.pages.environment import render
from deepemg.report.provenance import made_by
from deepemg.signals.check import Verdict
from deepemg.signals.normalisation import reference_label

SAID = {
    "green": "in order",
    "amber": "can be used; please look at what was found",
    "red": "refused: mend what is red, and check again",
}


def _picture(verdict: Verdict) -> str:
    """The signals as a PNG inside the page."""
    buffer = BytesIO()
    recorded_signals.plot(verdict).savefig(buffer, format="png", dpi=130, metadata={"Software": None})
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def render_check(verdict: Verdict) -> str:
    """The page as HTML text, with its picture inside."""
    judged, subject = verdict.judged, verdict.subject
    assert judged is not None and subject is not None
    return render(
        "check.html.j2",
        subject=subject,
        light=verdict.light,
        said=SAID[verdict.light],
        problems=sorted(verdict.problems, key=lambda problem: problem.level == "amber"),
        picture=_picture(verdict),
        levels=judged.levels,
        reference=reference_label([subject.reference]),
        provenance=made_by(),
    )


def write_page(verdict: Verdict, path: Path) -> Path:
    """Write the page; its folder is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(path) as aside:
        aside.write_text(render_check(verdict), encoding="utf-8")
    return path
