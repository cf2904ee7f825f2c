"""The joint against OpenSim, against its own derivatives, and over its whole bounded box."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from deepemg.joint.activation import two_poles
from deepemg.joint.activation_curve import activation_curve, inverse_activation_curve
from deepemg.joint.definition import available_joints, load_joint
from deepemg.joint.forward import ForwardModel
from deepemg.joint.geometry import MuscleGeometry
from deepemg.joint.hill import hill_force
from deepemg.joint.joint_moment import joint_moment
from deepemg.joint.opensim import build_model, import_opensim, inverse_dynamics, muscle_geometry
from deepemg.joint.parameters import PersonalParameters, hill_parameters, parameter_scheme
from deepemg.joint.scaling import describe_joint, restore_joint, scale_joint
from deepemg.joint.shared_moment_arm import indistinguishable
from deepemg.report.priors import prior_muscles
from deepemg.signals.torque import subject_torque

FLOAT = torch.float64
POSTURES = {"overhead", "horizontal"}


def model(joint):
    return ForwardModel(joint, rate_hz=100)


def test_a_joint_is_read_once_however_many_subjects_ask_for_it(elbow6):
    assert load_joint("elbow6") is elbow6


def test_length_table_is_opensims(elbow6):
    lengths, moment_arms = muscle_geometry(elbow6, elbow6.length_angles_deg)
    assert np.max(np.abs(lengths - elbow6.lengths)) < 1e-8
    ours, our_arms = MuscleGeometry(elbow6)(torch.tensor(np.deg2rad(elbow6.length_angles_deg)))
    assert np.max(np.abs(ours.numpy() - lengths)) < 1e-8
    assert np.median(np.abs(our_arms.numpy() - moment_arms)) < 1e-6


def test_moment_arms_are_the_slope_of_opensims_lengths(elbow6):
    """131 angles. OpenSim's wrapped paths are no shortest paths: its own moment arms leave its own slope by 0.15 mm."""
    angles, step = np.arange(0, 131.0), 1e-3
    (up, _), (down, _) = (muscle_geometry(elbow6, angles + side * step) for side in (1, -1))
    slope = -(up - down) / np.deg2rad(2 * step)
    _, theirs = muscle_geometry(elbow6, angles)
    _, ours = MuscleGeometry(elbow6)(torch.tensor(np.deg2rad(angles)))
    biceps = [elbow6.muscle_names.index(name) for name in ("BIClong", "BICshort")]
    assert np.max(np.abs(ours.numpy() - theirs)[:, biceps]) < 1e-6  # nothing wraps at the elbow: exact
    assert np.max(np.abs(ours.numpy() - slope)) < 3e-5
    assert np.max(np.abs(ours.numpy() - theirs)) < 1.6e-4


def test_geometry_between_the_knots(elbow6):
    angles = np.arange(0.5, 130, 1.0)
    lengths, _ = muscle_geometry(elbow6, angles)
    ours, _ = MuscleGeometry(elbow6)(torch.tensor(np.deg2rad(angles)))
    assert np.max(np.abs(ours.numpy() - lengths)) < 1e-5


@pytest.mark.parametrize("name", available_joints())
def test_moment_arm_is_minus_the_slope_of_length(name):
    geometry = MuscleGeometry(load_joint(name))
    angle = torch.linspace(-0.3, 2.8, 400, dtype=FLOAT, requires_grad=True)
    length, moment_arm = geometry(angle)
    for muscle in range(length.shape[1]):
        (slope,) = torch.autograd.grad(length[:, muscle].sum(), angle, retain_graph=True)
        assert torch.allclose(slope, -moment_arm[:, muscle], atol=1e-12)


def test_moment_arm_is_held_beyond_the_table(elbow6):
    geometry = MuscleGeometry(elbow6)
    _, moment_arm = geometry(torch.deg2rad(torch.tensor([130.0, 159.0], dtype=FLOAT)))
    assert torch.allclose(moment_arm[0], moment_arm[1])


