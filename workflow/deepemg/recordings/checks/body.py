"""Are sizes and loads those of people? Metres typed as centimetres, grams as kilograms, an arm and a height swapped."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from deepemg.joint.definition import Joint
from deepemg.joint.joint_moment import joint_moment
from deepemg.joint.strength import greatest_moment
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.subject import SubjectFolder, TrialRow
from deepemg.recordings.units import scale

# key: what no person is beyond (refused), what few are beyond (told), unit
HUMAN: dict[str, tuple[float, float, float, float, str]] = {
    "mass_kg": (8, 300, 35, 160, "kg"),
    "height_m": (0.6, 2.6, 1.30, 2.15, "m"),
    "upper_arm_m": (0.12, 0.50, 0.22, 0.40, "m"),
    "forearm_m": (0.10, 0.42, 0.18, 0.33, "m"),
    "hand_m": (0.07, 0.28, 0.14, 0.23, "m"),
    "thigh_m": (0.18, 0.70, 0.30, 0.55, "m"),
    "shank_m": (0.18, 0.65, 0.30, 0.52, "m"),
}
OF_HEIGHT = {  # segment over body height: widest in adults and children (Winter 2009: .186, .146, .108, .245, .246)
    "upper_arm_m": (0.14, 0.24),
    "forearm_m": (0.11, 0.20),
    "hand_m": (0.08, 0.14),
    "thigh_m": (0.18, 0.31),
    "shank_m": (0.18, 0.31),
}
BODY_MASS_INDEX = (12.0, 55.0)
LIGHTEST_KG = 0.02  # a load below is a unit mistaken
HEAVY = 0.85  # share of the joint's greatest moment that a load in motion hardly takes
SCALES = ((0.01, "cm"), (0.001, "mm"), (0.3048, "ft"), (0.0254, "in"))


def check_model(subject: SubjectFolder) -> Iterator[Problem]:
    """A model of the subject's own that OpenSim cannot read, or that is of another joint."""
    if "model" in subject.description and (subject.folder / subject.description["model"]).is_file():
        try:
            subject.scaled_joint()
        except RecordingError as error:
            yield from error.problems


def check_sizes(subject: SubjectFolder) -> Iterator[Problem]:
    """Body mass, height and lengths of segments, each alone and beside the height."""
    path, sizes = subject.folder / "subject.yaml", subject.sizes()
    for key, value in sizes.items():
        least, most, few_below, few_above, unit = HUMAN[key]
        if not least <= value <= most:
            fix = _other_unit(key, value) or _other_key(key, value, subject)
            yield Problem("DE-014", f"{path}, {key}", f"{value:g} {unit}", f"{least:g} to {most:g} {unit}", fix)
        elif not few_below <= value <= few_above:
            expected = f"{few_below:g} to {few_above:g} {unit} in most adults"
            yield Problem("DE-015", f"{path}, {key}", f"{value:g} {unit}", expected, "nothing, if it was measured so")
    height = sizes.get("height_m")
    if height is None or not HUMAN["height_m"][0] <= height <= HUMAN["height_m"][1]:
        return
    for key, (low, high) in OF_HEIGHT.items():
        if key in sizes and not low <= sizes[key] / height <= high and HUMAN[key][0] <= sizes[key] <= HUMAN[key][1]:
            found = f"{sizes[key]:g} m, {sizes[key] / height:.2f} of the height"
            yield Problem("DE-015", f"{path}, {key}", found, f"{low:g} to {high:g} of it", "correct one of the two")
    if "mass_kg" in sizes and not BODY_MASS_INDEX[0] <= sizes["mass_kg"] / height**2 <= BODY_MASS_INDEX[1]:
        found = f"{sizes['mass_kg']:g} kg at {height:g} m"
        expected = "a body mass index of {:g} to {:g}".format(*BODY_MASS_INDEX)
        yield Problem("DE-015", f"{path}, mass_kg", found, expected, "correct one of the two (lb for kg?)")


