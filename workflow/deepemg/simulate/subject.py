"""A simulated subject: the true arm, how its muscles share a load, and the electrodes on its skin."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from deepemg.arm.definition import Arm, load_arm
from deepemg.arm.scaling import scale_by_factors
from deepemg.simulate.assumptions import Assumptions, draw, draw_one


@dataclass(frozen=True)
class Habit:
    """How a subject curls: period (s), turning points (deg) and the fraction of the period spent lifting."""

    period: float
    bottom: float
    top: float
    upward_share: float


@dataclass(frozen=True)
class Sharing:
    """Flexor sharing min sum w a^p; ln w and its tilts per rad and per rad/s are (n_flexors,)."""

    exponent: int
    weight: np.ndarray
    angle_tilt: np.ndarray
    velocity_tilt: np.ndarray


@dataclass(frozen=True)
class CoContraction:
    """Extensor activation head * (base + gain |torque| + burst * braking); gain per N m, head (n_extensors,)."""

    base: float
    gain: float
    burst: float
    head: np.ndarray


@dataclass(frozen=True)
class Electrodes:
    """Surface electrodes: C channels over M muscles.

    `gain` (C,), `noise` (C,) and `line` (C,) in uV; `crosstalk` (C, M), 1 under the electrode; `shape` (M,) is the
    exponent A between EMG and excitation; `delay` in s; the corners of the carrier's spectrum (M,) in Hz.
    """

    channels: tuple[str, ...]
    gain: np.ndarray
    crosstalk: np.ndarray
    shape: np.ndarray
    delay: float
    carrier_low: np.ndarray
    carrier_high: np.ndarray
    noise: np.ndarray
    line: np.ndarray


@dataclass(frozen=True)
class Subject:
    """The truth about one subject. Times in s, damping in N m s/rad; `voluntary_activation` is (n_muscles,)."""

    name: str
    arm: Arm
    upper_arm_scale: float
    forearm_scale: float
    measured_mass_kg: float
    activation_time: float
    deactivation_time: float
    joint_damping: float
    habit: Habit
    sharing: Sharing
    co_contraction: CoContraction
    electrodes: Electrodes
    voluntary_activation: np.ndarray

    def columns(self, action: str) -> list[int]:
        """Columns of the arm's muscles with this action (`flexor` or `extensor`)."""
        return [index for index, muscle in enumerate(self.arm.muscles) if muscle.action == action]


def sample_subject(name: str, rng: np.random.Generator, assumptions: Assumptions) -> Subject:
    """Draw a subject from the cohort's assumptions."""
    spread = assumptions["subject"]
    generic = load_arm(assumptions["arm"])
    stature = draw_one(rng, spread["stature_scale"])
    upper, fore = (stature * draw(rng, spread["segment_scale"], 2)).tolist()
    mass = generic.skeleton.distal.mass * draw_one(rng, spread["forearm_mass_scale"])
    scaled = scale_by_factors(generic, proximal=upper, distal=fore, distal_mass=mass)
    arm = _personal_muscles(scaled, rng, spread)
    flexors, extensors = (sum(muscle.action == action for muscle in arm.muscles) for action in ("flexor", "extensor"))
    return Subject(
        name=name,
        arm=arm,
        upper_arm_scale=upper,
        forearm_scale=fore,
        measured_mass_kg=mass / arm.skeleton.distal_mass_fraction * draw_one(rng, spread["body_mass_error"]),
        activation_time=draw_one(rng, spread["activation_time"]),
        deactivation_time=draw_one(rng, spread["deactivation_time"]),
        joint_damping=draw_one(rng, spread["joint_damping"]),
        habit=_habit(rng, assumptions["motion"]),
        sharing=_sharing(rng, assumptions["sharing"], flexors),
        co_contraction=_co_contraction(rng, assumptions["co_contraction"], extensors),
        electrodes=_electrodes(arm, rng, assumptions),
        voluntary_activation=draw(rng, assumptions["mvc"]["voluntary_activation"], len(arm.muscles)),
    )


def _personal_muscles(arm: Arm, rng: np.random.Generator, spread: Assumptions) -> Arm:
    """Strengths, fibre and tendon lengths and pennation of this subject around those of its scaled arm."""
    count = len(arm.muscles)
    strength = draw_one(rng, spread["strength"]) * draw(rng, spread["muscle_strength"], count)
    fibre = draw(rng, spread["optimal_fibre_length"], count)
    tendon = draw(rng, spread["tendon_slack_length"], count)
    pennation = draw(rng, spread["pennation"], count)
    muscles = tuple(
        replace(
            muscle,
            max_isometric_force=muscle.max_isometric_force * float(strength[index]),
            optimal_fibre_length=muscle.optimal_fibre_length * float(fibre[index]),
            tendon_slack_length=muscle.tendon_slack_length * float(tendon[index]),
            pennation=muscle.pennation * float(pennation[index]),
        )
        for index, muscle in enumerate(arm.muscles)
    )
    return replace(arm, muscles=muscles)


def _habit(rng: np.random.Generator, spread: Assumptions) -> Habit:
    return Habit(*(draw_one(rng, spread[key]) for key in ("period", "bottom", "top", "upward_share")))


def _sharing(rng: np.random.Generator, spread: Assumptions, flexors: int) -> Sharing:
    return Sharing(
        exponent=int(rng.choice(spread["exponents"])),
        weight=draw(rng, spread["weight"], flexors),
        angle_tilt=draw(rng, spread["angle_tilt"], flexors),
        velocity_tilt=draw(rng, spread["velocity_tilt"], flexors),
    )


def _co_contraction(rng: np.random.Generator, spread: Assumptions, extensors: int) -> CoContraction:
    base, gain, burst = (draw_one(rng, spread[key]) for key in ("base", "gain", "burst"))
    return CoContraction(base, gain, burst, head=draw(rng, spread["head"], extensors))


def _electrodes(arm: Arm, rng: np.random.Generator, assumptions: Assumptions) -> Electrodes:
    spread = assumptions["emg"]
    channels = tuple(assumptions["electrodes"])
    muscles = len(arm.muscles)
    return Electrodes(
        channels=channels,
        gain=draw(rng, spread["gain"], len(channels)),
        crosstalk=_crosstalk(arm, channels, rng, spread),
        shape=draw(rng, spread["shape"], muscles),
        delay=draw_one(rng, spread["delay"]),
        carrier_low=draw(rng, spread["carrier_low"], muscles),
        carrier_high=draw(rng, spread["carrier_high"], muscles),
        noise=draw(rng, spread["noise"], len(channels)),
        line=draw(rng, spread["line"], len(channels)),
    )


def _crosstalk(arm: Arm, channels: tuple[str, ...], rng: np.random.Generator, spread: Assumptions) -> np.ndarray:
    """What a channel picks up of each muscle (C, M), relative to the muscle below the electrode."""
    crosstalk = np.ones((len(channels), len(arm.muscles)))
    for row, channel in enumerate(channels):
        for column, muscle in enumerate(arm.muscles):
            if muscle.name == channel:
                continue
            if muscle.action != arm.muscle(channel).action:
                kind = "crosstalk_antagonist"
            elif muscle.name in channels:
                kind = "crosstalk_neighbour"
            else:
                kind = "crosstalk_deep"
            crosstalk[row, column] = draw_one(rng, spread[kind])
    return crosstalk
