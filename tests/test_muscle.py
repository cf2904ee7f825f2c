"""Muscle physics in every form on offer: curve sets, tendons, activation dynamics, parameter schemes."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.integrate import solve_ivp
from scipy.signal import lfilter

from deepemg.joint.activation import first_order, recursive
from deepemg.joint.compliant import compliant_force
from deepemg.joint.curves import CURVES, de_groote, millard, thelen
from deepemg.joint.definition import load_joint
from deepemg.joint.forward import ForwardModel
from deepemg.joint.hill import hill_force
from deepemg.joint.opensim import build_model, import_opensim
from deepemg.joint.parameters import available_schemes, hill_parameters, parameter_scheme
from deepemg.joint.settings import ForwardSettings

FLOAT = torch.float64
ELBOW6 = load_joint("elbow6")


def model(dtype: torch.dtype = FLOAT, **options) -> ForwardModel:
    return ForwardModel(ELBOW6, rate_hz=100, settings=ForwardSettings(**options), dtype=dtype)


@pytest.mark.parametrize("name", CURVES)
def test_curves_have_the_shape_of_muscle(name):
    curves = CURVES[name]
    length = torch.linspace(0.4, 1.7, 200, dtype=FLOAT)
    one = torch.ones(1, dtype=FLOAT)
    assert curves.active_force_length(one).item() == pytest.approx(1, abs=0.01)
    assert torch.all(curves.active_force_length(length) >= 0)
    assert curves.force_velocity(0 * one).item() == pytest.approx(1, abs=0.01)
    assert curves.force_velocity(-one).item() == pytest.approx(0, abs=0.02)
    for rising in (curves.force_velocity, curves.passive_force_length):
        assert torch.all(torch.diff(rising(torch.linspace(-1, 1.7, 300, dtype=FLOAT))) >= -1e-9)
    tendon = curves.tendon_force(torch.linspace(1.0, 1.1, 100, dtype=FLOAT))
    assert torch.all(torch.diff(tendon) >= -1e-6) and tendon[0].abs() < 1e-6 and tendon[-1] > 1


def test_millard_curves_are_opensims():
    osim = import_opensim()
    names = {
        "active_force_length": (osim.ActiveForceLengthCurve(), 0.2, 2.0),
        "force_velocity": (osim.ForceVelocityCurve(), -1.2, 1.2),
        "passive_force_length": (osim.FiberForceLengthCurve(), 0.2, 2.0),
        "tendon_force": (osim.TendonForceLengthCurve(), 0.9, 1.15),
    }
    for name, (curve, low, high) in names.items():
        x = np.random.default_rng(1).uniform(low, high, 500)
        theirs = [curve.calcValue(float(value)) for value in x]
        assert getattr(millard, name)(torch.tensor(x)).numpy() == pytest.approx(theirs, abs=2e-5), name


def test_thelen_curves_are_as_published():
    """Lengthening is twice as steep as shortening at rest; the tendon's toe runs smoothly into its line."""
    step = torch.tensor([-1e-6, 0.0, 1e-6], dtype=FLOAT)
    slow = thelen.force_velocity(step)
    assert (slow[2] - slow[1]).item() == pytest.approx(2 * (slow[1] - slow[0]).item(), rel=1e-4)
    force = thelen.active_force_length(torch.tensor([0.5, 1.0], dtype=FLOAT))
    assert force.tolist() == pytest.approx([np.exp(-0.5), 1.0])
    passive = thelen.passive_force_length(torch.tensor([0.9, 1.0, 1.3, 1.6], dtype=FLOAT))
    assert passive.tolist() == pytest.approx([0, 0, np.expm1(2) / np.expm1(4), 1.0])  # F_o at 60 % strain
    fast = thelen.force_velocity(torch.tensor([100.0], dtype=FLOAT)).item()
    assert 1.79 < fast < thelen.ECCENTRIC_PLATEAU
    strain = np.linspace(0, 1.2 * thelen.TENDON_STRAIN, 2000)
    force = thelen.tendon_force(torch.tensor(1 + strain)).numpy()
    assert np.interp(thelen.TENDON_STRAIN, strain, force) == pytest.approx(1, abs=1e-6)
    stiffness = np.diff(force) / np.diff(strain)
    assert np.max(np.abs(np.diff(stiffness))) < 0.01 * stiffness.max()


