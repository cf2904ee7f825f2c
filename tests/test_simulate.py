"""The simulated truth: reproducible, mechanically consistent, and written as a complete subject folder."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import yaml

import deepemg
from conftest import SEED, TINY
from deepemg.folder_aside import folder_aside
from deepemg.foreign.cohort import make_cohort as make_foreign_cohort
from deepemg.foreign.values import load_values
from deepemg.joint.forward import ForwardModel
from deepemg.joint.opensim import inverse_dynamics, muscle_geometry
from deepemg.simulate import cohort as cohort_module
from deepemg.simulate.assumptions import load_assumptions, vary
from deepemg.simulate.closed_loop import Truth, open_loop
from deepemg.simulate.cohort import Cohort, make_cohort, make_trial, simulate_trial
from deepemg.simulate.edf import write_edf
from deepemg.simulate.emg import amplifier_step, digitise, raw_emg
from deepemg.simulate.motion import minimum_jerk
from deepemg.simulate.movement import ArmLostError
from deepemg.simulate.plants import make_plant
from deepemg.simulate.protocol import Movement, Streams, Trial
from deepemg.simulate.sharing import PLANS
from deepemg.simulate.sharing.rule import share_torque
from deepemg.simulate.subject import Subject
from killing import processes_of, waits_for

ASSUMPTIONS = load_assumptions()
CONTROL = ASSUMPTIONS["control"]
TRIALS = {trial.name: trial for trial in TINY.trials()}
MOVEMENT = TRIALS["2kg_test"]


@pytest.fixture(scope="module")
def folder(tiny_cohort: Path) -> Path:
    return tiny_cohort / "S1"


@pytest.fixture(scope="module")
def subject() -> Subject:
    return TINY.subject(1)


@pytest.fixture(scope="module")
def state(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / f"truth/{MOVEMENT.name}_state.csv.gz")


@pytest.fixture(scope="module")
def excitation(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / f"truth/{MOVEMENT.name}_excitation.csv.gz").drop(columns="time")


def short_movement(tier: str, task: str = "curls", load_kg: float = 2.0) -> tuple[Subject, Truth]:
    """One repetition of a task in a tier."""
    cohort = replace(TINY, tier=tier)
    trial = Movement("short", task, load_kg, "test", 1, **ASSUMPTIONS["tasks"][task])
    subject = cohort.subject(1)
    return subject, simulate_trial(cohort, subject, trial, cohort.streams(1, "short"))


@pytest.mark.slow
def test_a_trial_made_alone_is_bit_identical(folder: Path, tmp_path: Path) -> None:
    for name in ("2kg_test", "hold_flexion_1"):
        make_trial(tmp_path, TINY, 1, TRIALS[name])
    made = [path.relative_to(tmp_path) for path in tmp_path.rglob("*.gz")]
    assert len(made) == 4 + 5
    for name in made:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_another_seed_gives_another_trial(folder: Path, tmp_path: Path) -> None:
    name = "mvc_flexion_1"
    make_trial(tmp_path, replace(TINY, seed=SEED + 1), 1, TRIALS[name])
    for file in (f"{name}_emg.csv.gz", f"truth/{name}_excitation.csv.gz", f"{name}_torque.csv.gz"):
        assert (tmp_path / file).read_bytes() != (folder / file).read_bytes()


def test_recorded_excitations_replay_the_motion(
    subject: Subject, state: pd.DataFrame, excitation: pd.DataFrame
) -> None:
    activation = state[[f"{name}_activation" for name in subject.joint.muscle_names]].to_numpy()
    start = float(np.deg2rad(state["angle_deg"].iloc[0]))
    plant = make_plant("millard", subject, subject.joint, MOVEMENT.load_kg, CONTROL)
    again = open_loop(plant, excitation.to_numpy(), start, activation[0], CONTROL["interval"])
    error = np.rad2deg(again.angle) - state["angle_deg"].to_numpy()
    assert np.sqrt(np.mean(error**2)) < 0.5  # deg


def test_inverse_dynamics_of_the_motion_is_the_muscle_torque_less_damping(
    subject: Subject, state: pd.DataFrame
) -> None:
    angle = np.deg2rad(state["angle_deg"].to_numpy())
    net = inverse_dynamics(subject.joint, state["time"].to_numpy(), angle, load_kg=MOVEMENT.load_kg)
    damping = subject.joint_damping * np.deg2rad(state["velocity_deg_s"].to_numpy())
    error = net - (state["muscle_torque_nm"].to_numpy() - damping)
    assert np.sqrt(np.mean(error**2)) < 0.05  # N m


def test_matched_tier_is_the_reconstructions_own_physics() -> None:
    """The inverse crime, as a test of both sides: true activations give the true torque by the estimator's joint."""
    subject, truth = short_movement("T0")
    model = ForwardModel(subject.joint, rate_hz=200)
    motion = (torch.tensor(value) for value in (truth.activation, truth.angle, truth.velocity))
    torque = model.torque(*motion, model.generic()).numpy()
    assert np.abs(torque - truth.torque).max() < 0.1  # N m; OpenSim's moment arms leave its own lengths by 0.15 mm