def _other_unit(key: str, value: float) -> str | None:
    """Which unit would make the value a human one."""
    least, most = HUMAN[key][:2]
    if key == "mass_kg":
        return f"g? then write {value / 1000:g}" if least <= value / 1000 <= most else None
    for size, unit in SCALES:
        if least <= value * size <= most:
            return f"{unit}? then write {value * size:.4g}"
    return None


def _other_key(key: str, value: float, subject: SubjectFolder) -> str:
    """Which other key of the same unit the value would fit."""
    sizes = subject.sizes()
    fits = [
        k for k, limits in HUMAN.items() if k != key and limits[4] == HUMAN[key][4] and limits[0] <= value <= limits[1]
    ]
    swapped = [other for other in fits if other in sizes]
    return f"is it that of {swapped[0]}? correct the value" if swapped else "correct the value"


def check_loads(subject: SubjectFolder, rows: dict[int, TrialRow]) -> Iterator[Problem]:
    """Loads that no hand holds, or that the joint could not move; `rows` are the trials by their row in the sheet."""
    joint = subject.generic_joint()
    strongest = greatest_moment(joint)
    by_load: dict[tuple[float, str, str | None], list[int]] = {}
    for row, trial in rows.items():
        if trial.role == "movement":
            by_load.setdefault((trial.load, trial.unit_of_load, trial.posture), []).append(row)
    assumed = [row for row, trial in rows.items() if trial.role == "movement" and trial.load and "?" in trial.load_unit]
    if assumed:
        found = f"{rows[assumed[0]].load_unit} in {len(assumed)} trials"
        place = f"{subject.folder / 'trials.csv'}, row {assumed[0]}, load_unit"
        yield Problem("DE-122", place, found, "a unit that is known", "remove the ? once it is")
    for numbers in by_load.values():
        trial = rows[numbers[0]]
        place = f"{subject.folder / 'trials.csv'}, row {numbers[0]}, load"
        if len(numbers) > 1:
            place = f"{subject.folder / 'trials.csv'}, row {numbers[0]} and {len(numbers) - 1} more, load"
        yield from _check_load(joint, trial, place, strongest)


def _check_load(joint: Joint, trial: TrialRow, place: str, strongest: float) -> Iterator[Problem]:
    moment = static_moment(joint, trial.load_kg)
    found = f"{trial.load:g} {trial.unit_of_load}, a moment of {moment:.3g} N m"
    if 0 < trial.load_kg < LIGHTEST_KG:
        yield Problem(
            "DE-039",
            place,
            f"{trial.load:g} {trial.unit_of_load}",
            f"0, or {LIGHTEST_KG:g} kg and more",
            f"kg? then write kg into load_unit: {trial.load:g} kg",
        )
    elif moment > strongest:
        guesses = [
            u for u in ("g", "N", "lb") if u != trial.unit_of_load and _could_be(joint, trial.load, u, strongest)
        ]
        asked = f"{guesses[0]}? correct load_unit, or" if guesses else "correct"
        yield Problem(
            "DE-039",
            place,
            found,
            f"less than the {strongest:.3g} N m that {joint.anatomical_name} gives at most",
            f"{asked} the load",
        )
    elif moment > HEAVY * strongest:
        expected = f"less than {HEAVY:.0%} of the {strongest:.3g} N m that {joint.anatomical_name} gives at most"
        yield Problem("DE-119", place, found, expected, "lb? correct load_unit; nothing, if the load was so heavy")


def _could_be(joint: Joint, load: float, unit: str, strongest: float) -> bool:
    kilograms = load * scale(unit, "load")
    return kilograms >= LIGHTEST_KG and static_moment(joint, kilograms) <= HEAVY * strongest


def static_moment(joint: Joint, load_kg: float) -> float:
    """Greatest moment (N m) that holding a load still takes at any angle of the joint."""
    angles = np.deg2rad(np.arange(0.0, 131.0, 5.0))
    return float(np.max(np.abs(joint_moment(joint.skeleton, angles, 0 * angles, load_kg=load_kg))))
