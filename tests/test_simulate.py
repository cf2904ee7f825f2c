"""The simulated truth: reproducible, mechanically consistent, and written as a complete subject folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import PROTOCOL, SEED

import deepemg
from deepemg.arm.opensim import inverse_dynamics
from deepemg.simulate.assumptions import load_assumptions
from deepemg.simulate.cohort import Protocol, make_cohort, make_subject, make_trial, mvc_trials
from deepemg.simulate.coordination import share_torque
from deepemg.simulate.emg import raw_emg
from deepemg.simulate.forward import replay

MOVEMENT = PROTOCOL.movements()[-1]
ASSUMPTIONS = load_assumptions()


@pytest.fixture(scope="module")
def folder(tiny_cohort: Path) -> Path:
    return tiny_cohort / "S1"


@pytest.fixture(scope="module")
def state(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / f"truth/{MOVEMENT.name}_state.csv.gz")


@pytest.fixture(scope="module")
def excitation(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / f"truth/{MOVEMENT.name}_excitation.csv.gz").drop(columns="time")


def test_a_trial_made_alone_is_bit_identical(folder: Path, tmp_path: Path) -> None:
    make_trial(tmp_path, SEED, 1, MOVEMENT, ASSUMPTIONS)
    made = [path.relative_to(tmp_path) for path in tmp_path.rglob("*.gz")]
    assert len(made) == 4
    for name in made:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_another_seed_gives_another_trial(folder: Path, tmp_path: Path) -> None:
    mvc = mvc_trials(1)[0]
    make_trial(tmp_path, SEED + 1, 1, mvc, ASSUMPTIONS)
    for name in (f"{mvc.name}_emg.csv.gz", f"truth/{mvc.name}_excitation.csv.gz"):
        assert (tmp_path / name).read_bytes() != (folder / name).read_bytes()


def test_recorded_excitations_replay_the_motion(state: pd.DataFrame, excitation: pd.DataFrame) -> None:
    subject = make_subject(SEED, 1, ASSUMPTIONS)
    activation = state[[f"{name}_activation" for name in subject.arm.muscle_names]].to_numpy()
    start = float(np.deg2rad(state["angle_deg"].iloc[0]))
    again = replay(subject, MOVEMENT.load_kg, start, activation[0], excitation.to_numpy(), ASSUMPTIONS["control"])
    error = np.rad2deg(again.angle) - state["angle_deg"].to_numpy()
    assert np.sqrt(np.mean(error**2)) < 0.5  # deg


def test_inverse_dynamics_of_the_motion_is_the_muscle_torque_less_damping(state: pd.DataFrame) -> None:
    subject = make_subject(SEED, 1, ASSUMPTIONS)
    angle = np.deg2rad(state["angle_deg"].to_numpy())
    net = inverse_dynamics(subject.arm, state["time"].to_numpy(), angle, load_kg=MOVEMENT.load_kg)
    damping = subject.joint_damping * np.deg2rad(state["velocity_deg_s"].to_numpy())
    error = net - (state["muscle_torque_nm"].to_numpy() - damping)
    assert np.sqrt(np.mean(error**2)) < 0.05  # N m


def test_excitations_are_fractions_and_the_arm_curls(state: pd.DataFrame, excitation: pd.DataFrame) -> None:
    assert excitation.to_numpy().min() >= 0
    assert excitation.to_numpy().max() <= 1
    assert state["angle_deg"].min() < 15
    assert 100 < state["angle_deg"].max() < 125


def test_every_file_that_the_tables_name_exists(folder: Path) -> None:
    trials = pd.read_csv(folder / "trials.csv")
    channels = pd.read_csv(folder / "channels.csv")
    assert len(trials) == len(PROTOCOL.movements()) + 6
    for trial in trials.to_dict("records"):
        for channel in channels.to_dict("records"):
            file = folder / channel["file"].format(trial=trial["trial"], emg_file=trial["emg_file"])
            assert channel["column"] in pd.read_csv(file, nrows=1).columns
        if trial["role"] == "movement":
            assert list(pd.read_csv(folder / trial["kinematics_file"])) == ["time", "elbow_flexion"]


def test_the_subject_is_described_as_it_was_scaled(folder: Path) -> None:
    subject = make_subject(SEED, 1, ASSUMPTIONS)
    description = yaml.safe_load((folder / "subject.yaml").read_text())
    assert description["id"] == "S1"
    assert description["forearm_m"] == {"value": subject.arm.skeleton.distal.length, "source": "measured"}
    parameters = pd.read_csv(folder / "truth/parameters.csv").set_index(["muscle", "parameter"])["value"]
    assert parameters["all", "joint_damping"] == pytest.approx(subject.joint_damping)


def test_a_maximal_contraction_is_stronger_than_any_curl(folder: Path) -> None:
    def strongest(pattern: str) -> pd.Series:
        recordings = [pd.read_csv(path) for path in folder.glob(pattern)]
        return pd.concat([(emg**2).rolling(1000).mean().max() for emg in recordings], axis=1).max(axis=1)

    assert (strongest("mvc_*_emg.csv.gz") > strongest("*kg_*_emg.csv.gz")).all()


def test_emg_leads_the_excitation() -> None:
    electrodes = make_subject(SEED, 1, ASSUMPTIONS).electrodes
    interval, onset = 0.005, 1.0  # s
    excitation = np.tile(np.where(np.arange(400) * interval < onset, 0.0, 0.8)[:, None], 6)
    emg = raw_emg(electrodes, excitation, interval, np.random.default_rng(0), ASSUMPTIONS["emg"])
    time = np.arange(len(emg)) / ASSUMPTIONS["emg"]["rate"]
    before = emg[time < onset - electrodes.delay - interval]
    leading = emg[(time > onset - electrodes.delay + interval) & (time < onset)]
    assert (leading.std(axis=0) > 3 * before.std(axis=0)).all()


@pytest.mark.parametrize("exponent", [2, 3])
def test_sharing_gives_the_torque_at_the_least_effort(exponent: int) -> None:
    capacity, weight = np.array([28.0, 20.0, 21.0]), np.array([0.3, 1.0, 2.0])
    ceiling = np.array([0.9, 0.8, 1.0])
    for torque in (0.0, 10.0, 50.0):
        activation = share_torque(torque, capacity, weight, exponent, ceiling)
        assert capacity @ activation == pytest.approx(torque)
        price = weight * activation ** (exponent - 1) / capacity  # effort of one more newton metre
        free = activation < ceiling
        assert np.ptp(price[free]) < 1e-9
        assert (price[~free] <= price[free].max() + 1e-9).all()
    np.testing.assert_array_equal(share_torque(100.0, capacity, weight, exponent, ceiling), ceiling)


def test_a_crashed_trial_leaves_the_others(tmp_path: Path) -> None:
    broken = {
        **ASSUMPTIONS,
        "sharing": {**ASSUMPTIONS["sharing"], "drift_time": None},
        "mvc": {**ASSUMPTIONS["mvc"], "trials": 1},
    }
    lost = make_cohort(tmp_path, SEED, 1, Protocol((0.0,), 1, 1), jobs=2, assumptions=broken)
    assert lost == ["S1 0kg_test", "S1 0kg_train"]
    assert list(pd.read_csv(tmp_path / "S1/trials.csv")["trial"]) == ["mvc_flexion_1", "mvc_extension_1"]


def test_an_existing_subject_is_never_overwritten(folder: Path) -> None:
    with pytest.raises(FileExistsError, match="subject exists"):
        make_cohort(folder.parent, SEED, 1, PROTOCOL, jobs=1, assumptions=ASSUMPTIONS)


def test_the_reconstruction_never_sees_the_simulator() -> None:
    sources = (Path(deepemg.__file__).parent / "reconstruct").rglob("*.py")
    assert not [path for path in sources if "deepemg.simulate" in path.read_text()]
