"""The method on top of its networks: posteriors, subject fit, state, refusals; whether it leaks: test_methods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from conftest import make_trial, record, with_envelopes
from deepemg.digest import file_digest
from deepemg.joint.definition import Joint, load_joint
from deepemg.joint.forward import ForwardModel
from deepemg.joint.joint_moment import joint_moment
from deepemg.joint.parameters import parameter_scheme
from deepemg.joint.scaling import scale_joint
from deepemg.joint.settings import ForwardSettings
from deepemg.pretrain.trees import draw_samples, train_trees
from deepemg.reconstruct.boosted_trees import BoostedTrees, save_ensembles
from deepemg.reconstruct.contract import Method
from deepemg.reconstruct.load import load
from deepemg.reconstruct.nmm.amortised_posterior import load_weights
from deepemg.reconstruct.nmm.density_estimator import DensityEstimator
from deepemg.reconstruct.nmm.envelope_posterior import EnvelopePosterior, envelope_posteriors
from deepemg.reconstruct.nmm.level_correction import level_factors
from deepemg.reconstruct.nmm.method import NMM, FittedNMM, nearest
from deepemg.reconstruct.nmm.null_direction import level_covariance, torque_landscape
from deepemg.reconstruct.nmm.parameter_scale import ParameterScale
from deepemg.reconstruct.nmm.personal_posterior import identified, personal_posterior
from deepemg.reconstruct.nmm.subject_fit import minimise
from deepemg.reconstruct.nmm.subject_objective import SubjectFitSettings, SubjectObjective
from deepemg.reconstruct.nmm.trained_with import TrainedWith
from deepemg.signals.recording import Contraction, Recording, Trial, envelope_matrix
from deepemg.signals.settings import EnvelopeSettings
from study import few_trees, untrained_weights


def hold(joint: Joint) -> Contraction:
    """A submaximal flexion with measured torque."""
    levels = {"BIClong": 0.3, "BICshort": 0.3, "TRIlong": 0.05, "TRIlat": 0.05}
    return Contraction("hold", 1.57, 20.0, envelope_matrix(joint.muscle_names, levels))


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(untrained_weights(tmp_path_factory.mktemp("weights") / "nmm.pt"))


@pytest.fixture(scope="module")
def method(weights: str) -> NMM:
    return NMM(weights=weights)


@pytest.fixture(scope="module")
def fitted(recording: Recording, method: NMM) -> FittedNMM:
    return method.fit(recording)


def test_observed_muscles_are_as_measured_and_hidden_ones_have_a_band(
    fitted: FittedNMM, trials: tuple[Trial, ...], elbow6: Joint
) -> None:
    result = fitted.reconstruct(trials[1])
    for place, name in enumerate(elbow6.muscle_names):
        width = result.upper[:, place] - result.lower[:, place]
        if name in trials[1].observed:
            assert np.array_equal(result.mean[:, place], np.clip(trials[1].envelope(name), 0, 1)) and not width.any()
        else:
            assert (width > 0).all()


def test_the_subject_fit_closes_the_torque(
    fitted: FittedNMM, recording: Recording, trials: tuple[Trial, ...], method: NMM
) -> None:
    loose = replace(method, iterations=0).fit(recording)
    before, after = (
        np.sqrt(np.mean((f.reconstruct(trials[1]).torque - trials[1].torque) ** 2)) for f in (loose, fitted)
    )
    assert after < 0.5 * before
    history = fitted.history()
    assert list(history["epoch"]) == [0, method.iterations] and history["loss"].iloc[1] < history["loss"].iloc[0]


def test_without_mvc_the_subject_fit_leaves_envelopes_alone(
    recording: Recording, trials: tuple[Trial, ...], method: NMM
) -> None:
    without = replace(recording, reference="training maximum")
    fitted, free = (m.fit(without).reconstruct(trials[1]) for m in (method, replace(method, iterations=0)))
    assert np.array_equal(fitted.mean, free.mean) and np.array_equal(fitted.upper, free.upper)
    missed = [np.sqrt(np.mean((some.torque - trials[1].torque) ** 2)) for some in (fitted, free)]
    assert missed[0] < 0.5 * missed[1]  # torque is that of the fit all the same
    moved = replace(method, moves_without_mvc=True).fit(without).reconstruct(trials[1])
    assert not np.array_equal(moved.mean, free.mean)


def test_motion_alone_reads_no_emg_of_the_trial_and_gives_all_muscles(
    recording: Recording, trials: tuple[Trial, ...], method: NMM
) -> None:
    fitted = replace(method, emg=False).fit(recording)
    another = replace(trials[1], name="another")
    canary = with_envelopes(another, {name: np.full_like(another.angle, 0.77) for name in another.observed})
    one, two = fitted.reconstruct(another), fitted.reconstruct(canary)
    assert np.array_equal(one.mean, two.mean) and (one.upper > one.lower).all()


def test_without_torque_none_is_read_anywhere(
    recording: Recording, trials: tuple[Trial, ...], elbow6: Joint, method: NMM
) -> None:
    changed = record(elbow6, [replace(trial, torque=trial.torque + 100) for trial in trials])
    without = replace(method, torque=False)
    one, two = (without.fit(some).reconstruct(some.trials[1]) for some in (recording, changed))
    assert np.array_equal(one.mean, two.mean) and np.array_equal(one.torque, two.torque)


def test_contractions_are_read_unless_forbidden(recording: Recording, elbow6: Joint, method: NMM) -> None:
    amortised = load_weights(method.weights)
    with_hold = replace(recording, contractions=(hold(elbow6),))
    free, known = (method.infer(amortised, some).moments()[0] for some in (recording, with_hold))
    without = replace(method, contractions=False).infer(amortised, with_hold).moments()[0]
    assert not torch.equal(free, known) and torch.equal(free, without)


def test_of_contractions_those_with_torque_count(recording: Recording, elbow6: Joint, method: NMM) -> None:
    amortised, measured = load_weights(method.weights), hold(elbow6)
    without_torque = replace(measured, torque=None, angle=0.5)
    of = {
        key: method.infer(amortised, replace(recording, contractions=some)).moments()[0]
        for key, some in {"both": (measured, without_torque), "one": (measured,), "other": (without_torque,)}.items()
    }
    assert torch.equal(of["both"], of["one"]) and not torch.equal(of["one"], of["other"])


def test_a_trial_is_never_read_beside_itself_and_many_are_read_by_load(elbow6: Joint) -> None:
    context = [make_trial(elbow6, name=f"{load}", load_kg=float(load), seconds=1) for load in range(20)]
    chosen = nearest(context, replace(context[7], load_kg=7.0))
    assert len(chosen) == 11 and "7" not in [trial.name for trial in chosen]
    assert {trial.load_kg for trial in chosen} <= set(range(1, 14))


def test_a_saved_subject_finds_its_networks_again(trials: tuple[Trial, ...], elbow6: Joint, tmp_path: Path) -> None:
    weights = untrained_weights(tmp_path / "nmm.pt")
    given = record(elbow6, trials, [hold(elbow6), replace(hold(elbow6), torque=None)], "training maximum")
    fitted = NMM(weights=str(weights)).fit(given)
    fitted.save(tmp_path / "model")
    assert (tmp_path / "model").stat().st_size < weights.stat().st_size + 100_000  # the subject's own, and no network
    moved = weights.rename(tmp_path / "elsewhere.pt")
    again = load(tmp_path / "model", weights=moved)
    assert isinstance(again, FittedNMM)
    one, two = fitted.reconstruct(trials[2]), again.reconstruct(trials[2])
    assert np.array_equal(one.mean, two.mean) and np.array_equal(one.upper, two.upper)
    assert np.array_equal(one.lower, two.lower) and np.array_equal(one.torque, two.torque)
    context = again.context
    assert context.reference == "training maximum" and context.signals == given.signals
    assert [trial.name for trial in context.trials] == [trial.name for trial in trials]
    for kept, own in zip(context.contractions, given.contractions, strict=True):
        assert (kept.role, kept.angle, kept.torque) == (own.role, own.angle, own.torque)
        assert np.array_equal(kept.envelopes, own.envelopes, equal_nan=True)


def test_the_posterior_is_smooth_between_the_samples_of_the_network(
    recording: Recording, elbow6: Joint, method: NMM
) -> None:
    amortised = load_weights(method.weights)
    inferred = method.infer(amortised, recording)
    found = envelope_posteriors(inferred, amortised, recording, measured_log_sd=method.measured_log_sd)[0]
    place = elbow6.muscle_names.index("BRA")
    assert found.hidden[place] and not found.hidden[elbow6.muscle_names.index("BIClong")]
    assert np.all(found.lower[:, place] <= found.mean[:, place])
    assert np.all(found.mean[:, place] <= found.upper[:, place])
    assert np.abs(np.diff(found.mean[:, place], 2)).max() < 0.02


def test_parameters_of_a_scaled_joint_keep_its_scale(elbow6: Joint) -> None:
    scale, scaled = ParameterScale(), scale_joint(elbow6, {"upper_arm_m": 0.34, "forearm_m": 0.28})
    count = len(scale.scheme)
    generic, _ = personal_posterior(scaled, torch.zeros(count), torch.ones(count), scale)
    assert generic == pytest.approx(parameter_scheme(scaled, "hill32").generic)
    moved, sd = personal_posterior(scaled, torch.ones(count), torch.ones(count), scale)
    scheme = parameter_scheme(scaled, "hill32")
    force = scheme.index("max_isometric_force")
    assert moved[force] == pytest.approx(scheme.generic[force] * np.exp(0.25), rel=1e-6)
    assert (sd > 0).all() and (moved >= scheme.lower).all() and (moved <= scheme.upper).all()


def test_identified_is_half_the_spread_of_the_prior() -> None:
    assert identified(np.array([0.4, 0.6]), np.ones(2)).tolist() == [True, False]


def test_the_subject_fit_finds_a_hidden_muscle_that_torque_tells(elbow6: Joint) -> None:
    """All muscles but brachialis are sure; torque was made with twice the brachialis of the posterior."""
    trial = make_trial(elbow6, seconds=4)
    model = ForwardModel(elbow6, rate_hz=trial.rate_hz)
    true = np.full((len(trial.time_s), 6), 0.1)
    true[:, elbow6.muscle_names.index("BRA")] = 0.3
    motion = torch.tensor(trial.angle), torch.tensor(trial.velocity)
    trial = replace(trial, torque=model(torch.tensor(true), *motion, model.generic()).numpy())
    supposed = true.copy()
    supposed[:, elbow6.muscle_names.index("BRA")] = 0.15
    hidden = np.array([name == "BRA" for name in elbow6.muscle_names])
    spread = np.where(hidden, np.ones_like(true), 0.001)
    posterior = EnvelopePosterior(supposed, supposed, supposed, spread, hidden)
    sure = model.generic().numpy(), np.full(32, 1e-6)
    settings = SubjectFitSettings(posterior_weight=0.01)
    objective = SubjectObjective([trial], elbow6, [posterior], sure, settings, ForwardSettings(), personal=True)
    found = minimise(objective, 200)
    middle = slice(50, -50)
    assert found.excitations[0][middle, 2] == pytest.approx(0.3, abs=0.02)


def test_torque_landscape_is_torque_with_both_muscles_scaled(
    fitted: FittedNMM, trials: tuple[Trial, ...], elbow6: Joint
) -> None:
    pair, factors = ("BRA", "TRImed"), (np.array([0.5, 1.0]), np.array([1.0, 3.0]))
    found = torque_landscape(fitted, trials[1], pair, factors)
    excitation = fitted.reconstruct(trials[1]).mean.copy()
    for muscle, factor in zip(pair, (0.5, 3.0), strict=True):
        place = elbow6.muscle_names.index(muscle)
        excitation[:, place] = (factor * excitation[:, place]).clip(0, 1)
    model = ForwardModel(elbow6, rate_hz=trials[1].rate_hz, settings=fitted.method.forward)
    inputs = (torch.tensor(value) for value in (excitation, trials[1].angle, trials[1].velocity, fitted.personal))
    missed = model(*inputs).numpy() - trials[1].torque
    assert found[0, 1] == pytest.approx(np.sqrt(np.mean(missed**2)), rel=1e-9)


def test_levels_are_as_uncertain_as_the_bands(fitted: FittedNMM, trials: tuple[Trial, ...]) -> None:
    one = level_covariance(fitted, trials[1], ("BRA", "TRImed"))
    wide = replace(fitted, amortised=replace(fitted.amortised, band_scale={"flexor": 2.0, "extensor": 3.0}))
    two = level_covariance(wide, trials[1], ("BRA", "TRImed"))
    assert np.linalg.eigvalsh(one).min() > 0
    # but for the little by which the phases of the tokens differ, which no band scale widens
    assert two == pytest.approx(one * np.outer([2, 3], [2, 3]), rel=0.01)


def test_without_networks_they_change_nothing(recording: Recording, method: NMM) -> None:
    without = replace(method, network=False)
    amortised = load_weights(method.weights)
    other = replace(amortised, networks=(DensityEstimator(replace(amortised.networks[0].shape, width=32)).eval(),))
    one, two = (without.infer(some, recording).moments() for some in (amortised, other))
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))
    assert all(torch.equal(a, b) for a, b in zip(one, amortised.prior(recording).moments(), strict=True))
    mean, sd = one
    assert not mean.any() and (sd[: -len(amortised.prior_sd)] == 1).all()


def test_single_networks_can_be_used(recording: Recording, method: NMM) -> None:
    amortised = load_weights(method.weights)
    torch.manual_seed(1)
    other = DensityEstimator(amortised.networks[0].shape).eval()
    two = replace(amortised, networks=(*amortised.networks, other))
    assert len(two.members(()).networks) == 2 and two.members((2,)).networks == (other,)
    alone, both = (replace(method, networks=some).infer(two, recording).members for some in ((2,), ()))
    assert len(both) == 2 * len(alone)
    assert all(torch.equal(one.mean, other.mean) for one, other in zip(alone, both[1::2], strict=True))
    for absent in (0, 3):
        with pytest.raises(ValueError, match=rf"networks: found \[{absent}\]; expected numbers from 1 to 2"):
            two.members((absent,))
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        NMM(networks=(0,))


def test_a_muscle_given_in_the_training_trials_is_read_there(
    trials: tuple[Trial, ...], elbow6: Joint, method: NMM
) -> None:
    recorded = [with_envelopes(trial, {"BRA": 0.5 * trial.envelope("BIClong")}) for trial in trials]
    fitted, plain = (method.fit(record(elbow6, some[:2])) for some in (recorded, trials))
    place = elbow6.muscle_names.index("BRA")
    one, two = (some.reconstruct(trials[2]).mean[:, place] for some in (fitted, plain))
    assert not np.array_equal(one, two)
    given = fitted.reconstruct(recorded[0])
    assert np.array_equal(given.mean[:, place], recorded[0].envelope("BRA"))


@pytest.mark.parametrize("level", [0.3, 0.9])
def test_a_muscle_given_in_the_training_trials_has_their_level(
    trials: tuple[Trial, ...], elbow6: Joint, method: NMM, level: float
) -> None:
    recorded = [with_envelopes(trial, {"BRA": level * trial.envelope("BIClong")}) for trial in trials]
    fitted = replace(method, network=False, iterations=0).fit(record(elbow6, recorded[:2]))
    found = fitted.reconstruct(trials[2])
    place = elbow6.muscle_names.index("BRA")
    assert found.mean[:, place].mean() == pytest.approx(recorded[2].envelope("BRA").mean(), rel=0.1)
    assert (found.lower[:, place] < found.mean[:, place]).all() and (found.upper <= 1).all()


def test_the_level_is_that_of_the_trials_that_give_it(trials: tuple[Trial, ...], elbow6: Joint) -> None:
    others = [with_envelopes(trials[0], {"BRA": np.full_like(trials[0].angle, 0.2)}), trials[1]]
    inferred = []

    def infer(trial: Trial) -> EnvelopePosterior:
        inferred.append(trial.observed)
        mean = np.full(trial.envelopes.shape, 0.4)
        return EnvelopePosterior(mean, mean, mean, mean, ~trial.is_observed)

    factors = level_factors(others, trials[2], infer)
    assert factors == pytest.approx(np.where(np.array(elbow6.muscle_names) == "BRA", 0.5, 1.0))
    assert inferred == [trials[0].observed]


# Recordings that the weights cannot read


@pytest.fixture(scope="module", params=["nmm", "trees"])
def with_weights(
    request: pytest.FixtureRequest, weights: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Method]:
    """The method, with changed settings, of the weights."""
    if request.param == "nmm":
        return lambda **changes: NMM(**{"weights": weights, **changes})
    path = tmp_path_factory.mktemp("trees") / "trees.pt"
    save_ensembles(train_trees(draw_samples(2, few_trees()), 2, few_trees()), path)
    return lambda **changes: BoostedTrees(**{"weights": str(path), **changes})


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"envelope_cutoff_hz": 3.0}, "found envelope_cutoff_hz 3; expected 6,"),
        ({"mvc_window_s": 1.0}, "found mvc_window_s 1; expected 0.5,"),
        ({"order": 2}, "found filter_order 2; expected 4,"),
        ({"amplitude": "rectified"}, "found amplitude rectified; expected whitened,"),
        ({"order": 2, "mvc_window_s": 1.0}, "found filter_order 2, mvc_window_s 1; expected 4, 0.5,"),
    ],
)
def test_signals_made_otherwise_than_in_training_are_refused(
    with_weights: Callable[..., Method], recording: Recording, change: dict[str, Any], found: str
) -> None:
    other = replace(recording, signals=EnvelopeSettings(**change))
    with pytest.raises(ValueError, match="DE-092 weights: ") as refused:
        with_weights().fit(other)
    assert found in str(refused.value) and "\n" not in str(refused.value)


def test_weights_that_name_no_amplitude_were_trained_with_the_rectified_one() -> None:
    older = {name: value for name, value in TrainedWith.now().state().items() if name != "amplitude"}
    assert TrainedWith.restore(older).amplitude == "rectified"
    newer = TrainedWith.restore(older | {"amplitude": "whitened"})
    newer.check_signals(EnvelopeSettings(amplitude="whitened"), ForwardSettings())
    with pytest.raises(ValueError, match="found amplitude rectified; expected whitened,"):
        newer.check_signals(EnvelopeSettings(amplitude="rectified"), ForwardSettings())


def test_another_activation_than_in_training_is_refused(
    with_weights: Callable[..., Method], recording: Recording
) -> None:
    method = with_weights(forward=ForwardSettings(activation_time_constant_s=0.03))
    with pytest.raises(ValueError, match=r"DE-092 .* activation_time_constant_s 0\.03; expected 0\.015,") as r:
        method.fit(recording)
    assert "\n" not in str(r.value)


def knee_trial() -> Trial:
    """A movement of the knee with all four channels."""
    knee, like = load_joint("knee4"), make_trial(load_joint("elbow6"))
    torque = joint_moment(knee.skeleton, like.angle, np.gradient(like.velocity, like.time_s), load_kg=like.load_kg)
    envelopes = np.column_stack([like.envelope("BIClong")] * len(knee.muscles))
    return replace(like, torque=torque, envelopes=envelopes, muscles=knee.muscle_names)


def test_a_joint_that_the_weights_do_not_know_is_refused(with_weights: Callable[..., Method]) -> None:
    knee = record(load_joint("knee4"), [knee_trial()])
    with pytest.raises(ValueError, match=r"DE-091 joint knee4: found .*; expected muscles that the weights know") as r:
        with_weights().fit(knee)
    assert "\n" not in str(r.value) and all(name in str(r.value) for name in knee.joint.muscle_names)


@pytest.mark.parametrize(
    "change", [{"features": ["angle"]}, {"features": []}, {"joint": "elbow6"}, {"scheme": "x"}, {"clock_hz": 10.0}]
)
def test_weights_of_other_features_are_refused(
    with_weights: Callable[..., Method], recording: Recording, change: dict[str, Any], tmp_path: Path
) -> None:
    method = with_weights()
    state = torch.load(method.weights, weights_only=True)  # type: ignore[attr-defined]
    torch.save(state | {"trained_with": state["trained_with"] | change}, tmp_path / "other.pt")
    with pytest.raises(ValueError, match="trained with other features than this version of deepemg makes") as refused:
        replace(method, weights=str(tmp_path / "other.pt")).fit(recording)  # type: ignore[type-var]
    assert "\n" not in str(refused.value)


def test_other_weights_than_those_of_a_fit_are_refused_by_their_digest(
    trials: tuple[Trial, ...], elbow6: Joint, tmp_path: Path
) -> None:
    weights = untrained_weights(tmp_path / "nmm.pt")
    NMM(weights=str(weights)).fit(record(elbow6, trials)).save(tmp_path / "model")
    expected = file_digest(weights)
    changed = bytearray(weights.read_bytes())
    changed[len(changed) // 2] ^= 1
    weights.write_bytes(changed)
    for given, found in ((None, file_digest(weights)), (tmp_path / "absent.pt", "no such file")):
        with pytest.raises(ValueError, match=f"DE-093 .*found .*{found}; expected weights {expected}.*Fix:") as refused:
            load(tmp_path / "model", weights=given)
        assert "\n" not in str(refused.value)


def test_a_model_of_another_layout_is_told_as_such(fitted: FittedNMM, tmp_path: Path) -> None:
    fitted.save(tmp_path / "model")
    model = torch.load(tmp_path / "model", weights_only=True)
    del model["layout"]
    torch.save(model, tmp_path / "model")
    with pytest.raises(ValueError, match=r"found a model of another layout .*Fix: fit and save it again") as refused:
        load(tmp_path / "model")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("method", "way"), [(NMM, "dvc pull"), (BoostedTrees, "snakemake")])
def test_weights_that_are_not_there_are_missed_with_the_way_to_get_them(
    method: Callable[..., Method], way: str, recording: Recording, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError, match=rf"DE-093 .*Fix: .*{way}"):
        method(weights=str(tmp_path / "absent.pt")).fit(recording)


def test_files_that_are_no_weights_are_refused_in_one_line(
    with_weights: Callable[..., Method], weights: str, recording: Recording, tmp_path: Path
) -> None:
    others = {"text": b"no weights", "empty": b"", "bytes": bytes(range(256)), "cut": Path(weights).read_bytes()[:999]}
    for name, content in others.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=rf"{name}: found .*; expected (the weights|trained trees)") as raised:
            with_weights(weights=str(tmp_path / name)).fit(recording)
        assert "\n" not in str(raised.value)


def test_weights_of_the_other_method_are_refused(weights: str, recording: Recording, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected trained trees"):
        BoostedTrees(weights=weights).fit(recording)
    save_ensembles({}, tmp_path / "trees.pt")
    with pytest.raises(ValueError, match="expected the weights of nmm"):
        NMM(weights=str(tmp_path / "trees.pt")).fit(recording)


def test_weights_have_the_same_bytes_under_any_name(weights: str, tmp_path: Path) -> None:
    for name in ("a.pt", "another.pt"):
        load_weights(weights).save(tmp_path / name)
    assert (tmp_path / "a.pt").read_bytes() == (tmp_path / "another.pt").read_bytes()
