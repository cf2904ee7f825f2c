"""A person: body, muscles, habits, motor units and the sensors on the arm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from deepemg.foreign.anatomy import Anatomy, draw_anatomy
from deepemg.foreign.hill import draw_hill
from deepemg.foreign.motor_units import Pool, draw_pool
from deepemg.foreign.surface import Electrodes, draw_electrodes
from deepemg.foreign.values import Values, draw

GRAVITY = 9.81  # m/s2
AVERAGE = 1.70  # m, stature of the people whose muscles were measured; our assumption

Generator = Callable[[str], np.random.Generator]  # random numbers for one purpose


@dataclass(frozen=True)
class Body:
    """Forearm and hand, SI units: inertia about the elbow, weight times its distance, where a load hangs."""

    inertia: float
    weight_moment: float
    load_distance: float
    tilt: float
    damping: float
    measured: dict[str, float]

    def inertia_with(self, load: np.ndarray) -> np.ndarray:
        """Inertia about the elbow, kg m2, with loads (kg) in the hand."""
        return self.inertia + load * self.load_distance**2

    def gravity(self, angle: np.ndarray, load: np.ndarray) -> np.ndarray:
        """Torque that gravity takes, N m, at angles (rad) with loads (kg)."""
        return (self.weight_moment + GRAVITY * load * self.load_distance) * np.sin(angle + self.tilt)


@dataclass(frozen=True)
class Habits:
    """How a person moves and shares: entries of the values, drawn once."""

    plan: dict[str, float]
    synergy: dict[str, np.ndarray]
    co_contraction: dict[str, float]
    twitch_time: float


@dataclass(frozen=True)
class Person:
    """Everything that stays the same from trial to trial. `voluntary` is (M,)."""

    name: str
    sex: str
    body: Body
    anatomy: Anatomy
    voluntary: np.ndarray
    habits: Habits
    pools: tuple[Pool, ...]
    electrodes: Electrodes
    goniometer: tuple[float, float]


def draw_person(name: str, generator: Generator, values: Values) -> Person:
    """Draw a person. Each part has random numbers of its own, `generator(part)`."""
    rng = generator("person")
    sex = ("male", "female")[rng.integers(2)]
    stature = float(draw(rng, values["body"]["stature"], sex))
    voluntary = draw_voluntary(rng, values)
    muscles = generator("muscles")
    anatomy = draw_anatomy(
        muscles, values, draw_hill(muscles, values), stature / AVERAGE, voluntary, draw_strength(rng, values, sex)
    )
    sensor = generator("goniometer")
    pools = tuple(
        draw_pool(generator(f"motor units {muscle}"), values["motor_units"], column)
        for column, muscle in enumerate(values["muscles"])
    )
    return Person(
        name=name,
        sex=sex,
        body=draw_body(generator("body"), values["body"], stature),
        anatomy=anatomy,
        voluntary=voluntary,
        habits=draw_habits(generator("habits"), values),
        pools=pools,
        electrodes=draw_electrodes(generator("electrodes"), pools, values),
        goniometer=(
            float(draw(sensor, values["goniometer"]["gain"])),
            float(draw(sensor, values["goniometer"]["offset"])),
        ),
    )


def draw_voluntary(rng: np.random.Generator, values: Values) -> np.ndarray:
    """Shares (M,) of their activation that a maximal effort reaches."""
    return np.array([draw(rng, values["effort"]["voluntary"]) for _ in values["muscles"]], dtype=float)


def draw_strength(rng: np.random.Generator, values: Values, sex: str) -> np.ndarray:
    """Voluntary torques (2,), N m, of flexors and extensors: strong flexors go with strong extensors.

    Who is too weak for the heaviest load is not asked to come.
    """
    spread, common = values["strength"], float(values["strength"]["correlation"]["value"])
    while True:
        first, second = rng.standard_normal(2)
        deviates = {"flexion": first, "extension": common * first + np.sqrt(1 - common**2) * second}
        torque = [spread[of]["median"][sex] * np.exp(spread[of]["log_sd"] * z) for of, z in deviates.items()]
        if torque[0] >= spread["least"]["value"]:
            return np.array(torque)


def draw_body(rng: np.random.Generator, spread: Values, stature: float) -> Body:
    """Draw the segments of a person, and what a tape and scales say of them."""
    one = {name: float(draw(rng, spread[name])) for name in spread if name != "stature"}
    mass = one["body_mass_index"] * stature**2
    forearm, distal = one["forearm"] * stature, one["distal_mass"] * mass
    errors = [float(draw(rng, spread["tape_error"])) for _ in range(2)]
    return Body(
        inertia=distal * (one["gyration"] * forearm) ** 2,
        weight_moment=GRAVITY * distal * one["mass_centre"] * forearm,
        load_distance=forearm + one["grip"],
        tilt=float(np.deg2rad(one["upper_arm_tilt"])),
        damping=one["damping"],
        measured={
            "mass_kg": round(mass, 1),
            "upper_arm_m": round(one["upper_arm"] * stature * errors[0], 3),
            "forearm_m": round(forearm * errors[1], 3),
        },
    )


def draw_habits(rng: np.random.Generator, values: Values) -> Habits:
    """Draw how a person moves, shares and co-contracts."""
    plan = ("bottom", "top", "lift", "lower", "pause", "smoothing")
    synergy = ("weight", "power", "angle", "shortening", "speed")
    return Habits(
        plan={name: float(draw(rng, values["plan"][name])) for name in plan},
        synergy={name: draw(rng, values["synergy"][name]) for name in synergy},
        co_contraction={name: float(draw(rng, entry)) for name, entry in values["co_contraction"].items()},
        twitch_time=float(draw(rng, values["muscle"]["twitch_time"])),
    )
