"""The joint in MuJoCo: geometry against OpenSim, dynamics against the closed form, muscles against their definition."""

from __future__ import annotations

from dataclasses import astuple, replace
from types import SimpleNamespace

import numpy as np
import pytest

from conftest import TINY
from deepemg.joint.definition import Joint, load_joint
from deepemg.joint.joint_moment import joint_moment
from deepemg.joint.opensim import muscle_geometry
from deepemg.joint.scaling import scale_by_factors
from deepemg.simulate.assumptions import load_assumptions
from deepemg.simulate.plants.mujoco import MuJoCoPlant

ELBOW6 = load_joint("elbow6")
SCALED = scale_by_factors(ELBOW6, proximal=1.07, distal=0.95)
CONTROL = load_assumptions()["control"]
STEP = CONTROL["mujoco"]["time_step"]
INTERVAL = CONTROL["interval"]
REST = np.full(6, 0.02)
SUBJECT = SimpleNamespace(activation_time=0.015, deactivation_time=0.050, joint_damping=0.2)


def plant(joint: Joint = ELBOW6, load_kg: float = 0.0) -> MuJoCoPlant:
    return MuJoCoPlant(SUBJECT, joint, load_kg, CONTROL)


def swing(body: MuJoCoPlant, seconds: float = 1.0) -> list:
    """Readings every 5 ms of an arm that flexors and extensors lift and lower."""
    body.start(0.6, REST)
    times = INTERVAL * np.arange(1, round(seconds / INTERVAL) + 1)
    share = np.array([0.3, 0.2, 0.3, 0.02, 0.05, 0.05])
    return [body.advance(share * (1 - np.cos(2 * np.pi * time)), time) for time in times]


@pytest.mark.parametrize("joint", [ELBOW6, SCALED, TINY.subject(1).joint], ids=["generic", "scaled", "drawn"])
def test_paths_are_opensims(joint):
    degrees = np.arange(0, 130.5, 1.0)
    lengths, moment_arms = muscle_geometry(joint, degrees)
    body = plant(joint)
    readings = [body.start(angle, REST) for angle in np.deg2rad(degrees)]
    assert np.array([reading.moment_arm for reading in readings]) == pytest.approx(moment_arms, abs=5e-4)
    cosine = np.cos([muscle.pennation for muscle in joint.muscles])
    slack = np.array([muscle.tendon_slack_length for muscle in joint.muscles])
    theirs = (lengths - slack) / cosine  # fibres on rigid tendons, at a constant pennation
    fibres = np.array([reading.fibre_length for reading in readings])
    assert fibres == pytest.approx(theirs, abs=5e-4)
    assert fibres[60] == pytest.approx(theirs[60], abs=1e-12)


@pytest.mark.parametrize("load_kg", [0.0, 2.0])
@pytest.mark.parametrize("gravity", [ELBOW6.skeleton.gravity, (6.0, 7.0, -3.0)], ids=["hanging", "tilted"])
def test_torque_balances_motion(load_kg, gravity):
    joint = replace(SCALED, skeleton=replace(SCALED.skeleton, gravity=gravity))
    readings = swing(plant(joint, load_kg))
    angle, velocity, acceleration = np.array([astuple(reading)[:3] for reading in readings]).T
    torque = np.array([reading.torque for reading in readings]) - SUBJECT.joint_damping * velocity
    assert np.ptp(angle) > 0.3 and np.ptp(velocity) > 1
    expected = joint_moment(joint.skeleton, angle, acceleration, load_kg=load_kg)
    assert torque == pytest.approx(expected, abs=1e-6)


def test_motion_is_one_motion():
    """Angle, velocity and acceleration are each other's derivatives."""
    readings = swing(plant(load_kg=2.0))
    angle, velocity, acceleration = np.array([astuple(reading)[:3] for reading in readings]).T
    for state, rate, tolerance in ((angle, velocity, 2e-6), (velocity, acceleration, 2e-3)):
        by_simpson = INTERVAL / 3 * (rate[:-2] + 4 * rate[1:-1] + rate[2:])
        assert state[2:] - state[:-2] == pytest.approx(by_simpson, abs=tolerance)


def test_force_is_active_and_passive():
    for reading in swing(plant()):
        parts = reading.activation * reading.active_force + reading.passive_force
        assert reading.force == pytest.approx(parts, abs=1e-9)
        assert min(reading.force.min(), reading.passive_force.min(), reading.active_force.min()) >= 0


def test_full_activation_at_optimal_length_gives_full_strength():
    lengths, _ = muscle_geometry(SCALED, np.array([60.0]))
    muscles = tuple(
        replace(muscle, tendon_slack_length=length - muscle.optimal_fibre_length * np.cos(muscle.pennation))
        for muscle, length in zip(SCALED.muscles, lengths[0], strict=True)
    )
    reading = plant(replace(SCALED, muscles=muscles)).start(np.deg2rad(60), np.ones(6))
    strength = [muscle.max_isometric_force * np.cos(muscle.pennation) for muscle in muscles]
    assert reading.fibre_length == pytest.approx([muscle.optimal_fibre_length for muscle in muscles])
    assert reading.force == pytest.approx(strength, rel=0.01)


def test_locked_joint_stays_and_its_torque_settles():
    body = plant(load_kg=2.0)
    before = body.start(1.0, REST, locked=True)
    readings = [body.advance(np.array([1, 1, 1, 0, 0, 0.0]), time) for time in np.arange(1, 201) * INTERVAL]
    assert {(reading.angle, reading.velocity, reading.acceleration) for reading in readings} == {(1.0, 0.0, 0.0)}
    assert readings[-1].torque > before.torque + 30
    assert readings[-1].torque == pytest.approx(readings[-20].torque, abs=1e-3)
    body.start(1.0, REST)
    assert body.advance(REST, INTERVAL).angle != 1.0


def test_same_excitations_give_the_same_readings():
    body = plant(load_kg=2.0)
    first, again, other = swing(body), swing(body), swing(plant(load_kg=2.0))
    for readings in (again, other):
        for one, two in zip(first, readings, strict=True):
            assert all(np.array_equal(a, b) for a, b in zip(astuple(one), astuple(two), strict=True))


def test_activation_is_linear_and_first_order():
    """Not the law of OpenSim's muscles: up and down take the same time."""
    constant = 0.5 * (SUBJECT.activation_time + SUBJECT.deactivation_time)
    body = plant()
    for begin, excitation, end in ((0.0, 1.0, 1 - np.exp(-2)), (1.0, 0.0, np.exp(-2))):
        assert body.start(1.0, np.full(6, begin), locked=True).activation.tolist() == [begin] * 6
        reading = body.advance(np.full(6, excitation), 2 * constant)
        assert reading.activation == pytest.approx(np.full(6, end), abs=1e-9)


def test_start_puts_the_activations_that_were_given():
    wanted = np.array([0.0, 0.1, 0.25, 0.5, 0.9, 1.0])
    body = plant()
    body.start(0.3, REST)
    body.advance(np.ones(6), 0.1)
    reading = body.start(1.2, wanted)
    assert (reading.angle, reading.velocity) == (1.2, 0.0)
    assert reading.activation.tolist() == wanted.tolist()


def test_a_muscle_without_a_path_is_refused():
    with pytest.raises(ValueError, match="no path points"):
        plant(load_joint("knee4"))