@pytest.mark.parametrize("tier", ["T2", "T3"])
def test_other_tiers_curl_too(tier: str) -> None:
    _, truth = short_movement(tier)
    angle = np.rad2deg(truth.angle)
    assert angle.min() < 15 and 95 < angle.max() < 125
    assert truth.excitation.min() >= 0 and truth.excitation.max() <= 1


def test_effort_knows_the_capacity_and_synergies_do_not(subject: Subject) -> None:
    """With a capacity that doubles in one muscle, effort gives it more to do; a synergy does not notice."""
    motion = minimum_jerk(np.array([0.0, 1.0]), np.array([0.2, 1.5]), CONTROL["interval"])
    flexors = subject.columns("flexor")
    even, stronger = np.array([20.0, 20.0, 20.0]), np.array([20.0, 20.0, 40.0])
    for rule, changes in (("effort", True), ("synergies", False)):
        sharing = PLANS[rule](subject, motion, 2.0, np.random.default_rng(1), ASSUMPTIONS)
        before, after = (sharing.direction(50, flexors, capacity) for capacity in (even, stronger))
        assert (after[2] > 1.3 * before[2]) == changes
        np.testing.assert_array_equal(after[:2], before[:2])


def test_overhead_the_extensors_carry_the_load() -> None:
    subject, truth = short_movement("T4", "overhead")
    flexors, extensors = subject.columns("flexor"), subject.columns("extensor")
    assert truth.torque.min() < -4
    assert truth.excitation[:, extensors].mean() > 2 * truth.excitation[:, flexors].mean()
    net = inverse_dynamics(subject.joint.in_posture("overhead"), truth.time, truth.angle, load_kg=2.0)
    assert np.sqrt(np.mean((net - truth.torque + subject.joint_damping * truth.velocity) ** 2)) < 0.05


def test_excitations_are_fractions_and_the_arm_curls(state: pd.DataFrame, excitation: pd.DataFrame) -> None:
    assert excitation.to_numpy().min() >= 0
    assert excitation.to_numpy().max() <= 1
    assert state["angle_deg"].min() < 15
    assert 100 < state["angle_deg"].max() < 125


@pytest.mark.parametrize("index", range(1, 6))
def test_a_personal_arm_is_one_arm(index: int) -> None:
    """Lengths, paths and moment arms of the drawn body belong together, and stay near the generic ones."""
    joint = TINY.subject(index).joint
    angles = joint.length_angles_deg
    lengths, moment_arms = muscle_geometry(joint, angles)
    np.testing.assert_allclose(lengths, joint.lengths, rtol=0, atol=1e-12)
    slope = -np.gradient(lengths, np.deg2rad(angles), axis=0)
    assert np.abs(slope - moment_arms)[2:-2].max() < 1e-3  # m; no path jumps over a bone
    flexor = np.array([muscle.action == "flexor" for muscle in joint.muscles])
    assert (moment_arms[:, flexor] > 0.005).all() and (moment_arms[:, ~flexor] < -0.01).all()
    triceps = moment_arms[:, ~flexor]
    assert np.ptp(triceps, axis=1).max() < 1e-3  # one tendon, whatever the body