def test_hill_force_is_opensims(elbow6):
    osim = import_opensim()
    opensim_model = build_model(elbow6, muscle_model="de_groote", rigid_tendon=True)
    muscles = [
        osim.DeGrooteFregly2016Muscle.safeDownCast(opensim_model.getMuscles().get(n)) for n in elbow6.muscle_names
    ]
    for muscle in muscles:
        muscle.set_ignore_activation_dynamics(True)
    state = opensim_model.initSystem()
    coordinate = opensim_model.getCoordinateSet().get(0)
    ours = model(elbow6)
    worst = 0.0
    for angle in np.linspace(0, 2.2, 8):
        for speed in (-5.0, 0.0, 5.0):
            for excitation in (0.05, 0.6, 1.0):
                coordinate.setValue(state, float(angle), False)
                coordinate.setSpeedValue(state, speed)
                opensim_model.realizeVelocity(state)
                controls = opensim_model.updControls(state)
                for index in range(len(muscles)):
                    controls.set(index, excitation)
                opensim_model.setControls(state, controls)
                opensim_model.realizeDynamics(state)
                theirs = np.array([muscle.getActuation(state) for muscle in muscles])
                length = torch.tensor([[muscle.getLength(state) for muscle in muscles]], dtype=FLOAT)
                velocity = torch.tensor([[muscle.getLengtheningSpeed(state) for muscle in muscles]], dtype=FLOAT)
                force = hill_force(length, velocity, hill_parameters(ours.scheme, ours.generic()))
                mine = force.at(torch.full((1, len(muscles)), excitation, dtype=FLOAT)).numpy()[0]
                worst = max(worst, float(np.max(np.abs(mine - theirs) / np.abs(theirs))))
    assert worst < 1e-9


def test_inverse_dynamics_is_opensims(elbow6):
    time = np.arange(0, 5, 0.01)
    omega = 2 * np.pi * 0.4
    angle, acceleration = 1.0 - 0.9 * np.cos(omega * time), 0.9 * omega**2 * np.cos(omega * time)
    joint = scale_joint(elbow6, {"upper_arm_m": 0.31, "forearm_m": 0.25, "mass_kg": 80})
    closed = joint_moment(joint.skeleton, angle, acceleration, load_kg=4.0)
    tool = inverse_dynamics(joint, time, angle, load_kg=4.0)
    # The tool differentiates a spline of the angle, which is poor within a few samples of both ends.
    assert np.max(np.abs(closed - tool)[20:-20]) < 1e-4
    assert np.max(np.abs(closed - tool)) < 1e-2  # the tolerance of OpenSim's own tests of the tool on arm26
    assert np.max(np.abs(closed)) > 10


@pytest.mark.parametrize("posture", [None, *load_joint("elbow6").postures])
def test_gravity_of_each_posture_is_opensims(posture):
    time = np.arange(0, 4, 0.01)
    omega = 2 * np.pi * 0.4
    angle, acceleration = 1.0 - 0.9 * np.cos(omega * time), 0.9 * omega**2 * np.cos(omega * time)
    joint = scale_joint(load_joint("elbow7"), {"forearm_m": 0.25, "mass_kg": 80}).in_posture(posture)
    closed = joint_moment(joint.skeleton, angle, acceleration, load_kg=4.0)
    assert np.max(np.abs(closed - inverse_dynamics(joint, time, angle, load_kg=4.0))[20:-20]) < 1e-4


def test_overhead_turns_gravity_round_and_horizontal_takes_it_away(elbow6):
    held = {
        name: joint_moment(elbow6.in_posture(name).skeleton, np.array([np.pi / 2]), np.zeros(1), load_kg=4.0)[0]
        for name in (None, "overhead", "horizontal")
    }
    assert held["overhead"] == pytest.approx(-held[None], abs=1e-9) and held[None] > 10
    assert abs(held["horizontal"]) < 0.06 * held[None]  # the axis of the joint is tilted by 3.5 degrees


def test_postures_survive_scaling_and_an_unknown_one_is_refused(elbow6):
    joint = restore_joint(describe_joint(scale_joint(elbow6, {"forearm_m": 0.26})))
    assert joint.postures == elbow6.postures == load_joint("elbow7").postures and set(joint.postures) == POSTURES
    assert joint.in_posture(None) is joint and load_joint("knee4").postures == {}
    with pytest.raises(KeyError, match=r"'lying'.*overhead, horizontal"):
        joint.in_posture("lying")


