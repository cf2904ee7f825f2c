"""The second generator: mechanics, muscles, motor units and the folder of a person of tier T5."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.interpolate import CubicSpline
from typer.testing import CliRunner

import deepemg
from conftest import SEED
from deepemg.cli.main import app
from deepemg.foreign.cohort import generator, make_cohort, make_person, source_of
from deepemg.foreign.control import isometric
from deepemg.foreign.hill import Hill
from deepemg.foreign.motor_units import Pool, draw_pool
from deepemg.foreign.person import Person, draw_person
from deepemg.foreign.plan import trials_of
from deepemg.foreign.surface import raw_emg
from deepemg.foreign.synergy import excitations
from deepemg.foreign.values import VALUES, changed, load_values

ALL = load_values()
VALUES_TINY = changed(ALL, {"loads": [2.0], "train_repetitions": 1, "test_repetitions": 1, "mvc_trials": 1})
MUSCLES, FLEXORS = ALL["muscles"], ALL["flexors"]
ANGLES = np.deg2rad(np.arange(0.0, 131.0))
GRAVITY = 9.81  # m/s2
OF_ANY_FILE = {"deepemg", "deepemg.atomic", "deepemg.child_processes", "deepemg.folder_aside"}  # no mechanics, no EMG


@pytest.fixture(scope="module")
def people() -> list[Person]:
    return [draw_person(f"S{index}", generator(SEED, index), ALL) for index in range(1, 9)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("foreign") / "S1"
    make_person(out, SEED, 1, VALUES_TINY)
    return out


@pytest.fixture(scope="module")
def state(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "truth/2kg_test_state.csv.gz")


def entries(node: Any) -> list[dict[str, Any]]:
    """Every value of the file: what says a number and how it is drawn."""
    if not isinstance(node, dict):
        return []
    if set(node) & {"value", "mean", "median", "low"}:
        return [node]
    return [entry for child in node.values() for entry in entries(child)]


def test_every_value_says_its_unit_and_its_source() -> None:
    found = entries(ALL)
    assert len(found) > 80
    assert all(entry.get("unit") and entry.get("source") for entry in found)


def test_nothing_of_the_package_is_used(root: Path) -> None:
    """Neither the joint nor the other generator, nor an engine."""
    code = (
        "import sys, deepemg.foreign.cohort; print(*(m for m in sys.modules if m.startswith(('deepemg', 'opensim'))))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {name for name in found if not name.startswith("deepemg.foreign")} == OF_ANY_FILE


# Mechanics.


def test_inverse_dynamics_of_the_motion_is_the_torque_of_the_muscles_less_damping(
    folder: Path, state: pd.DataFrame
) -> None:
    table = pd.read_csv(folder / "truth/parameters.csv")
    one = (
        table[(table["muscle"] == "all") & (table["parameter"] != "sex")].set_index("parameter")["value"].astype(float)
    )
    motion = CubicSpline(state["time"], np.deg2rad(state["angle_deg"]))
    load = 2.0
    inertia = one["forearm_inertia"] + load * one["load_distance"] ** 2
    weight = one["forearm_weight_moment"] + GRAVITY * load * one["load_distance"]
    net = inertia * motion(state["time"], 2) + weight * np.sin(motion(state["time"]) + one["upper_arm_tilt"])
    error = net - (state["muscle_torque_nm"] - one["joint_damping"] * motion(state["time"], 1))
    assert np.sqrt(np.mean(error[2:-2] ** 2)) < 0.05 < 0.02 * state["muscle_torque_nm"].max()  # N m


def test_forces_times_moment_arms_are_the_torque(folder: Path, state: pd.DataFrame, people: list[Person]) -> None:
    arms = people[0].anatomy.moment_arms(np.deg2rad(state["angle_deg"].to_numpy()))
    torque = (arms * state[[f"{muscle}_force_n" for muscle in MUSCLES]].to_numpy()).sum(axis=1)
    np.testing.assert_allclose(torque, state["muscle_torque_nm"], atol=0.005)


def test_the_arm_curls_and_the_muscles_stay_within_their_limits(folder: Path, state: pd.DataFrame) -> None:
    assert state["angle_deg"].min() < 20 and 95 < state["angle_deg"].max() < 135
    activation = state[[f"{muscle}_activation" for muscle in MUSCLES]].to_numpy()
    excitation = pd.read_csv(folder / "truth/2kg_test_excitation.csv.gz")[MUSCLES].to_numpy()
    for values in (activation, excitation):
        assert values.min() >= 0 and values.max() <= 1
    assert excitation[:, :FLEXORS].mean() > 2 * excitation[:, FLEXORS:].mean()


def test_an_effort_gives_the_drawn_strength(folder: Path, people: list[Person]) -> None:
    person = people[0]
    given = person.voluntary * person.anatomy.capacity(np.array(np.pi / 2), np.zeros(()))
    for name, wanted in (("mvc_flexion_1", given[:FLEXORS].sum()), ("mvc_extension_1", given[FLEXORS:].sum())):
        held = pd.read_csv(folder / f"truth/{name}_state.csv.gz").set_index("time")
        assert np.ptp(held["angle_deg"]) < 1e-9
        assert held["muscle_torque_nm"][1.5:2.5].mean() == pytest.approx(wanted, rel=0.15)
    hold = pd.read_csv(folder / "truth/hold_flexion_1_state.csv.gz").set_index("time")["muscle_torque_nm"].loc[2.0:6.0]
    assert hold.mean() == pytest.approx(0.3 * given[:FLEXORS].sum(), rel=0.15)
    assert hold.std() < 0.1 * hold.mean()


# Muscles.


def test_moment_arms_are_the_slope_of_the_lengths(people: list[Person]) -> None:
    step = 1e-5
    for person in people:
        slope = (person.anatomy.lengths(ANGLES + step) - person.anatomy.lengths(ANGLES - step)) / (2 * step)
        np.testing.assert_allclose(-slope, person.anatomy.moment_arms(ANGLES), atol=1e-8)


def test_moment_arms_and_strengths_lie_where_they_were_measured(people: list[Person]) -> None:
    """Peak moment arms in mm with room about Murray et al. 2002, torques in N m about Askew et al. 1987."""
    ranges = {"BIClong": (35, 65), "BRA": (20, 42), "BRD": (55, 100), "TRIlat": (17, 33)}
    for person in people:
        peak = dict(zip(MUSCLES, 1e3 * np.abs(person.anatomy.moment_arms(ANGLES)).max(axis=0), strict=True))
        assert all(low < peak[name] < high for name, (low, high) in ranges.items())
        assert peak["BRD"] > peak["BIClong"] > peak["BRA"]
        assert np.ptp(person.anatomy.moment_arms(ANGLES)[:, FLEXORS:], axis=1).max() == 0  # one tendon
        strength = person.anatomy.capacity(ANGLES, np.zeros(len(ANGLES)))
        assert 40 < strength[:, :FLEXORS].sum(axis=1).max() < 150
        assert 10 < -strength[:, FLEXORS:].sum(axis=1).min() < 110


def test_curves_are_those_of_hill(people: list[Person]) -> None:
    hill: Hill = people[0].anatomy.hill
    one, small = np.ones(1), 1e-6
    assert hill.active(one, np.zeros(1)) == pytest.approx(1)
    assert hill.active(one, -hill.hill_b / hill.hill_a * one) == pytest.approx(0, abs=1e-12)
    assert hill.active(one, 1e6 * one) == pytest.approx(1.5, rel=1e-4)
    shortening, lengthening = (abs(hill.active(one, sign * small * one) - 1) for sign in (-1, 1))
    assert lengthening / shortening == pytest.approx(2, rel=1e-3)
    assert hill.passive(np.array([1.4, 1 + hill.width])) == pytest.approx([0, 0.5])
    assert hill.tendon(np.array([-0.1, 0.0, 0.04])) == pytest.approx([0, 0, 1])


def test_fibre_and_tendon_share_their_force_after_a_step(people: list[Person]) -> None:
    anatomy, h, activation = people[0].anatomy, 0.001, np.linspace(0.01, 1, 7)
    ratio, whole = anatomy.fibre / anatomy.slack, anatomy.lengths(np.array(1.0)) / anatomy.slack
    fibre = anatomy.fibre_on_stiff_tendon(np.array(1.0))
    for step in range(300):
        before = fibre
        fibre, tendon = anatomy.hill.step(before, whole, activation, ratio, anatomy.cosine, h)
        muscle = activation * anatomy.hill.active(fibre, (fibre - before) / h) + anatomy.hill.passive(fibre)
        if step > 0:  # the first one begins with tendons as tight as in full effort
            np.testing.assert_allclose(anatomy.cosine * muscle, tendon, atol=1e-6)
    assert np.abs(fibre - before).max() < 1e-9  # at rest


# Sharing.


def test_a_synergy_gives_the_torque_and_knows_no_effort() -> None:
    """Twice as strong a muscle works no more than its drive says: a power law binds the excitations."""
    power, strength = np.array([1.1, 0.8, 1.2]), np.array([20.0, 30.0, 10.0])
    for capacity in (strength, strength * [1, 2, 1]):
        share = excitations(np.array(12.0), capacity, power)
        assert share @ capacity == pytest.approx(12)
        np.testing.assert_allclose(np.log(share) / power, np.log(share[0]) / power[0])


def test_repetitions_and_people_differ(people: list[Person]) -> None:
    hold = next(trial for trial in trials_of(ALL) if trial.role == "hold")
    made = [isometric(person, hold, np.random.default_rng(1), ALL) for person in people]
    share = np.array([table[500:900, 2].mean() / table[500:900, :2].mean() for table in made])  # brachialis to biceps
    assert np.log(share).std() > 0.15
    again = isometric(people[0], hold, np.random.default_rng(2), ALL)
    assert not np.allclose(again, made[0])


# Motor units and surface EMG.


def pool_of(exponent: float, muscle: int) -> Pool:
    spread = {**ALL["motor_units"], "potential_exponent": {"value": exponent}}
    return draw_pool(np.random.default_rng(0), spread, muscle)


@pytest.mark.parametrize("muscle", range(len(MUSCLES)))
def test_amplitude_rises_with_excitation_by_the_size_of_potentials(muscle: int) -> None:
    """Potentials in proportion to the twitches: nearly linear. Flatter sizes: faster than the excitation at first."""
    excitation = np.linspace(0.02, 1, 50)
    for exponent in (0.75, 0.9, 1.05):
        amplitude = pool_of(exponent, muscle).amplitude(excitation)
        assert (np.diff(amplitude) > 0).all() and amplitude[-1] == pytest.approx(1)
    low = np.array([0.05, 0.1, 0.2])
    assert (pool_of(0.75, muscle).amplitude(low) > 1.3 * low).all()
    np.testing.assert_allclose(pool_of(1.0, muscle).amplitude(low) / low, 1.15, atol=0.2)


def test_the_surface_follows_the_pool(people: list[Person]) -> None:
    """The rms of a muscle's EMG, all others silent, is gain times amplitude of its pool; crosstalk is small."""
    person, column = people[0], MUSCLES.index("BICshort")
    quiet = {name: np.zeros(4) for name in ("noise", "hum", "artefact")}
    electrodes = replace(person.electrodes, **quiet)
    channel = electrodes.channels.index("BICshort")
    expected = electrodes.crosstalk(person.pools)[:, column]
    for level in (0.1, 0.4, 1.0):
        excitation = np.zeros((800, len(MUSCLES)))
        excitation[:, column] = level
        rng = np.random.default_rng(3)
        emg = raw_emg(excitation, np.zeros(800), 0.005, person.pools, electrodes, rng, ALL["surface"])
        wanted = electrodes.gain * expected * person.pools[column].amplitude(np.array([level]))
        assert emg.std(axis=0)[channel] == pytest.approx(wanted[channel], rel=0.12)
        assert (emg.std(axis=0) < 1.3 * wanted + 0.1).all()
    assert expected[channel] == pytest.approx(1) and (np.delete(expected, channel) < 0.5).all()


