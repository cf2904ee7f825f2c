"""The density estimator: features, the joint Gaussian, training, and that hidden things stay hidden."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from deepemg.joint.activation_curve import activation_curve
from deepemg.joint.definition import load_joint
from deepemg.joint.scaling import scale_by_factors
from deepemg.pretrain import training
from deepemg.pretrain.chunks import chunks
from deepemg.pretrain.examples import (
    make_examples,
    windows_of_virtual_contractions,
    windows_of_virtual_movements,
)
from deepemg.pretrain.masks import draw_masks
from deepemg.pretrain.training import load_network, loss, read_settings, train
from deepemg.pretrain.virtual.draws import Draws, read_assumptions
from deepemg.pretrain.virtual.simulate import VirtualSubjects, simulate
from deepemg.reconstruct.nmm.amortised_posterior import AmortisedPosterior
from deepemg.reconstruct.nmm.density_estimator import MOST_TRIALS, DensityEstimator, Shape
from deepemg.reconstruct.nmm.features import NAMES, OF_MUSCLE, SHARED, features, mechanical
from deepemg.reconstruct.nmm.low_rank_gaussian import LowRankGaussian
from deepemg.reconstruct.nmm.nominal_joint import NominalJoint
from deepemg.reconstruct.nmm.observations import observe, windows_of_trials
from deepemg.reconstruct.nmm.parameter_scale import ParameterScale
from deepemg.reconstruct.nmm.phases import PHASES, in_phase, out_of_phase
from deepemg.reconstruct.nmm.slots import DEEP, FLEXOR, SLOTS
from deepemg.reconstruct.nmm.strength import log_strength
from deepemg.reconstruct.nmm.target import OFFSET, log_level, to_target
from deepemg.reconstruct.nmm.trained_with import TrainedWith
from deepemg.reconstruct.nmm.windows import Windows, neighbour_level
from deepemg.signals.recording import Contraction, Recording, Trial, envelope_matrix

SMALL = Shape(n_parameters=37, width=16, heads=2, layers=1, rank=3)
SETTINGS = read_settings()
UNKNOWN = torch.zeros(8, 2), torch.zeros(8, 2, dtype=torch.bool)  # strengths of 8 subjects


@pytest.fixture(scope="module")
def subjects() -> VirtualSubjects:
    return simulate(3, subjects=8, trials=2, samples=48, curves="de_groote", assumptions=read_assumptions())


@pytest.fixture(scope="module")
def nominal() -> NominalJoint:
    return NominalJoint()


def windows_of(subjects: VirtualSubjects, observed: Tensor | None = None) -> Windows:
    observed = subjects.in_model & ~DEEP if observed is None else observed
    observed = observed[:, None].expand(-1, 2, -1)
    return windows_of_virtual_movements(subjects, observed, torch.ones(8, 2, dtype=torch.bool))


def trial_of(subjects: VirtualSubjects, row: int, place: int, muscles: tuple[str, ...], samples: int = 48) -> Trial:
    """The first samples of a trial of a virtual subject, as one of elbow6 that observes these muscles."""
    of_joint = load_joint("elbow6").muscle_names
    columns = {name: subjects.envelopes[row, place, :samples, SLOTS.index(name)].double().numpy() for name in muscles}
    signals = (subjects.angle, subjects.velocity, subjects.torque)
    series = (signal[row, place, :samples].double().numpy() for signal in signals)
    load_kg = float(subjects.load[row, place])
    envelopes, time = envelope_matrix(of_joint, columns, samples), np.arange(samples) / 20
    return Trial(f"t{place}", "train", f"{load_kg:g}kg", load_kg, time, *series, envelopes, of_joint)


def test_real_and_virtual_subjects_have_the_same_features(subjects, nominal):
    row, muscles = 2, ("BIClong", "BICshort", "TRIlong", "TRIlat")
    size = float(subjects.size[row])
    real_joint = scale_by_factors(load_joint("elbow6"), proximal=size, distal=size)
    trials = [trial_of(subjects, row, place, muscles) for place in range(2)]
    reference = "mvc" if subjects.is_mvc[row] else "training maximum"
    windows, moving = windows_of_trials(Recording(real_joint, tuple(trials), (), reference))
    seen = torch.tensor([name in muscles for name in SLOTS]).expand(8, -1)
    without = replace(subjects, in_model=torch.tensor([name != "BRD" for name in SLOTS]).expand(8, -1))
    virtual = windows_of(without, seen)
    gradient = torch.gradient(subjects.velocity, spacing=1 / 20, dim=-1, edge_order=1)[0]
    expected = features(replace(virtual, acceleration=gradient), nominal, UNKNOWN)[row]
    found = features(windows, nominal, tuple(value[:1] for value in UNKNOWN))[0]
    assert moving.all() and torch.allclose(found, expected, atol=2e-3)


def test_hidden_channels_and_unknown_torque_cannot_be_read(subjects, nominal):
    windows = windows_of(subjects)
    known = torch.zeros(8, 2, dtype=torch.bool)
    canary = windows.envelopes.clone()
    canary[..., DEEP] = 123.0
    plain = replace(windows, torque_known=known)
    poisoned = replace(plain, envelopes=canary, torque=torch.full_like(windows.torque, -77.0))
    assert torch.equal(features(plain, nominal, UNKNOWN), features(poisoned, nominal, UNKNOWN))
    assert torch.equal(neighbour_level(plain), neighbour_level(poisoned))


def test_strength_is_what_contractions_with_torque_tell(subjects, nominal):
    resting = windows_of_virtual_contractions(subjects, subjects.in_model & ~DEEP)
    gain, passive = nominal.terms(resting.angle, resting.velocity, resting.size)
    active = torch.where(resting.observed[:, :, None], resting.envelopes, neighbour_level(resting)).clamp(0, 1.5)
    expected = gain * activation_curve(active, nominal.nonlinearity) * resting.in_model[:, None, None]
    flexion = (resting.torque[..., 0] > 0)[..., None, None]
    pulls = flexion == FLEXOR
    torque = (torch.where(pulls, 1.3, 1.0) * expected + passive * resting.in_model[:, None, None]).sum(-1)
    known = torch.ones_like(resting.torque_known)
    found, which = log_strength(replace(resting, torque=torque, torque_known=known), known, nominal)
    levels = subjects.is_mvc  # without MVC an extension's envelopes may be those of a flexion
    assert which[levels].all() and torch.allclose(found[levels], torch.tensor(math.log(1.3)), atol=1e-4)
    nothing, which = log_strength(resting, torch.zeros_like(known), nominal)
    assert not which.any() and not nothing.any()


def test_a_network_without_the_joint_reads_signals_alone(subjects, nominal):
    network = DensityEstimator(replace(SMALL, mechanics=False)).eval()
    windows = features(windows_of(subjects), nominal, UNKNOWN)
    other = torch.where(mechanical(), torch.randn_like(windows), windows)
    still = features(windows_of_virtual_contractions(subjects, subjects.in_model), nominal, UNKNOWN)[:, :, 0]
    tokens = torch.ones(8, 2, 12, dtype=torch.bool), subjects.isometric.present
    one, two = (network(value, still, *tokens, torch.arange(2)).mean for value in (windows, other))
    assert torch.equal(one, two)


def test_the_order_of_hidden_neighbours_does_not_change_their_level(subjects):
    level = neighbour_level(windows_of(subjects))
    biceps = [SLOTS.index("BIClong"), SLOTS.index("BICshort")]
    without = ~subjects.in_model[:, SLOTS.index("BRD")]
    expected = subjects.envelopes[without][..., biceps].mean(-1)
    assert torch.allclose(level[without][..., SLOTS.index("BRA")], expected)


def test_the_target_is_a_log_ratio_to_the_reference():
    excitation, level = 0.02 + 0.98 * torch.rand(2, 5, len(SLOTS))
    target = to_target(excitation, level)
    back = (level + OFFSET) * torch.exp(target) - OFFSET
    assert torch.allclose(back, excitation, atol=1e-5)
    assert torch.allclose(torch.exp(log_level(level, target)) - OFFSET, excitation, atol=1e-5)


def test_masks_leave_a_channel_or_nothing_at_all():
    in_model = torch.ones(4000, len(SLOTS), dtype=torch.bool)
    in_model[::2, SLOTS.index("BRD")] = False
    observed, known = draw_masks(Draws(1), in_model, 3, SETTINGS["masks"])
    assert not (observed & ~in_model[:, None]).any() and known.shape == (4000, 3)
    every = observed.all(1)  # over the trials
    counts = observed.sum(-1)
    fewest, most = counts.amin(1), counts.amax(1)
    trial_without_emg, given_elsewhere = (fewest == 0) & (most > 0), (fewest > 0) & (fewest < most)
    assert 0.20 < trial_without_emg.float().mean() < 0.28  # one trial without EMG
    assert 0.08 < given_elsewhere.float().mean() < 0.15  # one trial without channels that the others have
    assert 0.04 < (most == 0).float().mean() < 0.09
    plain = ~trial_without_emg & ~given_elsewhere & (most > 0)
    surface = (every == (in_model & ~DEEP)).all(-1)[plain].float().mean()
    assert 0.50 < surface < 0.60


def test_log_density_is_that_of_the_dense_gaussian():
    torch.manual_seed(0)
    posterior = LowRankGaussian(torch.randn(2, 7), 0.3 * torch.randn(2, 7), torch.randn(2, 7, 3))
    counts = torch.tensor([[True] * 7, [True, False, True, True, False, True, True]])
    value = torch.randn(2, 7)
    for row in range(2):
        keep = counts[row]
        factors = posterior.factors[row, keep]
        covariance = torch.diag(torch.exp(2 * posterior.log_sd[row, keep])) + factors @ factors.T
        dense = torch.distributions.MultivariateNormal(posterior.mean[row, keep], covariance)
        assert float(posterior.log_density(value, counts)[row]) == pytest.approx(
            float(dense.log_prob(value[row, keep])), abs=1e-3
        )


def test_a_little_training_reduces_the_loss(nominal):
    torch.manual_seed(0)
    network = DensityEstimator(SMALL)
    about = {"assumptions": read_assumptions(), "masks": SETTINGS["masks"], "nominal": nominal}
    examples = make_examples(Draws(1), 32, 2, 48, **about)
    optimiser, codes = torch.optim.Adam(network.parameters(), lr=5e-3), torch.arange(2)
    losses = []
    for _ in range(30):
        value = loss(network, examples, codes, SETTINGS["training"]).mean()
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        losses.append(value.item())
    assert losses[-1] < losses[0] - 0.1


def little_training():
    """Settings of a training of five chunks of a small network; the rate falls in the last two."""
    small = {"chunks": 5, "chunk": 8, "batch": 4, "save_every": 1, "decay": 0.4, "beside": False}
    network = {"width": 16, "heads": 2, "layers": 1, "rank": 3, "local": 8}
    protocols = [protocol | {"layouts": [[2, 16, 1.0]]} for protocol in SETTINGS["protocols"]]
    return SETTINGS | {"network": network, "protocols": protocols, "training": SETTINGS["training"] | small}


@pytest.mark.parametrize("chunk", [2, 4])
def test_training_goes_on_where_it_was_killed(tmp_path, monkeypatch, chunk):
    settings = little_training()
    (tmp_path / "killed").mkdir()
    whole = train(1, tmp_path / "whole.pt", settings, read_assumptions())
    learn = training.Run.learn

    def dies(run, *arguments):
        if run.chunk == chunk:
            raise KeyboardInterrupt
        return learn(run, *arguments)

    monkeypatch.setattr(training.Run, "learn", dies)
    with pytest.raises(KeyboardInterrupt):
        train(1, tmp_path / "killed" / "one.pt", settings, read_assumptions())
    monkeypatch.setattr(training.Run, "learn", learn)
    again = train(1, tmp_path / "killed" / "one.pt", settings, read_assumptions())
    for one, other in zip(whole.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)
    assert not list(tmp_path.rglob("*.checkpoint"))
    stored = load_network(tmp_path / "whole.pt")
    assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), stored.parameters(), strict=True))


def test_a_longer_training_goes_on_from_a_shorter_one(tmp_path, monkeypatch):
    """Before its rate falls it has learnt the same, so it ends as if it had been asked for at once."""
    settings = little_training()
    longer = settings | {"training": settings["training"] | {"chunks": 10}}
    (tmp_path / "once").mkdir()
    at_once = train(1, tmp_path / "once" / "long.pt", longer, read_assumptions())
    train(1, tmp_path / "short.pt", settings, read_assumptions())
    seen = []
    monkeypatch.setattr(training, "chunks", lambda first, *rest: seen.append(first) or chunks(first, *rest))
    after = train(1, tmp_path / "long.pt", longer, read_assumptions())
    assert seen == [3]
    assert all(torch.equal(a, b) for a, b in zip(at_once.parameters(), after.parameters(), strict=True))
    with pytest.raises(ValueError, match="trained on 6 chunks; expected at most 3: ask for more chunks"):
        train(1, tmp_path / "shorter.pt", settings, read_assumptions())
    other = longer | {"masks": longer["masks"] | {"deep": 0.1}}
    with pytest.raises(ValueError, match="with other settings or assumptions"):
        train(1, tmp_path / "other.pt", other, read_assumptions())


def test_chunks_are_the_same_made_by_another_process():
    settings = little_training()
    beside = settings | {"training": settings["training"] | {"beside": True}}
    pairs = zip(*(chunks(3, 5, 1, some, read_assumptions()) for some in (settings, beside)), strict=True)
    for (one, one_draws), (other, other_draws) in pairs:
        assert all(torch.equal(value, vars(other)[name]) for name, value in vars(one).items())
        assert torch.equal(one_draws.uniform(3), other_draws.uniform(3))


def test_tokens_that_begin_elsewhere_give_an_answer_of_the_same_samples(subjects):
    """Trials that begin a token earlier are read as they are, but for their first token, which is all one sample."""
    torch.manual_seed(0)
    network = DensityEstimator(SMALL).eval()
    recording = Recording(load_joint("elbow6"), (trial_of(subjects, 1, 0, ("BIClong",)),))
    seen = observe(recording, NominalJoint())
    for phase in PHASES:
        some = in_phase(seen, phase)
        posterior = network(some.movements, some.still, some.moving, some.present, torch.arange(1))
        cut = out_of_phase(posterior, seen, phase)
        assert cut.mean.shape == (1, 48 * len(SLOTS) + SMALL.n_parameters)
        whole = posterior.mean[:, : -SMALL.n_parameters].unflatten(1, (-1, len(SLOTS)))
        assert torch.equal(cut.mean[:, : len(SLOTS)], whole[:, phase])
        assert torch.equal(cut.mean[:, -SMALL.n_parameters :], posterior.mean[:, -SMALL.n_parameters :])


def test_a_subject_with_uneven_trials(subjects):
    torch.manual_seed(0)
    muscles, joint = ("BIClong", "TRIlat"), load_joint("elbow6")
    trials = [replace(trial_of(subjects, 1, 0, muscles, 22), name="short"), trial_of(subjects, 1, 1, muscles)]
    networks = tuple(DensityEstimator(SMALL).eval() for _ in range(2))
    amortised = AmortisedPosterior(networks, torch.ones(37), {"flexor": 1.0, "extensor": 1.0}, TrainedWith.now())
    contraction = Contraction("mvc", 1.57, 40.0, envelope_matrix(joint.muscle_names, dict.fromkeys(muscles, 0.9)))
    posterior = amortised.infer(Recording(joint, tuple(trials), (contraction,)))
    mean, sd = posterior.moments()
    assert posterior.neighbour_level.shape == (2, 48, len(SLOTS)) and mean.isfinite().all() and (sd > 0).all()
    alone = amortised.infer(Recording(joint, (trials[0],))).neighbour_level
    assert alone.shape == (1, 24, len(SLOTS)) and len(trials) <= MOST_TRIALS
    centre, sd = posterior.parameters()
    assert centre.shape == sd.shape == (len(ParameterScale().scheme),)


def test_features_have_names_in_their_order(subjects, nominal):
    assert len(NAMES) == len(set(NAMES)) == len(SHARED) + len(SLOTS) * len(OF_MUSCLE) == len(mechanical())
    windows = windows_of(subjects)
    found = features(windows, nominal, UNKNOWN)
    assert found.shape == (8, 2, 48, len(NAMES))
    place = SLOTS.index("TRIlat")
    expected = {
        "angle": windows.angle - 1,
        "load": (windows.load / 3)[..., None].expand_as(windows.angle),
        "reference is MVC": windows.is_mvc.float()[:, None, None].expand_as(windows.angle),
        "TRIlat observed": windows.observed[:, :, None, place].float().expand_as(windows.angle),
        "TRIlat in the model": windows.in_model[:, None, None, place].float().expand_as(windows.angle),
    }
    for name, value in expected.items():
        assert torch.allclose(found[..., NAMES.index(name)], value), name


def test_parameters_on_their_scale_and_back():
    scale = ParameterScale()
    values = scale.generic * 1.1
    values[scale.generic == 0] = 0.05
    assert torch.allclose(scale.values(scale.deviation(values)), values, rtol=1e-4)
    assert scale.deviation(scale.generic).abs().max() == 0