def test_isometric_trials_hold_the_angle_and_record_the_torque(folder: Path, subject: Subject) -> None:
    for name, sign in (("mvc_flexion_1", 1), ("mvc_extension_1", -1), ("hold_flexion_1", 1)):
        state = pd.read_csv(folder / f"truth/{name}_state.csv.gz")
        assert np.ptp(state["angle_deg"]) < 1e-3
        measured = pd.read_csv(folder / f"{name}_torque.csv.gz")
        assert list(measured) == ["time", "torque"]
        peak = sign * measured["torque"].rolling(100).mean()
        assert peak.max() == pytest.approx((sign * state["muscle_torque_nm"]).rolling(100).mean().max(), rel=0.1)
        assert peak.max() > 10
    rest = pd.read_csv(folder / "truth/rest_excitation.csv.gz").drop(columns="time")
    assert rest.to_numpy().max() < 0.02


def test_a_hold_reaches_its_share_of_the_strength(folder: Path, subject: Subject) -> None:
    torque = pd.read_csv(folder / "truth/hold_flexion_1_state.csv.gz").set_index("time")["muscle_torque_nm"]
    mvc = pd.read_csv(folder / "truth/mvc_flexion_1_state.csv.gz")["muscle_torque_nm"].max()
    assert 0.25 < torque[2.0:6.0].mean() / mvc < 0.45
    assert torque[2.0:6.0].std() / torque[2.0:6.0].mean() < 0.05


def test_every_file_that_the_tables_name_exists(folder: Path) -> None:
    trials = pd.read_csv(folder / "trials.csv")
    channels = pd.read_csv(folder / "channels.csv")
    assert list(trials["role"]) == ["movement"] * 4 + ["mvc"] * 2 + ["hold", "rest"]
    for trial in trials.to_dict("records"):
        for channel in channels.to_dict("records"):
            file = folder / channel["file"].format(trial=trial["trial"], emg_file=trial["emg_file"])
            assert channel["column"] in pd.read_csv(file, nrows=1).columns
    for name in [*trials["kinematics_file"].dropna(), *trials["torque_file"].dropna()]:
        assert (folder / name).is_file()
    assert trials["torque_file"].count() == 3


def test_the_subject_is_measured_with_errors_of_a_tape(folder: Path, subject: Subject) -> None:
    description = yaml.safe_load((folder / "subject.yaml").read_text())
    assert description["id"] == "S1" and description["source"] == TINY.source
    assert description["joint"] == ASSUMPTIONS["joint"] == "elbow6" and "arm" not in description
    ratio = description["forearm_m"]["value"] / subject.joint.skeleton.distal.length
    assert ratio != 1 and ratio == pytest.approx(1, abs=0.08)
    parameters = pd.read_csv(folder / "truth/parameters.csv").set_index(["muscle", "parameter"])["value"]
    assert parameters["all", "joint_damping"] == pytest.approx(subject.joint_damping)


def test_a_maximal_contraction_is_stronger_than_any_curl(folder: Path) -> None:
    def strongest(pattern: str) -> pd.Series:
        recordings = [pd.read_csv(path) for path in folder.glob(pattern)]
        return pd.concat([(emg**2).rolling(1000).mean().max() for emg in recordings], axis=1).max(axis=1)

    assert (strongest("mvc_*_emg.csv.gz") > strongest("*kg_*_emg.csv.gz")).all()


def test_parts_of_a_subject_have_random_numbers_of_their_own(subject: Subject) -> None:
    """Another electrode, another noise of the EMG: nothing else of the subject changes."""
    fewer = vary({**ASSUMPTIONS, "electrodes": ["BIClong"]}, {"emg": {"wander_time": 2.0}})
    other = replace(TINY, assumptions=fewer).subject(1)
    assert other.body.measured == subject.body.measured and other.habit == subject.habit
    assert other.electrodes.delay == subject.electrodes.delay
    np.testing.assert_array_equal(other.electrodes.shape, subject.electrodes.shape)
    np.testing.assert_array_equal(other.effort.weight, subject.effort.weight)


