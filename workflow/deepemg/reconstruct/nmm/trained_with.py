"""What weights were trained with, which travels in their file: a recording made otherwise would be read wrongly."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from deepemg.joint.definition import load_joint
from deepemg.joint.settings import ForwardSettings
from deepemg.reconstruct.nmm.features import NAMES
from deepemg.reconstruct.nmm.slots import JOINT, RATE_HZ, SCHEME
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.signals.recording import Recording
from deepemg.signals.settings import EnvelopeSettings


@dataclass(frozen=True)
class TrainedWith:
    """Joint, parameter scheme, names of the features, and every setting of the signals that the networks know."""

    joint: str
    scheme: str
    features: tuple[str, ...]
    clock_hz: float
    envelope_cutoff_hz: float
    filter_order: int
    mvc_window_s: float
    activation_time_constant_s: float
    amplitude: str = "rectified"  # weights that do not name one are older than the choice

    @classmethod
    def now(cls) -> TrainedWith:
        """What a training started now would train with: the settings' defaults."""
        signals, forward = EnvelopeSettings(), ForwardSettings()
        return cls(
            joint=JOINT,
            scheme=SCHEME,
            features=NAMES,
            clock_hz=RATE_HZ,
            envelope_cutoff_hz=signals.envelope_cutoff_hz,
            filter_order=signals.order,
            mvc_window_s=signals.mvc_window_s,
            activation_time_constant_s=forward.activation_time_constant_s,
            amplitude=signals.amplitude,
        )

    @classmethod
    def restore(cls, state: dict[str, Any]) -> TrainedWith:
        """What `state` gave. Raises ValueError where this version makes other features than the weights know."""
        known = cls(**state | {"features": tuple(state["features"])})
        if (known.joint, known.scheme, known.features, known.clock_hz) != (JOINT, SCHEME, NAMES, RATE_HZ):
            raise ValueError("the weights were trained with other features than this version of deepemg makes")
        return known

    def state(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self) | {"features": list(self.features)}

    def check(self, recording: Recording, forward: ForwardSettings) -> None:
        """Raises RecordingError, a ValueError of one line, where the recording is none that the weights can read."""
        known = load_joint(self.joint).muscle_names
        unknown = [name for name in recording.joint.muscle_names if name not in known]
        if unknown:
            expected = f"muscles that the weights know ({', '.join(known)})"
            place, fix = f"joint {recording.joint.name}", "use another joint or method"
            raise RecordingError([Problem("DE-091", place, ", ".join(unknown), expected, fix)])
        self.check_signals(recording.signals, forward)

    def check_signals(self, signals: EnvelopeSettings, forward: ForwardSettings) -> None:
        """Raises RecordingError, a ValueError of one line, where settings differ from those of the training."""
        given = {
            "envelope_cutoff_hz": signals.envelope_cutoff_hz,
            "filter_order": signals.order,
            "mvc_window_s": signals.mvc_window_s,
            "activation_time_constant_s": forward.activation_time_constant_s,
            "amplitude": signals.amplitude,
        }
        wrong = {name: value for name, value in given.items() if value != getattr(self, name)}
        if wrong:
            found = ", ".join(f"{name} {_written(value)}" for name, value in wrong.items())
            expected = ", ".join(_written(getattr(self, name)) for name in wrong) + ", as in their training"
            raise RecordingError(
                [Problem("DE-092", "weights", found, expected, "use these settings, or leave the method out")]
            )


def _written(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"
