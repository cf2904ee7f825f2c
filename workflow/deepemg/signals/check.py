"""The whole check of one subject folder, texts and samples: what the command `check` and the workflow ask."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from deepemg.recordings.check import check_texts
from deepemg.recordings.problems import Problem, one_line_each
from deepemg.recordings.subject import SubjectFolder
from deepemg.signals.judged import Judged
from deepemg.signals.quality import judge
from deepemg.signals.settings import SignalSettings

Light = Literal["green", "amber", "red"]


@dataclass(frozen=True)
class Verdict:
    """All that was found in a folder, and its signals as far as they could be read."""

    folder: Path
    problems: tuple[Problem, ...]
    subject: SubjectFolder | None = None
    judged: Judged | None = None

    def of(self, label: str, trial: str) -> list[Problem]:
        """What was found of one signal (a label such as `channel BIC`) in one trial, and that it could not be read."""
        judged = self.judged
        trials = {t.trial for t in judged.subject.trials} if judged else set()
        own = [p for p in self.problems if label in p.about and (trial in p.about or not trials & set(p.about))]
        if judged is None or own:
            return own
        channel = next((c for c in judged.subject.channels if f"channel {c.name}" == label), None)
        row = next(t for t in judged.subject.trials if t.trial == trial)
        expected = row.has_angle if channel is None else judged.subject.records(channel, row)
        is_read = trial in judged.angle if channel is None else (trial, channel.name) in judged.emg
        return [] if is_read or not expected else [p for p in self.problems if p.level == "red"]

    @property
    def light(self) -> Light:
        """red where anything refuses the recording, amber where anything should be looked at."""
        return light_of(self.problems)


def light_of(problems: tuple[Problem, ...] | list[Problem]) -> Light:
    """The worst level of some problems."""
    levels = {problem.level for problem in problems}
    return "red" if "red" in levels else "amber" if "amber" in levels else "green"


def check_subject(folder: Path, recordings: Path | None = None, *, settings: SignalSettings) -> Verdict:
    """Everything that can be known of a subject before a fit: texts, names, files, then every sample of every channel.

    Samples are read wherever texts allow it, so that all is told in one pass.
    """
    texts = check_texts(folder, recordings, band_high_hz=settings.envelopes.band_high_hz)
    subject = texts.subject
    if subject is None or any(problem.id in UNREADABLE for problem in texts.problems):
        return Verdict(folder, texts.problems, subject)
    judged = judge(subject, settings, uses=("observed", "held_out"), together=not texts.refused)
    known = {consequence for problem in texts.problems for consequence in SEEN_AGAIN.get(problem.id, (problem.id,))}
    new = [problem for problem in judged.problems if problem.id not in known]
    return Verdict(folder, tuple(one_line_each([*texts.problems, *new])), subject, judged)


UNREADABLE = {"DE-002", "DE-020", "DE-025", "DE-034", "DE-045"}  # nothing to read then, or it is not to be opened
SEEN_AGAIN = {  # what the samples show of a cause that the texts have told
    "DE-026": ("DE-026", "DE-081"),
    "DE-027": ("DE-027",),
    "DE-036": ("DE-036", "DE-082"),
    "DE-037": ("DE-037", "DE-082"),
    "DE-040": ("DE-040", "DE-051"),
    "DE-042": ("DE-042", "DE-070", "DE-077", "DE-078"),
}
