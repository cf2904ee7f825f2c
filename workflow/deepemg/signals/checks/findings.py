"""Problems of samples as they are found: the same finding in many files is one line that counts them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from deepemg.recordings.problems import Problem, RecordingError, level_of, one_line_each, place_in_files
from deepemg.recordings.signal import Signal
from deepemg.signals.settings import QualitySettings


@dataclass
class Findings:
    """`about` says which channel and trial a finding belongs to, for tables and pictures."""

    whole: list[Problem] = field(default_factory=list)
    shared: dict[tuple[str, str, str, str], list[tuple[Path, str, str]]] = field(default_factory=dict)

    def add(
        self, identity: str, label: str, path: Path, *, found: str, expected: str, fix: str, trial: str = ""
    ) -> None:
        """Note a finding of `label` (a channel, the angle, the torque) in one file."""
        self.shared.setdefault((identity, label, expected, fix), []).append((path, found, trial))

    def read(
        self, reader: Callable[[], Signal], label: str, path: Path, settings: QualitySettings, trial: str = ""
    ) -> Signal | None:
        """The signal, or None after noting why it cannot be used; what should be told of it is noted too."""
        try:
            signal = reader()
        except RecordingError as error:
            self.whole += error.problems
            return None
        for note in signal.notes:
            self.add(note.id, label, path, found=note.found, expected=note.expected, fix=note.fix, trial=trial)
        shortest = settings.shortest_trial_s
        if signal.duration_s >= shortest:
            return signal
        fix = "record longer, correct rate_hz, or widen start_s and end_s"
        found = f"{signal.duration_s:.3g} s"
        self.add("DE-074", label, path, found=found, expected=f"{shortest:g} s or more", fix=fix, trial=trial)
        return None

    def problems(self) -> list[Problem]:
        """All findings, one line for each cause."""
        lines = [
            Problem(
                identity,
                place_in_files([path for path, _, _ in files], label),
                files[0][1],
                expected,
                fix,
                about=(label, *dict.fromkeys(trial for _, _, trial in files)),
            )
            for (identity, label, expected, fix), files in self.shared.items()
        ]
        return one_line_each([*self.whole, *lines])

    def refuse(self, label: str) -> bool:
        """Whether anything that was found of a signal refuses it."""
        return any(name == label and level_of(identity) == "red" for identity, name, _, _ in self.shared)

    def of(self, label: str, trial: str) -> list[str]:
        """What was found of one signal of one trial."""
        return [
            f"{identity} {found}"
            for (identity, name, _, _), files in self.shared.items()
            for _, found, own in files
            if name == label and own == trial
        ]
