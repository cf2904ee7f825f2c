"""Signals of a subject as they were read, and what was found in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from deepemg.recordings.problems import Problem
from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import SubjectFolder
from deepemg.signals.checks.findings import Findings

Row = dict[str, Any]
Key = tuple[str, str]  # trial, channel


@dataclass
class Judged:
    """Signals of a subject as they were read, what was found in them, and the numbers behind."""

    subject: SubjectFolder
    findings: Findings = field(default_factory=Findings)
    emg: dict[Key, Signal] = field(default_factory=dict)
    angle: dict[str, Signal] = field(default_factory=dict)
    torque: dict[str, Signal] = field(default_factory=dict)
    envelopes: dict[Key, Signal] = field(default_factory=dict)
    levels: dict[str, float] = field(default_factory=dict)
    channels: list[Row] = field(default_factory=list)
    kinematics: list[Row] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        """Every finding, one line for each cause."""
        return self.findings.problems()