# The folder.


def test_the_product_reads_and_accepts_the_folder(folder: Path) -> None:
    done = CliRunner().invoke(app, ["check", "S1", "--data", str(folder.parent), "--no-page"])
    assert done.exit_code < 2, done.output
    recording = deepemg.read(folder)
    assert [trial.name for trial in recording.trials] == ["2kg_train", "2kg_test"]
    assert recording.reference == "mvc" and list(recording.held_out.columns[2:]) == ALL["held_out"]
    assert 0.02 < recording.held_out["BRA"].mean() < 0.6


def test_same_seed_same_bytes(folder: Path, tmp_path: Path) -> None:
    make_person(tmp_path / "S1", SEED, 1, VALUES_TINY)
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 20
    for file in files:
        assert (tmp_path / "S1" / file).read_bytes() == (folder / file).read_bytes(), file


def test_what_is_there_stays_and_no_other_seed_overwrites_it(folder: Path) -> None:
    before = (folder / "rest_emg.csv.gz").stat().st_mtime_ns
    make_cohort(folder.parent, SEED, 1, VALUES_TINY, jobs=1)
    assert (folder / "rest_emg.csv.gz").stat().st_mtime_ns == before
    with pytest.raises(FileExistsError, match="choose another --out"):
        make_cohort(folder.parent, SEED + 1, 1, VALUES_TINY, jobs=1)


def test_the_command_names_the_tier_and_refuses_what_it_cannot_write(folder: Path, tmp_path: Path) -> None:
    given = ["simulate", "--tier", "T5", "--seed", str(SEED), "--subjects", "1"]
    refused = CliRunner().invoke(app, [*given, "--out", str(tmp_path), "--emg", "edf"])
    assert refused.exit_code == 2 and not list(tmp_path.iterdir())
    other = CliRunner().invoke(app, [*given, "--out", str(folder.parent)])
    assert other.exit_code == 2 and source_of(SEED, ALL) in other.output.replace("\n", "")
    assert VALUES.is_file() and "tier T5" in source_of(SEED, ALL)