def test_emg_leads_the_excitation(subject: Subject) -> None:
    electrodes = subject.electrodes
    interval, onset = 0.005, 1.0  # s
    excitation = np.tile(np.where(np.arange(400) * interval < onset, 0.0, 0.8)[:, None], 6)
    emg = raw_emg(electrodes, excitation, interval, np.random.default_rng(0), ASSUMPTIONS["emg"])
    time = np.arange(len(emg)) / ASSUMPTIONS["emg"]["rate"]
    before = emg[time < onset - electrodes.delay - interval]
    leading = emg[(time > onset - electrodes.delay + interval) & (time < onset)]
    assert (leading.std(axis=0) > 3 * before.std(axis=0)).all()


def test_the_amplifier_rounds_to_its_bits_and_saturates() -> None:
    spread = ASSUMPTIONS["emg"]
    samples = digitise(np.array([[0.26, -1e6, 1e6]]), spread)
    assert samples.tolist() == [[1, -32768, 32767]]
    assert amplifier_step(spread) == 0.5


def test_16_bit_files_hold_the_same_samples(folder: Path, tmp_path: Path) -> None:
    from edfio import read_edf

    name = "2kg_test"  # no whole number of seconds
    make_trial(tmp_path, replace(TINY, emg_format="edf"), 1, TRIALS[name])
    table = pd.read_csv(folder / f"{name}_emg.csv.gz")
    signals = {signal.label: signal for signal in read_edf(tmp_path / f"{name}_emg.edf").signals}
    assert list(signals) == list(table)
    for label, signal in signals.items():
        assert signal.physical_dimension == "uV" and signal.sampling_frequency == 2000
        np.testing.assert_allclose(signal.data, table[label], rtol=0, atol=1e-9)


def test_edf_takes_no_more_than_16_bits(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="amplifier_bits"):
        write_edf(tmp_path / "a.edf", ["BRA"], np.array([[40000]]), step_uv=0.5, rate_hz=2000, record_s=0.0005)


@pytest.mark.parametrize("exponent", [2, 3])
def test_sharing_gives_the_torque_at_the_least_effort(exponent: int) -> None:
    capacity, weight = np.array([28.0, 20.0, 21.0]), np.array([0.3, 1.0, 2.0])
    ceiling = np.array([0.9, 0.8, 1.0])
    direction = (capacity / weight) ** (1 / (exponent - 1))
    for torque in (0.0, 10.0, 50.0):
        activation = share_torque(torque, capacity, direction, ceiling)
        assert capacity @ activation == pytest.approx(torque)
        price = weight * activation ** (exponent - 1) / capacity  # effort of one more newton metre
        free = activation < ceiling
        assert np.ptp(price[free]) < 1e-9
        assert (price[~free] <= price[free].max() + 1e-9).all()
    np.testing.assert_array_equal(share_torque(100.0, capacity, direction, ceiling), ceiling)


@pytest.mark.slow
def test_a_crashed_trial_leaves_the_others_and_is_made_by_the_next_run(tmp_path: Path) -> None:
    cohort = replace(TINY, assumptions=vary(TINY.assumptions, {"protocol": {"loads": [0.0]}}))
    state = "truth/0kg_test_state.csv.gz"
    blocked = folder_aside(tmp_path / "S1", cohort.source) / state
    blocked.mkdir(parents=True)  # a folder in its place: the trial cannot be written
    assert make_cohort(tmp_path, cohort, 1, jobs=2) == ["S1 0kg_test"]
    expected = ["0kg_train", "mvc_flexion_1", "mvc_extension_1", "hold_flexion_1", "rest"]
    assert list(pd.read_csv(tmp_path / "S1/trials.csv")["trial"]) == expected
    before = (tmp_path / "S1/0kg_train_emg.csv.gz").stat().st_mtime_ns
    (tmp_path / "S1" / state).rmdir()
    assert make_cohort(tmp_path, cohort, 1, jobs=2) == []
    assert list(pd.read_csv(tmp_path / "S1/trials.csv")["trial"]) == [expected[0], "0kg_test", *expected[1:]]
    assert (tmp_path / "S1/0kg_train_emg.csv.gz").stat().st_mtime_ns == before