def test_force_over_a_grid_is_opensims():
    """De Groote-Fregly, rigid tendon: the whole grid of length x velocity x activation, each muscle."""
    osim = import_opensim()
    p = hill_parameters(parameter_scheme(ELBOW6), model().generic())
    opensim_model = build_model(ELBOW6, muscle_model="de_groote", rigid_tendon=True)
    opensim_model.initSystem()
    worst = 0.0
    for column, name in enumerate(ELBOW6.muscle_names):
        muscle = osim.DeGrooteFregly2016Muscle.safeDownCast(opensim_model.getMuscles().get(name))
        fibre = torch.linspace(0.45, 1.5, 22, dtype=FLOAT)
        height = torch.sin(p.pennation[column])
        along = torch.sqrt(fibre**2 - height**2)
        length = p.tendon_slack_length[column] + along * p.optimal_fibre_length[column]
        cosine = along / fibre
        for speed in (-0.9, -0.4, 0.0, 0.3, 0.8):
            velocity = speed * p.max_contraction_velocity[column] * p.optimal_fibre_length[column] / cosine
            columns = [torch.zeros(len(fibre), 6, dtype=FLOAT) for _ in range(2)]
            columns[0][:, column], columns[1][:, column] = length, velocity
            ours = hill_force(columns[0], columns[1], p)
            for activation in (0.01, 0.3, 1.0):
                mine = ours.at(torch.tensor(activation, dtype=FLOAT))[:, column].numpy()
                theirs = [
                    muscle.get_max_isometric_force() * c * (
                        activation * muscle.calcActiveForceLengthMultiplier(x)
                        * muscle.calcForceVelocityMultiplier(speed) + muscle.calcPassiveForceMultiplier(x)
                    )
                    for x, c in zip(fibre.tolist(), cosine.tolist(), strict=True)
                ]  # fmt: skip
                worst = max(worst, float(np.max(np.abs(mine / theirs - 1))))
    assert worst < 1e-9


def test_compliant_tendon_at_rest_is_opensims():
    osim = import_opensim()
    opensim_model = build_model(ELBOW6, muscle_model="de_groote", rigid_tendon=False)
    state = opensim_model.initSystem()
    coordinate = opensim_model.getCoordinateSet().get(0)
    p = hill_parameters(parameter_scheme(ELBOW6), model().generic())
    muscles = [
        osim.DeGrooteFregly2016Muscle.safeDownCast(opensim_model.getMuscles().get(n)) for n in ELBOW6.muscle_names
    ]
    for angle in (0.2, 1.0, 1.9):
        for level in (0.05, 0.5, 1.0):
            coordinate.setValue(state, angle, False)
            coordinate.setSpeedValue(state, 0.0)
            for muscle in muscles:
                muscle.setActivation(state, level)
            opensim_model.realizeVelocity(state)
            opensim_model.equilibrateMuscles(state)
            opensim_model.realizeDynamics(state)
            theirs = np.array([muscle.getActuation(state) for muscle in muscles])
            length = torch.tensor([[muscle.getLength(state) for muscle in muscles]], dtype=FLOAT)
            still = torch.zeros_like(length)
            force, converged = compliant_force(length, still, torch.full_like(length, level), p)
            assert converged.all()
            assert force.numpy()[0] == pytest.approx(theirs, rel=1e-4, abs=1e-2)


def test_a_stiff_tendon_is_a_rigid_one():
    """Twenty times as stiff: the force of the rigid tendon to a per cent of F_o, at speed too."""
    names = ("active_force_length", "force_velocity", "passive_force_length")
    stiff = SimpleNamespace(**{name: getattr(de_groote, name) for name in names})
    stiff.tendon_force = lambda length: de_groote.tendon_force(1 + 20 * (length - 1))
    forward = model()
    p = hill_parameters(forward.scheme, forward.generic())
    length, moment_arm = forward.geometry(torch.linspace(0.3, 2.0, 20, dtype=FLOAT))
    velocity, activation = -2.0 * moment_arm, torch.full_like(length, 0.4)
    force, converged = compliant_force(length, velocity, activation, p, stiff)
    rigid = hill_force(length, velocity, p).at(activation)
    soft, _ = compliant_force(length, velocity, activation, p)
    assert converged.all() and torch.all((force - rigid).abs() < 0.01 * p.max_isometric_force)
    assert torch.max((soft - rigid).abs() / p.max_isometric_force) > 0.02


def test_a_slack_unit_does_not_pull():
    p = hill_parameters(parameter_scheme(ELBOW6), model().generic())
    length = (0.9 * p.tendon_slack_length).unsqueeze(0)
    force, converged = compliant_force(length, 0 * length, torch.ones_like(length), p)
    assert not converged.any() and torch.all(force == 0)