def test_torque_of_a_subject_follows_the_posture_of_each_trial(elbow6):
    time = np.arange(0, 1, 0.01)
    kinematics = pd.concat(
        pd.DataFrame({"trial": name, "time_s": time, "angle_rad": 1.5, "load_kg": 2.0, "posture": posture})
        for name, posture in (("a", ""), ("b", "overhead"), ("c", "horizontal"))
    )
    table = subject_torque(elbow6, kinematics)
    assert list(table.columns) == ["trial", "time_s", "torque_nm"]
    assert table[["trial", "time_s"]].equals(kinematics[["trial", "time_s"]])
    hanging, overhead, horizontal = table["torque_nm"].to_numpy().reshape(3, -1)
    assert overhead == pytest.approx(-hanging, abs=1e-6) and np.all(np.abs(horizontal) < 0.06 * hanging)


def test_inverse_dynamics_is_the_solvers(elbow6):
    """No filter, no spline: OpenSim's solver on the same accelerations."""
    osim = import_opensim()
    model_ = build_model(elbow6, load_kg=4.0)
    state = model_.initSystem()
    coordinate = model_.getCoordinateSet().get(0)
    solver = osim.InverseDynamicsSolver(model_)
    rng = np.random.default_rng(0)
    worst = 0.0
    for angle, velocity, acceleration in rng.uniform((0, -6, -30), (2.27, 6, 30), (50, 3)):
        coordinate.setValue(state, angle, False)
        coordinate.setSpeedValue(state, velocity)
        theirs = solver.solve(state, osim.Vector(1, acceleration)).get(0)
        ours = joint_moment(elbow6.skeleton, np.array([angle]), np.array([acceleration]), load_kg=4.0)[0]
        worst = max(worst, abs(theirs - ours))
    assert worst < 1e-10


def test_planar_formula_misses_the_grip(elbow6):
    """The load hangs in front of the long axis of the forearm: leaving that out costs several per cent."""
    angle = np.linspace(0.2, 2.0, 50)
    exact = joint_moment(elbow6.skeleton, angle, np.zeros(50), load_kg=4.0)
    forearm, grip = elbow6.skeleton.distal, elbow6.skeleton.load_point
    planar = 9.8066 * np.sin(angle) * (forearm.mass * -forearm.mass_centre[1] + 4.0 * -grip[1])
    assert np.max(np.abs(exact - planar)) / np.max(exact) == pytest.approx(0.031, abs=0.002)


@pytest.mark.parametrize("bad", ["nan", "backwards", "short"])
def test_inverse_dynamics_refuses_what_opensim_would_swallow(elbow6, bad):
    time, angle = np.arange(0, 1, 0.01), np.linspace(0, 1, 100)
    if bad == "nan":
        angle = np.where(np.arange(100) == 50, np.nan, angle)
    elif bad == "backwards":
        time = time[::-1]
    else:
        time = time[:-1]
    with pytest.raises(ValueError):
        inverse_dynamics(elbow6, time, angle, load_kg=0.0)


def test_thirty_two_parameters(elbow6):
    scheme = parameter_scheme(elbow6)
    assert len(scheme) == 32
    assert np.all(scheme.lower <= scheme.generic) and np.all(scheme.generic <= scheme.upper)
    assert np.all(scheme.prior_sd > 0)


def test_personal_parameters_start_generic_and_stay_inside(elbow6):
    scheme = parameter_scheme(elbow6)
    personal = PersonalParameters(scheme)
    start = personal().detach().numpy()
    off = np.abs(start - scheme.generic) > 1e-9 * (scheme.upper - scheme.lower)
    assert {scheme.parameters[place] for place in np.flatnonzero(off)} == {"pennation"}  # flexors start off their bound
    with torch.no_grad():
        for push in (-50.0, 50.0):
            personal.free.fill_(push)
            values = personal().numpy()
            assert np.all(values >= scheme.lower) and np.all(values <= scheme.upper)