def test_a_trial_in_which_the_muscles_lose_the_arm_is_no_trial(subject: Subject) -> None:
    weak = vary(ASSUMPTIONS, {"control": {"stiffness": 0.0, "damping": 0.0, "acceleration_stiffness": -60.0}})
    with pytest.raises(ArmLostError, match=r"2kg_test: the arm is .* deg from its plan"):
        simulate_trial(replace(TINY, assumptions=weak), subject, MOVEMENT, TINY.streams(1, MOVEMENT.name))


def test_a_trial_is_done_again_until_the_arm_is_held(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    takes: list[float] = []

    def simulate(cohort: Cohort, subject: Subject, trial: Trial, streams: Streams) -> float:
        takes.append(streams("motion").random())
        if len(takes) < 2:
            raise ArmLostError
        return takes[-1]

    monkeypatch.setattr(cohort_module, "simulate_trial", simulate)
    streams, truth = cohort_module.good_take(TINY, 1, subject, MOVEMENT)
    assert len(set(takes)) == 2 and truth == streams("motion").random()
    assert takes[0] == TINY.streams(1, MOVEMENT.name)("motion").random()


def test_a_finished_subject_is_kept_and_another_one_never_overwritten(folder: Path) -> None:
    before = (folder / "subject.yaml").stat().st_mtime_ns
    assert make_cohort(folder.parent, TINY, 1, jobs=1) == []
    assert (folder / "subject.yaml").stat().st_mtime_ns == before
    with pytest.raises(FileExistsError, match="choose another --out"):
        make_cohort(folder.parent, replace(TINY, seed=SEED + 1), 1, jobs=1)


@pytest.mark.parametrize("own", ["channels.csv", "subject.yaml", "truth/parameters.csv"])
@pytest.mark.parametrize("text", ["mine\n", "{[", ""])
def test_a_folder_that_somebody_else_made_is_never_touched(tmp_path: Path, own: str, text: str) -> None:
    file = tmp_path / "cohort" / "S2" / own
    file.parent.mkdir(parents=True)
    file.write_text(text)
    with pytest.raises(FileExistsError, match=r"S2: found .*; choose another --out"):
        make_cohort(tmp_path / "cohort", TINY, 2, jobs=1)
    with pytest.raises(FileExistsError, match=r"S2: found .*; choose another --out"):
        make_foreign_cohort(tmp_path / "cohort", SEED, 2, load_values(), jobs=1)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [file] and file.read_text() == text


@pytest.mark.long
def test_a_killed_cohort_leaves_no_process_and_goes_on_to_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "assumptions.yaml").write_text(yaml.safe_dump(TINY.assumptions, sort_keys=False))
    command = [sys.executable, "-m", "deepemg.cli.main", "simulate", "--seed", str(SEED), "--subjects", "1"]
    command += ["--jobs", "2", "--assumptions", str(tmp_path / "assumptions.yaml"), "--out", str(tmp_path / "cohort")]
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
    aside = folder_aside(tmp_path / "cohort" / "S1", TINY.source)
    waits_for(lambda: any(aside.glob("truth/*_state.csv.gz")) or process.poll() is not None)
    process.kill()  # alone: nobody tells its children
    process.wait()
    waits_for(lambda: not processes_of(process.pid))
    kept = {path: path.stat().st_mtime_ns for path in aside.glob("truth/*_state.csv.gz")}
    assert kept and not (tmp_path / "cohort" / "S1").exists()
    subprocess.run(command, check=True, capture_output=True)
    for path, made in kept.items():
        assert (tmp_path / "cohort" / "S1" / path.relative_to(aside)).stat().st_mtime_ns == made
    files = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    assert files == sorted(p.relative_to(tmp_path / "cohort/S1") for p in (tmp_path / "cohort/S1").rglob("*.*"))
    for file in files:
        assert (tmp_path / "cohort" / "S1" / file).read_bytes() == (folder / file).read_bytes(), file


def test_the_reconstruction_never_sees_the_simulator() -> None:
    sources = (Path(deepemg.__file__).parent / "reconstruct").rglob("*.py")
    assert not [path for path in sources if "deepemg.simulate" in path.read_text()]