@pytest.mark.parametrize("name", CURVES)
def test_compliant_tendons_have_true_gradients(name):
    forward = model(curves=name, tendon="compliant")
    angle = torch.linspace(0.3, 2.0, 5, dtype=FLOAT)
    activation = torch.full((5, 6), 0.4, dtype=FLOAT)
    values = torch.tensor(0.5 * forward.scheme.generic + 0.25 * (forward.scheme.lower + forward.scheme.upper))

    def loss(theta):
        return forward.torque(activation, angle, 0.3 * angle, theta).square().mean()

    gradient = torch.func.grad(loss)(values)
    for place in range(32):
        step = torch.zeros(32, dtype=FLOAT)
        step[place] = 1e-6 * (forward.scheme.upper[place] - forward.scheme.lower[place])
        numeric = ((loss(values + step) - loss(values - step)) / (2 * step[place])).item()
        assert gradient[place].item() == pytest.approx(numeric, rel=1e-3, abs=1e-4 * float(gradient.abs().max()))


def test_the_filter_belongs_to_its_rate():
    forward = ForwardModel(ELBOW6, rate_hz=200, settings=ForwardSettings(scheme="hill32_recursive"))
    with pytest.raises(ValueError, match="100 Hz"):
        forward.activation(torch.zeros(10, 6, dtype=FLOAT), forward.generic())


def test_recursive_filter_is_lloyd_and_besiers():
    rng = np.random.default_rng(0)
    excitation, g1, g2, delay = rng.uniform(size=(300, 2)), -0.6, -0.3, 0.03
    late = np.vstack([np.repeat(excitation[:1], 3, axis=0), excitation[:-3]])
    b1, b2 = g1 + g2, g1 * g2
    start = late[:1] * np.array([[-b1 - b2], [-b2]])
    theirs, _ = lfilter([1 + b1 + b2], [1, b1, b2], late, axis=0, zi=start)
    ours = recursive(
        torch.tensor(excitation),
        *(torch.tensor([v], dtype=FLOAT) for v in (delay, -g1, -g2)),
        rate_hz=100,
        longest_delay_s=0.1,
    )
    assert ours.numpy() == pytest.approx(theirs, abs=1e-9)


def test_first_order_dynamics_solve_their_equation():
    rate, rise, fall = 4000.0, 0.01, 0.04
    time = np.arange(0, 1, 1 / rate)
    excitation = 0.3 + 0.25 * np.sign(np.sin(2 * np.pi * 2 * time))

    def slope(t, a):
        e = excitation[min(int(np.ceil(t * rate - 1e-9)), len(time) - 1)]  # held over the step that ends with it
        slowness = 0.5 + 1.5 * a
        return (e - a) / (rise * slowness if e > a else fall / slowness)

    theirs = solve_ivp(slope, (0, time[-1]), [excitation[0]], t_eval=time, max_step=2e-4, rtol=1e-8).y[0]
    one = (torch.tensor([v], dtype=FLOAT) for v in (0.0, rise, fall))
    ours = first_order(torch.tensor(excitation[:, None]), *one, rate_hz=rate, longest_delay_s=0.1)[:, 0].numpy()
    assert np.max(np.abs(ours - theirs)) < 5e-3
    assert ours.min() >= 0 and ours.max() <= 1


@pytest.mark.slow
@pytest.mark.parametrize("scheme", available_schemes())
def test_each_scheme_has_thirty_two_parameters_with_true_gradients(scheme):
    forward = model(scheme=scheme)
    parameters = forward.scheme
    assert len(parameters) == 32
    assert np.all(parameters.lower <= parameters.generic) and np.all(parameters.generic <= parameters.upper)
    time = torch.arange(0, 3, 0.01, dtype=FLOAT)
    angle, velocity = 1.0 - 0.9 * torch.cos(2.5 * time), 0.9 * 2.5 * torch.sin(2.5 * time)
    excitation = 0.3 + 0.2 * torch.sin(torch.outer(time, torch.arange(1, 7, dtype=FLOAT)))
    inside = 0.25 * (parameters.lower + parameters.upper) + 0.5 * parameters.generic
    values = torch.tensor(inside, requires_grad=True)

    def loss(theta):
        return (forward(excitation, angle, velocity, theta) ** 2).mean()

    (gradient,) = torch.autograd.grad(loss(values), values)
    for place in range(32):
        step = torch.zeros(32, dtype=FLOAT)
        step[place] = 1e-6 * (parameters.upper[place] - parameters.lower[place])
        with torch.no_grad():
            numeric = (loss(values + step) - loss(values - step)) / (2 * step[place])
        scale = 1e-4 * float(gradient.abs().max())
        assert gradient[place].item() == pytest.approx(numeric.item(), rel=2e-4, abs=scale), parameters.parameters[
            place
        ]


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    share=arrays(float, 32, elements=st.floats(0, 1)),
    angle=st.floats(-0.2, 2.8),
    speed=st.floats(-8, 8),
    level=st.floats(0, 1),
    scheme=st.sampled_from(available_schemes()),
    curves=st.sampled_from(sorted(CURVES)),
    dynamics=st.sampled_from(["scheme", "first_order"]),
)
def test_torque_over_the_whole_box_of_every_scheme_and_curve_set(share, angle, speed, level, scheme, curves, dynamics):
    forward = model(scheme=scheme, curves=curves, dynamics=dynamics)
    box = forward.scheme
    values = torch.tensor(box.lower + (box.upper - box.lower) * share, requires_grad=True)
    still, turning = torch.full((20,), angle, dtype=FLOAT), torch.full((20,), speed, dtype=FLOAT)
    terms = forward.torque_terms(still, turning, values)
    rhythm = torch.outer(torch.arange(20, dtype=FLOAT), torch.arange(1, 7, dtype=FLOAT))
    activation = forward.activation(level * (0.5 + 0.5 * torch.sin(rhythm)), values)
    torque = terms.at(activation)
    assert torch.isfinite(torque).all() and torch.isfinite(torch.autograd.grad(torque.sum(), values)[0]).all()
    assert torch.all((activation >= -1e-9) & (activation <= 1 + 1e-9))
    sign = torch.tensor([1.0 if m.action == "flexor" else -1.0 for m in ELBOW6.muscles], dtype=FLOAT)
    assert torch.all(terms.gain * sign >= 0)  # more activation, more pull
    silent = forward(torch.zeros(20, 6, dtype=FLOAT), still, turning, values)
    assert torch.allclose(silent, terms.passive, atol=1e-12)  # no excitation, no active force
    single = model(scheme=scheme, curves=curves, dynamics=dynamics, dtype=torch.float32)
    coarse = values.detach().float().requires_grad_()
    small = single(torch.full((20, 6), level), still.float(), turning.float(), coarse)
    assert torch.isfinite(torch.autograd.grad(small.sum(), coarse)[0]).all()


