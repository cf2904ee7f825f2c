"""What stops a recording: amplitudes, clocks and angles that no curl has, said once however many files share it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from deepemg.recordings.problems import Problem, RecordingError, place_in_files
from deepemg.recordings.signal import Signal
from deepemg.signals.settings import QualitySettings


@dataclass
class Faults:
    """Faults as they are found: the same fault of the same channel in many files is one line that counts them."""

    whole: list[Problem] = field(default_factory=list)
    shared: dict[tuple[str, ...], list[tuple[Path, str]]] = field(default_factory=dict)

    def add(self, identity: str, label: str, path: Path, *, found: str, expected: str, fix: str) -> None:
        """Note a fault of `label` (a channel, the angle) in one file."""
        self.shared.setdefault((identity, label, expected, fix), []).append((path, found))

    def read(self, reader: Callable[[], Signal], label: str, path: Path, settings: QualitySettings) -> Signal | None:
        """The signal, or None after noting why it cannot be used."""
        try:
            signal = reader()
        except RecordingError as error:
            self.whole += error.problems
            return None
        shortest = settings.shortest_trial_s
        if signal.duration_s >= shortest:
            return signal
        fix = "record longer, correct rate_hz, or widen start_s and end_s"
        self.add("DE-074", label, path, found=f"{signal.duration_s:.3g} s", expected=f"{shortest:g} s or more", fix=fix)
        return None

    def problems(self) -> list[Problem]:
        """All faults, one line each."""
        return self.whole + [
            Problem(identity, place_in_files([path for path, _ in files], label), files[0][1], expected, fix)
            for (identity, label, expected, fix), files in self.shared.items()
        ]


def check_emg(faults: Faults, label: str, path: Path, quality: dict[str, float], settings: QualitySettings) -> None:
    """Raw EMG has some microvolts to some millivolts, and power where EMG has power."""
    low, high, share = settings.rms_min_uv, settings.rms_max_uv, settings.raw_power_min
    if not low <= quality["rms_uv"] <= high:
        faults.add(
            "DE-070",
            label,
            path,
            found=f"{quality['rms_uv']:.3g} uV rms",
            expected=f"{low:g} to {high:g} uV",
            fix="correct the unit in channels.csv (V, mV, uV), or remove a dead channel",
        )
    elif quality["power_in_band"] < share:
        faults.add(
            "DE-071",
            label,
            path,
            found=f"{quality['power_in_band']:.0%} of the power in the EMG band",
            expected=f"at least {share:.0%} in raw EMG",
            fix="set kind to envelope if it was filtered already",
        )


def check_span(faults: Faults, label: str, path: Path, emg: Signal, angle: Signal, settings: QualitySettings) -> None:
    """EMG and angle of a trial begin and end together."""
    share, slack = settings.clock_tolerance, settings.clock_slack_s
    apart = max(abs(emg.start_s - angle.start_s), abs(emg.end_s - angle.end_s))
    if apart > share * angle.duration_s + slack:
        faults.add(
            "DE-072",
            label,
            path,
            found=f"{emg.start_s:.2f} to {emg.end_s:.2f} s beside {angle.start_s:.2f} to {angle.end_s:.2f} s of angle",
            expected=f"the same span within {slack:g} s and {share:.1%}",
            fix="correct rate_hz or the clock, or cut both to their common part with start_s and end_s",
        )


def check_torque(faults: Faults, path: Path, torque: Signal) -> None:
    """A muscle that works gives a moment."""
    if not torque.values.any():
        faults.add(
            "DE-075",
            "torque",
            path,
            found="0 N m throughout",
            expected="the moment of the muscles",
            fix="correct the column of torque in subject.yaml, or empty torque_file in trials.csv",
        )


def check_angle(faults: Faults, path: Path, quality: dict[str, float], settings: QualitySettings) -> None:
    """A joint moves by tens of degrees, between a little below 0 (extended) and full flexion."""
    low, high, least = (settings.angle_min_deg, settings.angle_max_deg, settings.excursion_min_deg)
    lowest, highest = quality["min_deg"], quality["max_deg"]
    if lowest < low or highest > high or highest - lowest < least:
        faults.add(
            "DE-073",
            "joint angle",
            path,
            found=f"{lowest:.3g} to {highest:.3g} deg",
            expected=f"a movement of {least:g} deg or more between {low:g} and {high:g} deg, 0 = extended",
            fix="correct the unit (deg, rad), the sign or the zero of the angle",
        )
