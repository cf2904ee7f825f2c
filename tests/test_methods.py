"""One contract, every method."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from conftest import ROOT, make_trial
from study import FEW_TREES, untrained_prior

from deepemg.reconstruct.copy import neighbours
from deepemg.reconstruct.synergy_extrapolation.synergies import extract
from deepemg.reconstruct.paper_nmm.windows import cut, join, window_starts
from deepemg.reconstruct.registry import MODULES, method
from deepemg.pretrain.trees import draw_samples, save, train
from deepemg.reconstruct.variants import base_method, variant_seed, variant_settings

CONFIG = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["fit_method"]
CALIBRATION = CONFIG["calibration"] | {"iterations": 5}
QUICK = {
    "moco": {"mesh_interval_s": 0.25},
    "hybrid": {"calibration": CALIBRATION},
    "mse": {"restarts": 2, "calibration_rounds": 1, "calibration": CALIBRATION},
    "nmm-paper": {"epochs": 25, "width": 16, "layers": 1},
}
VARIANTS = (
    "so3",
    "mse-vaf",
    "mse-trial",
    "mse-own",
    "paper-mlp",
    "paper-gru",
    "nmm-motion",
    "nmm-no-torque",
    "nmm-no-network",
)  # those with code of their own
TRACKING = ("so", "so3", "hybrid", "hybrid-mapped", "mse-trial", "nmm", "nmm-motion", "nmm-no-network", "trees")
METHODS = sorted({*MODULES, *VARIANTS})


@pytest.fixture(scope="module", autouse=True)
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    QUICK["nmm"] = {"prior": str(untrained_prior(folder / "prior.pt"))}
    QUICK["trees"] = {"model": str(folder / "trees.joblib")}
    save(train(draw_samples(1, FEW_TREES), 1, FEW_TREES), folder / "trees.joblib")


def settings_of(name):
    settings = variant_settings(CONFIG, name)
    if "nmm-paper" in settings:
        settings["nmm-paper"] = settings["nmm-paper"] | QUICK["nmm-paper"]
    return settings | QUICK.get(base_method(CONFIG, name), {})


def fit(name, trials, joint, seed=1):
    return method(base_method(CONFIG, name)).fit(trials, joint, seed=seed, settings=settings_of(name))


@pytest.fixture(scope="module", params=METHODS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def fitted(name, trials, elbow6):
    return fit(name, trials, elbow6)


def same(a, b):
    return all(
        np.array_equal(getattr(a, k), getattr(b, k), equal_nan=True) for k in ("mean", "lower", "upper", "torque")
    )


def test_shapes_names_and_range(fitted, trials, elbow6):
    result = fitted.reconstruct(trials[1])
    shape = (len(trials[1].time_s), 6)
    assert result.muscles == elbow6.muscle_names
    assert result.mean.shape == result.lower.shape == result.upper.shape == shape
    assert result.torque.shape == shape[:1] and result.mean.dtype == float
    assert np.isfinite(result.mean).all() and np.isfinite(result.torque).all()
    assert result.mean.min() >= 0 and result.mean.max() <= 1
    banded = np.isfinite(result.lower)
    assert np.all((result.lower <= result.mean) | ~banded) and np.all((result.mean <= result.upper) | ~banded)


def test_table_has_every_muscle_with_its_band(fitted, trials, elbow6):
    columns = ["time_s", "torque_nm"]
    for muscle in elbow6.muscle_names:
        columns += [muscle, f"{muscle}_lower", f"{muscle}_upper"]
    assert list(fitted.reconstruct(trials[0]).table().columns) == columns


def test_parameters_are_thirty_two_inside_their_bounds(fitted):
    table = fitted.parameters()
    assert len(table) == 32
    assert (table["personal"] >= table["lower"]).all() and (table["personal"] <= table["upper"]).all()
    assert {"muscle", "parameter", "unit", "generic", "sd", "identified", "at_bound"} <= set(table.columns)


def test_the_same_seed_gives_the_same_result(name, fitted, trials, elbow6):
    assert same(fit(name, trials, elbow6).reconstruct(trials[0]), fitted.reconstruct(trials[0]))


def test_saved_and_loaded_is_the_same(name, fitted, trials, tmp_path):
    path = tmp_path / "model"
    fitted.save(path)
    again = method(base_method(CONFIG, name)).load(path)
    assert same(again.reconstruct(trials[2]), fitted.reconstruct(trials[2]))
    assert again.parameters().equals(fitted.parameters())


def test_a_fit_changes_none_of_its_inputs(name, elbow6):
    trial = make_trial(elbow6)
    before = {key: values.copy() for key, values in trial.envelopes.items()} | {"angle": trial.angle.copy()}
    fit(name, [trial], elbow6).reconstruct(trial)
    after = trial.envelopes | {"angle": trial.angle}
    assert all(np.array_equal(before[key], after[key]) for key in before)


def test_one_trial_is_enough(name, elbow6):
    trial = make_trial(elbow6, seconds=1.0)
    assert np.isfinite(fit(name, [trial], elbow6).reconstruct(trial).mean).all()


def test_no_trial_is_refused(name, elbow6):
    with pytest.raises(ValueError, match="at least one trial"):
        fit(name, [], elbow6)


def test_values_that_are_not_finite_are_refused(elbow6):
    trial = make_trial(elbow6)
    for field in ("angle", "torque"):
        bad = getattr(trial, field).copy()
        bad[7] = np.nan
        with pytest.raises(ValueError, match=field):
            replace(trial, **{field: bad})
    bad = trial.envelopes | {"BIClong": np.full_like(trial.angle, np.inf)}
    with pytest.raises(ValueError, match="BIClong"):
        replace(trial, envelopes=bad)


def test_columns_of_unequal_length_are_refused(elbow6):
    trial = make_trial(elbow6)
    with pytest.raises(ValueError, match="velocity"):
        replace(trial, velocity=trial.velocity[:-1])


def test_a_silent_channel_is_survived(name, elbow6):
    trial = make_trial(elbow6)
    silent = replace(trial, envelopes=trial.envelopes | {"TRIlong": np.zeros_like(trial.angle)})
    assert np.isfinite(fit(name, [silent], elbow6).reconstruct(silent).mean).all()


def test_any_subset_of_muscles_may_be_observed(name, elbow6):
    trial = make_trial(elbow6)
    for observed in (("TRIlat",), ("BIClong", "TRIlat"), ("TRIlong", "BICshort", "BIClong")):
        part = replace(trial, envelopes={muscle: trial.envelopes[muscle] for muscle in observed})
        result = fit(name, [part], elbow6).reconstruct(part)
        assert result.mean.shape[1] == 6 and np.isfinite(result.mean).all()


def test_trials_that_observe_different_muscles_are_refused(name, elbow6):
    trial = make_trial(elbow6)
    other = replace(trial, envelopes={"BIClong": trial.envelopes["BIClong"]})
    with pytest.raises(ValueError, match="observes"):
        fit(name, [trial, other], elbow6)


def test_a_muscle_the_arm_lacks_is_refused(name, elbow6):
    trial = make_trial(elbow6)
    with pytest.raises(ValueError, match="muscles of arm"):
        fit(name, [replace(trial, envelopes={"BRD": trial.envelopes["BIClong"]})], elbow6)


def test_order_of_the_channels_does_not_matter(name, trials, elbow6):
    turned = [replace(t, envelopes=dict(reversed(t.envelopes.items()))) for t in trials]
    one, two = (fit(name, group, elbow6).reconstruct(group[1]) for group in (trials, turned))
    tolerance = 0.05 if name != "copy" else 1e-12  # random starts and float sums see another order
    assert np.max(np.abs(one.mean - two.mean)) < tolerance


def test_reconstruction_does_not_read_the_torque_of_the_trial(name, fitted, trials):
    """Torque fixes the fit; at reconstruction these methods see motion, load and observed EMG only."""
    if name in TRACKING:
        pytest.skip("tracks the torque of the trial that it reconstructs")
    changed = replace(trials[1], torque=trials[1].torque + 100)
    assert same(fitted.reconstruct(changed), fitted.reconstruct(trials[1]))


@pytest.mark.parametrize(("scheme", "curves", "tendon"), [("hill32_recursive", "thelen", "rigid"), ("strength_factors", "millard", "compliant")])
def test_every_forward_model_can_be_fitted(name, scheme, curves, tendon, elbow6):
    trial = make_trial(elbow6, seconds=3)
    forward = CONFIG["forward"] | {"scheme": scheme, "curves": curves, "tendon": tendon}
    settings = settings_of(name) | {"forward": forward, "epochs": 3}
    fitted = method(base_method(CONFIG, name)).fit([trial], elbow6, seed=1, settings=settings)
    assert np.isfinite(fitted.reconstruct(trial).torque).all() and len(fitted.parameters()) == 32


def test_copy_is_the_mean_of_its_neighbours(trials, elbow6):
    result = fit("copy", trials, elbow6).reconstruct(trials[2])
    envelopes = trials[2].envelopes
    expected = np.clip((envelopes["BIClong"] + envelopes["BICshort"]) / 2, 0, 1)
    assert result.mean[:, elbow6.muscle_names.index("BRA")] == pytest.approx(expected)
    assert neighbours("BRA", ("TRIlat",), elbow6) == ["TRIlat"]


def test_extrapolation_by_principal_components_keeps_its_promises(elbow6):
    """Its free weights take long to find, so the contract is asked of one short trial only."""
    trial = make_trial(elbow6, seconds=1.0)
    result = fit("mse-pca", [trial], elbow6).reconstruct(trial)
    assert np.isfinite(result.mean).all() and result.mean.min() >= 0 and result.mean.max() <= 1
    assert same(fit("mse-pca", [trial], elbow6).reconstruct(trial), result)


def test_factorisation_finds_the_synergies_it_was_made_of():
    rng = np.random.default_rng(3)
    commands = np.abs(rng.normal(size=(400, 2)))
    truth = np.array([[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.3, 0.7]])
    envelopes = commands @ truth
    settings = settings_of("mse") | {"restarts": 5}
    found = extract(envelopes, settings, seed=1)
    directions = found.components * found.scale
    directions /= directions.sum(axis=1, keepdims=True)
    order = np.argmax(directions[:, 0])
    assert found.vaf > 0.9999 and directions[[order, 1 - order]] == pytest.approx(truth, abs=0.02)
    assert found.envelopes(found.commands(envelopes)) == pytest.approx(envelopes, abs=0.02)
    assert len(extract(envelopes, settings | {"n_synergies": 5}, seed=1).components) == 4  # no more than channels
    assert len(extract(envelopes, settings | {"n_synergies": "vaf"}, seed=1).components) == 2
    pca = extract(envelopes, settings | {"factorisation": "pca"}, seed=1)
    assert pca.envelopes(pca.commands(envelopes)) == pytest.approx(envelopes, abs=1e-9)


def test_mse_finds_hidden_weights_from_torque(elbow6):
    """Matched equations: truth made by the generic arm with hidden muscles that are synergies of the observed ones."""
    from deepemg.reconstruct.numpy_forward import NumpyForward

    settings = settings_of("mse") | {"activation_penalty": 0.0, "n_synergies": 2}
    made = []
    for load in (0.0, 2.0, 4.0):
        trial = make_trial(elbow6, name=f"{load}", load_kg=load, seconds=6)
        flexor, extensor = trial.envelopes["BIClong"], trial.envelopes["TRIlat"]
        observed = {"BIClong": flexor, "BICshort": 0.7 * flexor, "TRIlong": 0.9 * extensor, "TRIlat": extensor}
        full = observed | {"BRA": 0.6 * flexor, "TRImed": 0.0 * extensor}
        matrix = np.column_stack([full[muscle] for muscle in elbow6.muscle_names])
        torque = NumpyForward(elbow6, rate_hz=trial.rate_hz, settings=settings).torque(trial, matrix)
        made.append((replace(trial, torque=torque, envelopes=observed), full["BRA"]))
    fitted = method("mse").fit([trial for trial, _ in made], elbow6, seed=1, settings=settings)
    result = fitted.reconstruct(made[2][0])
    assert result.mean[:, elbow6.muscle_names.index("BRA")] == pytest.approx(made[2][1], abs=0.03)
    assert np.sqrt(np.mean((result.torque - made[2][0].torque) ** 2)) < 0.3


def test_training_reduces_the_loss_and_writes_its_history(trials, elbow6):
    history = fit("nmm-paper", trials, elbow6).history()
    assert list(history["epoch"]) == list(range(25))
    assert history["loss"].iloc[-1] < 0.5 * history["loss"].iloc[0]
    assert history[["emg_loss", "torque_loss", "parameter_loss"]].ge(0).all().all()


def test_windows_join_to_what_was_cut():
    import torch

    series = torch.randn(537, 4, dtype=torch.float64)
    starts = window_starts(537, 201, 100)
    assert starts[0] == 0 and starts[-1] == 537 - 201
    assert torch.allclose(join(cut(series, starts, 201), starts, 537), series)
    assert window_starts(100, 201, 100) == [0]


def test_no_method_opens_files_that_are_not_its_own(root: Path):
    for path in (root / "workflow" / "deepemg" / "reconstruct").rglob("*.py"):
        text = path.read_text()
        assert "held_out" not in text and "truth" not in text and "read_emg" not in text, path


def test_variants_are_their_method_with_other_settings():
    for name, entry in CONFIG["variants"].items():
        settings, own = variant_settings(CONFIG, name), variant_settings(CONFIG, entry["of"])
        changed = {key for key, value in settings.items() if own.get(key) != value} - {"nmm-paper"}
        assert changed == set(entry) - {"of", "seed"}, name
        assert variant_seed(CONFIG, name, 1) == entry.get("seed", 1)
    block = CONFIG | {"variants": {"x": {"of": "so", "exponents": 3}}}
    with pytest.raises(KeyError, match="no setting exponents"):
        variant_settings(block, "x")


def test_an_encoder_that_there_is_not_is_refused(trials, elbow6):
    with pytest.raises(KeyError, match="transformer, mlp and gru"):
        method("nmm-paper").fit(trials, elbow6, seed=1, settings=settings_of("nmm-paper") | {"encoder": "lstm"})


def test_calibrated_extrapolation_meets_the_torque_better(trials, elbow6):
    generic, own = (fit(name, trials, elbow6).history()["torque_loss"].iloc[0] for name in ("mse", "mse-own"))
    assert own < generic