@settings(max_examples=30, deadline=None)
@given(
    share=arrays(float, 32, elements=st.floats(0, 1)),
    angle=st.floats(-0.2, 2.8),
    speed=st.floats(-8, 8),
    level=st.floats(0, 1),
    curves=st.sampled_from(sorted(CURVES)),
)
def test_compliant_tendons_over_the_whole_box(share, angle, speed, level, curves):
    forward = model(curves=curves, tendon="compliant")
    box = forward.scheme
    values = torch.tensor(box.lower + (box.upper - box.lower) * share, requires_grad=True)
    states = torch.full((3, 6), level, dtype=FLOAT), *(torch.full((3,), v, dtype=FLOAT) for v in (angle, speed))
    torque = forward.torque(*states, values)
    assert torque.abs().max() < 1000 and torch.isfinite(torch.autograd.grad(torque.sum(), values)[0]).all()


@pytest.mark.parametrize("tendon", ["rigid", pytest.param("compliant", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("scheme", "curves"),
    [
        ("hill32", "de_groote"),
        ("hill32_recursive", "millard"),
        ("strength_factors", "thelen"),
        ("strength_factors", "millard"),
    ],
)
def test_batches_of_subjects_are_what_each_would_get(scheme, curves, tendon):
    forward = model(scheme=scheme, curves=curves, tendon=tendon)
    box, rng = forward.scheme, np.random.default_rng(2)
    values = torch.tensor(box.lower + (box.upper - box.lower) * rng.uniform(0.2, 0.8, (5, 32)))
    time = torch.arange(0, 1, 0.01, dtype=FLOAT)
    motion = (1 - 0.9 * torch.cos(5 * time), 4.5 * torch.sin(5 * time))
    excitation = torch.tensor(rng.uniform(size=(5, 100, 6)))
    together = torch.func.vmap(lambda e, v: forward(e, *motion, v))(excitation, values)
    one_by_one = torch.stack([forward(e, *motion, v) for e, v in zip(excitation, values, strict=True)])
    assert torch.allclose(together, one_by_one, atol=1e-10)


def test_single_precision_follows_double():
    motion = torch.linspace(0.1, 2.2, 50, dtype=FLOAT), torch.linspace(-3, 3, 50, dtype=FLOAT)
    excitation = torch.full((50, 6), 0.5, dtype=FLOAT)
    double, single = model(), model(dtype=torch.float32)
    fine = double(excitation, *motion, double.generic())
    coarse = single(excitation.float(), *(m.float() for m in motion), single.generic())
    assert coarse.dtype == torch.float32 and torch.allclose(coarse.double(), fine, rtol=2e-4, atol=2e-3)


def test_the_de_groote_tendon_is_opensims():
    muscle = import_opensim().DeGrooteFregly2016Muscle()
    length = np.linspace(1.0, 1.08, 30)
    theirs = [muscle.calcTendonForceMultiplier(float(x)) for x in length]
    assert de_groote.tendon_force(torch.tensor(length)).numpy() == pytest.approx(theirs, rel=1e-12, abs=1e-14)