def test_activation_has_unit_gain_and_the_delay_given():
    delay = torch.tensor([0.043], dtype=FLOAT)
    settings_ = {"time_constant_s": 0.015, "rate_hz": 100.0, "longest_delay_s": 0.1}
    steady = two_poles(torch.full((200, 1), 0.37, dtype=FLOAT), delay, **settings_)
    assert torch.allclose(steady, torch.full_like(steady, 0.37))
    step = torch.zeros(200, 1, dtype=FLOAT)
    step[100:] = 1.0
    response = two_poles(step, delay, **settings_)[:, 0]
    mean_delay = float((torch.arange(1, 200, dtype=FLOAT) - 100) @ torch.diff(response)) / 100
    assert mean_delay == pytest.approx(0.043 + 2 * 0.015, abs=2e-3)  # dead time and two poles
    assert torch.all(torch.diff(response) >= -1e-12)


def test_activation_curve_is_monotone_and_keeps_the_ends():
    level = torch.linspace(0, 1, 101, dtype=FLOAT)
    for nonlinearity in (-3.0, -0.5, -0.001):
        activation = activation_curve(level, torch.tensor(nonlinearity, dtype=FLOAT))
        assert activation[0] == 0 and activation[-1] == pytest.approx(1)
        assert torch.all(torch.diff(activation) > 0)
        assert torch.all(activation >= level - 1e-9)


@pytest.mark.parametrize("nonlinearity", [-3.0, -0.5, -0.001])
def test_the_inverse_activation_curve_undoes_it_in_torch_and_numpy(nonlinearity):
    level = np.linspace(0, 1, 101)
    activation = activation_curve(level, nonlinearity)
    assert inverse_activation_curve(activation, nonlinearity) == pytest.approx(level, abs=1e-12)
    theirs = activation_curve(torch.tensor(level), torch.tensor(nonlinearity, dtype=FLOAT))
    assert theirs.numpy() == pytest.approx(activation, abs=1e-12)
    again = inverse_activation_curve(theirs, torch.tensor(nonlinearity, dtype=FLOAT))
    assert again.numpy() == pytest.approx(level, abs=1e-12)


def test_scaling_keeps_the_operating_range_and_can_be_restored(elbow6):
    joint = scale_joint(elbow6, {"upper_arm_m": 0.32, "forearm_m": 0.26, "mass_kg": 90})
    for scaled, generic in zip(joint.muscles, elbow6.muscles, strict=True):
        assert scaled.optimal_fibre_length / generic.optimal_fibre_length == pytest.approx(
            np.mean(joint.lengths / elbow6.lengths)
        )
    assert joint.skeleton.distal.mass == pytest.approx(90 * elbow6.skeleton.distal_mass_fraction)
    again = restore_joint(describe_joint(joint))
    assert np.array_equal(again.lengths, joint.lengths) and again.muscles == joint.muscles


def test_elbow7_has_brachioradialis_with_its_source_moment_arm():
    joint = load_joint("elbow7")
    _, moment_arms = MuscleGeometry(joint)(torch.deg2rad(torch.tensor([90.0, 120.0], dtype=FLOAT)))
    brachioradialis = moment_arms[:, joint.muscle_names.index("BRD")].numpy()
    assert brachioradialis == pytest.approx([0.0786, 0.0897], abs=1.5e-3)  # MoBL-ARMS table, cm to m


def test_torque_cannot_tell_heads_that_share_a_moment_arm():
    surface = ("BIClong", "BICshort", "TRIlong", "TRIlat")
    assert indistinguishable(load_joint("elbow6"), surface) == {"TRImed": ["TRIlong", "TRIlat"]}
    assert indistinguishable(load_joint("elbow6"), ("BIClong", "TRImed")) == {
        "BICshort": ["BIClong"],
        "TRIlong": ["TRImed"],
        "TRIlat": ["TRImed"],
    }
    assert "VI" in indistinguishable(load_joint("knee4"), ("RF", "VL", "VM"))


def test_table_1_tells_which_hidden_muscles_are_priors():
    surface = "BIClong BICshort TRIlong TRIlat"
    subjects = pd.DataFrame({"arm": ["elbow6"] * 2, "observed": [surface, "BIC TRIlong"], "held_out": "BRA TRImed"})
    found = prior_muscles(subjects.iloc[:1])
    assert found == {"TRImed": ["triceps long head", "triceps lateral head"]}  # torque tells of brachialis
    assert set(prior_muscles(subjects)) == {"TRImed", "TRIlat"}  # groups of heads, and what any subject lacks
    assert "VI" in prior_muscles(pd.DataFrame({"arm": ["knee4"], "observed": ["RF VL VM"]}))
