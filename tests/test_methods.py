"""One contract, every method."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
import yaml

import deepemg
from conftest import ROOT, make_trial, only, record, with_envelopes
from deepemg.joint.definition import Joint, load_joint
from deepemg.joint.settings import ForwardSettings
from deepemg.pretrain.trees import draw_samples, train_trees
from deepemg.reconstruct.boosted_trees import save_ensembles
from deepemg.reconstruct.calibration import CalibrationSettings
from deepemg.reconstruct.contract import Fitted, Method, Reconstruction
from deepemg.reconstruct.copy import neighbours
from deepemg.reconstruct.load import load
from deepemg.reconstruct.paper_nmm.windows import cut, join, window_starts
from deepemg.reconstruct.registry import METHODS, method_class
from deepemg.reconstruct.synergy_extrapolation.method import SynergyExtrapolation
from deepemg.reconstruct.synergy_extrapolation.synergies import SynergySettings, extract
from deepemg.recordings.problems import RecordingError
from deepemg.settings import as_plain
from deepemg.signals.recording import Recording, Trial, envelope_matrix
from deepemg.signals.settings import EnvelopeSettings
from deepemg.study.config import read_config
from study import few_trees, untrained_weights

FEW = CalibrationSettings(iterations=5)
QUICK: dict[str, dict[str, Any]] = {  # settings by method with which a fit takes no time
    "moco": {"mesh_interval_s": 0.25},
    "hybrid": {"calibration": FEW},
    "mse": {"restarts": 2, "calibration_rounds": 1, "calibration": FEW},
    "nmm-paper": {"epochs": 25, "width": 16, "layers": 1},
    "nmm": {"iterations": 20},
}
CASES: dict[str, tuple[str, dict[str, Any]]] = {name: (name, {}) for name in METHODS} | {
    "so3": ("so", {"exponent": 3}),
    "mse-vaf": ("mse", {"n_synergies": "vaf"}),
    "mse-trial": ("mse", {"extraction": "trial"}),
    "mse-own": ("mse", {"parameters": "own"}),
    "paper-mlp": ("nmm-paper", {"encoder": "mlp"}),
    "paper-gru": ("nmm-paper", {"encoder": "gru"}),
    "nmm-motion": ("nmm", {"emg": False}),
    "nmm-no-torque": ("nmm", {"torque": False}),
    "nmm-no-network": ("nmm", {"network": False}),
    "hybrid-mapped": ("hybrid", {"hidden_target": "mapped"}),
}  # every method, and the settings with code of their own
TRACKING = ("so", "so3", "hybrid", "hybrid-mapped", "mse-trial", "nmm", "nmm-motion", "nmm-no-network", "trees")
RANDOM = ("mse", "nmm-paper")  # methods that start at random
QUICKLY = ("copy", "so", "so3", "mse", "nmm-paper", "nmm", "trees")  # the others are marked slow
RESULT = ("mean", "lower", "upper", "torque")
OF_THE_SYSTEM = ("/proc", "/sys", "/dev", sys.prefix, sys.base_prefix, str(Path(deepemg.__file__).parent))


def marked(names: list[str]) -> list[Any]:
    """The names, those of slow methods and of variants marked."""
    return [name if name in QUICKLY else pytest.param(name, marks=pytest.mark.slow) for name in names]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files of weights by method; they have learnt nothing, or little."""
    folder = tmp_path_factory.mktemp("trained")
    save_ensembles(train_trees(draw_samples(1, few_trees()), 1, few_trees()), folder / "trees.pt")
    return {"nmm": untrained_weights(folder / "nmm.pt"), "trees": folder / "trees.pt"}


@pytest.fixture(scope="module", params=marked(sorted(CASES)))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def make(name: str, trained: dict[str, Path], **changes: Any) -> Method:
    """The method of a case with quick settings."""
    base, settings = CASES[name]
    weights = {"weights": str(trained[base])} if base in trained else {}
    return method_class(base)(**QUICK.get(base, {}) | settings | weights | changes)


@pytest.fixture(scope="module")
def method(name: str, trained: dict[str, Path]) -> Method:
    return make(name, trained)


@pytest.fixture(scope="module")
def fitted(method: Method, recording: Recording) -> Fitted:
    return method.fit(recording)


def same(a: Reconstruction, b: Reconstruction) -> bool:
    return all(np.array_equal(getattr(a, k), getattr(b, k), equal_nan=True) for k in RESULT)


def test_every_case_is_a_method_and_every_method_a_case() -> None:
    assert {base for base, _ in CASES.values()} == set(METHODS)
    for name in METHODS:
        assert method_class(name).name == name
    with pytest.raises(KeyError, match="no method called 'ridge'; there are copy, so"):
        method_class("ridge")


def test_shapes_names_and_range(fitted: Fitted, trials: tuple[Trial, ...], elbow6: Joint) -> None:
    result = fitted.reconstruct(trials[1])
    shape = (len(trials[1].time_s), 6)
    assert result.trial == trials[1].name and np.array_equal(result.time_s, trials[1].time_s)
    assert result.muscles == elbow6.muscle_names
    assert result.mean.shape == result.lower.shape == result.upper.shape == shape
    assert result.torque.shape == shape[:1] and result.mean.dtype == float
    assert np.isfinite(result.mean).all() and np.isfinite(result.torque).all()
    assert result.mean.min() >= 0 and result.mean.max() <= 1
    banded = np.isfinite(result.lower)
    assert np.all((result.lower <= result.mean) | ~banded) and np.all((result.mean <= result.upper) | ~banded)


def test_table_has_every_muscle_with_its_band(fitted: Fitted, trials: tuple[Trial, ...], elbow6: Joint) -> None:
    columns = ["time_s", "torque_nm"]
    for muscle in elbow6.muscle_names:
        columns += [muscle, f"{muscle}_lower", f"{muscle}_upper"]
    assert list(fitted.reconstruct(trials[0]).table().columns) == columns


def test_parameters_are_thirty_two_inside_their_bounds(fitted: Fitted) -> None:
    table = fitted.parameters()
    assert len(table) == 32
    assert (table["personal"] >= table["lower"]).all() and (table["personal"] <= table["upper"]).all()
    assert {"muscle", "parameter", "unit", "generic", "sd", "identified", "at_bound"} <= set(table.columns)


def test_the_same_seed_gives_the_same_result_and_any_where_nothing_is_random(
    name: str, method: Method, fitted: Fitted, recording: Recording, trials: tuple[Trial, ...]
) -> None:
    again = method.fit(recording, seed=1 if CASES[name][0] in RANDOM else 2)
    assert same(again.reconstruct(trials[0]), fitted.reconstruct(trials[0]))


def test_saved_and_loaded_is_the_same(name: str, fitted: Fitted, trials: tuple[Trial, ...], tmp_path: Path) -> None:
    fitted.save(tmp_path / "model")
    again = load(tmp_path / "model")
    assert type(again) is type(fitted) and again.method == fitted.method and again.joint.name == fitted.joint.name
    if name != "moco":  # its history is of the trials reconstructed since
        assert again.history().equals(fitted.history())
    assert same(again.reconstruct(trials[2]), fitted.reconstruct(trials[2]))
    assert again.parameters().equals(fitted.parameters())


def test_the_same_fit_gives_the_same_bytes_wherever_it_is_saved(
    method: Method, fitted: Fitted, recording: Recording, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    places = [tmp_path / name for name in ("model", "elsewhere/other.pt", "again", "loaded")]
    for place, same_fit in zip(places, (fitted, fitted, method.fit(recording), None), strict=True):
        (same_fit or load(places[0])).save(place)
    assert len({place.read_bytes() for place in places}) == 1


def test_a_fit_changes_none_of_its_inputs(method: Method, elbow6: Joint) -> None:
    trial = make_trial(elbow6)
    series = ("time_s", "angle", "velocity", "torque", "envelopes")
    before = {key: getattr(trial, key).copy() for key in series}
    method.fit(record(elbow6, [trial])).reconstruct(trial)
    assert all(np.array_equal(before[key], getattr(trial, key), equal_nan=True) for key in series)


def test_one_trial_is_enough(method: Method, elbow6: Joint) -> None:
    trial = make_trial(elbow6, seconds=1.0)
    assert np.isfinite(method.fit(record(elbow6, [trial])).reconstruct(trial).mean).all()


def test_no_trial_is_refused(method: Method, elbow6: Joint) -> None:
    with pytest.raises(ValueError, match="at least one trial"):
        method.fit(record(elbow6, []))


def test_values_that_are_not_finite_are_refused(elbow6: Joint) -> None:
    trial = make_trial(elbow6)
    for field in ("angle", "torque"):
        bad = getattr(trial, field).copy()
        bad[7] = np.nan
        with pytest.raises(ValueError, match=field):
            replace(trial, **{field: bad})
    with pytest.raises(ValueError, match="BIClong"):
        with_envelopes(trial, {"BIClong": np.full_like(trial.angle, np.inf)})


def test_a_partly_missing_envelope_is_refused(elbow6: Joint) -> None:
    trial = make_trial(elbow6)
    for gap in (slice(7, 8), slice(1, None)):
        partly = trial.envelope("BIClong").copy()
        partly[gap] = np.nan
        with pytest.raises(ValueError, match="trial a: BIClong holds values that are not finite"):
            with_envelopes(trial, {"BIClong": partly})
    assert "BIClong" not in with_envelopes(trial, {"BIClong": np.full_like(trial.angle, np.nan)}).observed


def test_columns_of_unequal_length_are_refused(elbow6: Joint) -> None:
    trial = make_trial(elbow6)
    with pytest.raises(ValueError, match="velocity"):
        replace(trial, velocity=trial.velocity[:-1])
    for envelopes in (trial.envelopes[:-1], trial.envelopes[:, :-1]):
        with pytest.raises(ValueError, match="envelopes have shape"):
            replace(trial, envelopes=envelopes)


def test_a_silent_a_constant_and_a_single_channel_are_survived(method: Method, elbow6: Joint) -> None:
    trial = make_trial(elbow6)
    silent = with_envelopes(trial, {"TRIlong": np.zeros_like(trial.angle)})
    constant = with_envelopes(silent, {"BIClong": np.full_like(trial.angle, 0.3)})
    alone = only(trial, ["TRIlat"])
    for changed in (silent, constant, alone):
        result = method.fit(record(elbow6, [changed])).reconstruct(changed)
        assert np.isfinite(result.mean).all() and np.isfinite(result.torque).all()
        assert result.mean.min() >= 0 and result.mean.max() <= 1


def test_channels_that_are_all_silent_are_refused(method: Method, elbow6: Joint) -> None:
    trial = make_trial(elbow6)
    silent = with_envelopes(only(trial, ["TRIlat"]), {"TRIlat": np.zeros_like(trial.angle)})
    with pytest.raises(ValueError, match="only zeros in the envelopes of TRIlat"):
        method.fit(record(elbow6, [silent]))


def test_any_subset_of_muscles_may_be_observed(method: Method, elbow6: Joint) -> None:
    trial = make_trial(elbow6)
    for observed in (("TRIlat",), ("BIClong", "TRIlat"), ("TRIlong", "BICshort", "BIClong")):
        part = only(trial, observed)
        result = method.fit(record(elbow6, [part])).reconstruct(part)
        assert result.mean.shape[1] == 6 and np.isfinite(result.mean).all()


def test_trials_that_observe_different_muscles_are_refused(method: Method, elbow6: Joint) -> None:
    trial = make_trial(elbow6)
    with pytest.raises(ValueError, match="observes"):
        method.fit(record(elbow6, [trial, replace(only(trial, ["BIClong"]), name="b")]))


def test_a_trial_without_emg_or_of_another_joint_is_refused(method: Method, fitted: Fitted, elbow6: Joint) -> None:
    trial = make_trial(elbow6)
    silent = only(trial, [])
    for refused in (lambda: method.fit(record(elbow6, [silent])), lambda: fitted.reconstruct(silent)):
        with pytest.raises(ValueError, match="observes no muscle of joint elbow6"):
            refused()
    with pytest.raises(ValueError, match="expected muscles of joint elbow6"):
        fitted.reconstruct(make_trial(load_joint("elbow7")))


def test_a_muscle_the_joint_lacks_is_refused(elbow6: Joint) -> None:
    trial = make_trial(elbow6)
    with pytest.raises(ValueError, match=r"must be among those of the joint: \('BIClong'"):
        with_envelopes(trial, {"BRD": trial.envelope("BIClong")})
    with pytest.raises(ValueError, match="must be among those of the joint"):
        envelope_matrix(elbow6.muscle_names, {"BRD": 0.3})


def test_a_recording_refuses_a_trial_of_another_joint(elbow6: Joint) -> None:
    with pytest.raises(ValueError, match=r"trial a has .*'BRD'.*, joint elbow6"):
        record(elbow6, [make_trial(elbow6, name="b"), make_trial(load_joint("elbow7"))])


def test_order_of_the_channels_does_not_matter(elbow6: Joint) -> None:
    trial, muscles = make_trial(elbow6), elbow6.muscle_names
    columns = {name: trial.envelope(name) for name in trial.observed}
    turned = dict(reversed(columns.items()))
    assert list(turned) != list(columns)
    one, two = (envelope_matrix(muscles, some, len(trial.angle)) for some in (columns, turned))
    assert np.array_equal(one, two, equal_nan=True) and np.array_equal(one, trial.envelopes, equal_nan=True)
    made = [
        Recording.from_arrays(
            angle_deg=np.rad2deg(trial.angle),
            load_kg=2.0,
            emg=np.column_stack(list(some.values())),
            rate_hz=trial.rate_hz,
            channels=list(some),
            kind="fraction",
        ).trials[0]
        for some in (columns, turned)
    ]
    assert np.array_equal(made[0].envelopes, made[1].envelopes, equal_nan=True) and made[0].observed == trial.observed
    assert np.array_equal(made[0].envelope("TRIlat"), trial.envelope("TRIlat"))


def test_reconstruction_does_not_read_the_torque_of_the_trial(
    name: str, fitted: Fitted, trials: tuple[Trial, ...]
) -> None:
    """Torque fixes the fit; at reconstruction these methods see motion, load and observed EMG only."""
    if name in TRACKING:
        pytest.skip("tracks the torque of the trial that it reconstructs")
    changed = replace(trials[1], torque=trials[1].torque + 100)
    assert same(fitted.reconstruct(changed), fitted.reconstruct(trials[1]))


@pytest.mark.parametrize(
    ("scheme", "curves", "tendon"),
    [
        ("hill32_recursive", "thelen", "rigid"),
        pytest.param("strength_factors", "millard", "compliant", marks=pytest.mark.slow),
    ],
)
def test_every_forward_model_can_be_fitted(
    name: str, trained: dict[str, Path], scheme: Any, curves: Any, tendon: Any, elbow6: Joint
) -> None:
    trial = make_trial(elbow6, seconds=3)
    changes: dict[str, Any] = {"forward": ForwardSettings(scheme=scheme, curves=curves, tendon=tendon)}
    changes |= {"nmm-paper": {"epochs": 3}, "hybrid": {"scheme": scheme}}.get(CASES[name][0], {})
    fitted = make(name, trained, **changes).fit(record(elbow6, [trial]))
    result = fitted.reconstruct(trial)
    assert np.isfinite(result.mean).all() and np.isfinite(result.torque).all() and len(fitted.parameters()) == 32
    assert result.mean.min() >= 0 and result.mean.max() <= 1


def test_copy_is_the_mean_of_its_neighbours(recording: Recording, trials: tuple[Trial, ...], elbow6: Joint) -> None:
    result = method_class("copy")().fit(recording).reconstruct(trials[2])
    expected = np.clip((trials[2].envelope("BIClong") + trials[2].envelope("BICshort")) / 2, 0, 1)
    assert result.mean[:, elbow6.muscle_names.index("BRA")] == pytest.approx(expected)
    assert neighbours("BRA", ("TRIlat",), elbow6) == ["TRIlat"]


def test_extrapolation_by_principal_components_keeps_its_promises(elbow6: Joint) -> None:
    """Its free weights take long to find, so the contract is asked of one short trial only."""
    trial = make_trial(elbow6, seconds=1.0)
    method, recording = SynergyExtrapolation(factorisation="pca"), record(elbow6, [trial])
    result = method.fit(recording).reconstruct(trial)
    assert np.isfinite(result.mean).all() and result.mean.min() >= 0 and result.mean.max() <= 1
    assert same(method.fit(recording).reconstruct(trial), result)


def test_factorisation_finds_the_synergies_it_was_made_of() -> None:
    rng = np.random.default_rng(3)
    commands = np.abs(rng.normal(size=(400, 2)))
    truth = np.array([[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.3, 0.7]])
    envelopes = commands @ truth
    settings = SynergySettings(restarts=5)
    found = extract(envelopes, settings, seed=1)
    directions = found.components * found.scale
    directions /= directions.sum(axis=1, keepdims=True)
    order = np.argmax(directions[:, 0])
    assert found.vaf > 0.9999 and directions[[order, 1 - order]] == pytest.approx(truth, abs=0.02)
    assert found.envelopes(found.commands(envelopes)) == pytest.approx(envelopes, abs=0.02)
    fewer = extract(envelopes[:, :3], replace(settings, n_synergies=4), seed=1)
    assert len(fewer.components) == 3  # no more than channels
    assert len(extract(envelopes, replace(settings, n_synergies="vaf"), seed=1).components) == 2
    pca = extract(envelopes, replace(settings, factorisation="pca"), seed=1)
    assert pca.envelopes(pca.commands(envelopes)) == pytest.approx(envelopes, abs=1e-9)


def test_mse_finds_hidden_weights_from_torque(elbow6: Joint) -> None:
    """Matched equations: truth of the generic joint, whose hidden muscles are synergies of the observed ones."""
    from deepemg.reconstruct.numpy_forward import NumpyForward

    method = SynergyExtrapolation(restarts=2, activation_penalty=0.0, n_synergies=2)
    made = []
    for load_kg in (0.0, 2.0, 4.0):
        trial = make_trial(elbow6, name=f"{load_kg}", load_kg=load_kg, seconds=6)
        flexor, extensor = trial.envelope("BIClong"), trial.envelope("TRIlat")
        observed = {"BIClong": flexor, "BICshort": 0.7 * flexor, "TRIlong": 0.9 * extensor, "TRIlat": extensor}
        full = observed | {"BRA": 0.6 * flexor, "TRImed": 0.0 * extensor}
        matrix = envelope_matrix(elbow6.muscle_names, full, len(flexor))
        torque = NumpyForward(elbow6, method.forward, rate_hz=trial.rate_hz).torque(trial, matrix)
        made.append((replace(with_envelopes(trial, observed), torque=torque), full["BRA"]))
    result = method.fit(record(elbow6, [trial for trial, _ in made])).reconstruct(made[2][0])
    assert result.mean[:, elbow6.muscle_names.index("BRA")] == pytest.approx(made[2][1], abs=0.03)
    assert np.sqrt(np.mean((result.torque - made[2][0].torque) ** 2)) < 0.3


def test_training_reduces_the_loss_and_writes_its_history(recording: Recording) -> None:
    history = method_class("nmm-paper")(**QUICK["nmm-paper"]).fit(recording).history()
    assert list(history["epoch"]) == list(range(25))
    assert history["loss"].iloc[-1] < 0.5 * history["loss"].iloc[0]
    assert history[["emg_loss", "torque_loss", "parameter_loss"]].ge(0).all().all()


def test_windows_join_to_what_was_cut() -> None:
    series = torch.randn(537, 4, dtype=torch.float64)
    starts = window_starts(537, 201, 100)
    assert starts[0] == 0 and starts[-1] == 537 - 201
    assert torch.allclose(join(cut(series, starts, 201), starts, 537), series)
    assert window_starts(100, 201, 100) == [0]


def put_aside(recording: Recording, value: float) -> Recording:
    """The recording with this value put aside for scoring, at every sample of the hidden muscles."""
    tables = [
        pd.DataFrame({"trial": t.name, "time_s": t.time_s, "BRA": value, "TRImed": value}) for t in recording.trials
    ]
    return replace(recording, held_out=pd.concat(tables, ignore_index=True))


def test_what_was_put_aside_for_scoring_is_not_read(
    method: Method, fitted: Fitted, recording: Recording, trials: tuple[Trial, ...], tmp_path: Path
) -> None:
    canary = put_aside(recording, 0.77)
    assert not canary.held_out.empty
    for place, given in enumerate((canary, canary.train)):
        again = method.fit(given)
        assert same(again.reconstruct(trials[2]), fitted.reconstruct(trials[2]))
        assert again.parameters().equals(fitted.parameters())
        again.save(tmp_path / f"{place}")
    fitted.save(tmp_path / "plain")
    assert len({path.read_bytes() for path in tmp_path.iterdir()}) == 1  # nothing of it went into the model


def test_parts_of_a_recording_carry_nothing_that_was_put_aside(recording: Recording, trials: tuple[Trial, ...]) -> None:
    canary = replace(put_aside(recording, 0.77), reference="training maximum", signals=EnvelopeSettings(order=2))
    for part in (canary.train, canary.of_trials(trials[:2]), canary.without(["BIClong"])):
        assert part.held_out.empty and "BRA" not in part.held_out
        assert part.reference == "training maximum" and part.signals == EnvelopeSettings(order=2)
    assert canary.of_trials(trials[:2]).trials == trials[:2] and len(canary.held_out) > 0


OPENED: list[str] = []
WATCHED = [False]


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if WATCHED[0] and event == "open" and isinstance(arguments[0], str | bytes | Path):
        OPENED.append(str(Path(arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]).absolute()))


sys.addaudithook(_watch)


@contextmanager
def opened_files() -> Iterator[list[str]]:
    """Paths of the files that are opened in the block, whatever opens them."""
    OPENED.clear()
    WATCHED[0] = True
    try:
        yield OPENED
    finally:
        WATCHED[0] = False


def test_a_method_opens_no_file_but_its_weights(
    name: str, method: Method, recording: Recording, trials: tuple[Trial, ...], trained: dict[str, Path], tmp_path: Path
) -> None:
    with opened_files() as seen:
        (tmp_path / "canary").write_text("")
    assert seen == [str(tmp_path / "canary")]
    with opened_files() as seen:
        method.fit(recording).reconstruct(trials[1])
    own = str(trained.get(CASES[name][0], ""))
    here = [path for path in seen if Path(path).exists()]  # what was made and removed meanwhile was nobody else's
    other = [path for path in here if path != own and not path.startswith(OF_THE_SYSTEM)]
    assert not other and (not own or own in seen)


# Model files


def test_a_model_that_is_not_there_is_called_absent(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no such file; expected a model written by save"):
        load(tmp_path / "absent")


@pytest.mark.parametrize("kind", ["random bytes", "text", "empty", "truncated", "other content", "another method"])
def test_a_file_that_is_no_model_is_refused_in_one_line(kind: str, recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / "model"
    method_class("so")().fit(recording).save(path)
    whole = path.read_bytes()
    plain = torch.load(path, weights_only=True)
    match kind:
        case "random bytes":
            path.write_bytes(np.random.default_rng(0).bytes(4096))
        case "text":
            path.write_text("trial,time_s\na,0.0\n")
        case "empty":
            path.write_bytes(b"")
        case "truncated":
            path.write_bytes(whole[: len(whole) // 2])
        case "other content":
            torch.save([1, 2, 3], path)
        case "another method":
            torch.save(plain | {"method": "ridge"}, path)
    with pytest.raises(ValueError, match="expected a model written by save, of this version") as refused:
        load(path)
    identity = "DE-130 " if kind == "truncated" else ""  # it was one, and is damaged
    assert str(refused.value).startswith(f"{identity}{path}: ") and "\n" not in str(refused.value)


class Malicious:
    """What a pickle runs when it is read: it would leave a file."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("how", ["pickle", "torch", "inside a model"])
def test_nothing_is_executed_on_reading(how: str, recording: Recording, tmp_path: Path) -> None:
    path, mark = tmp_path / "model", tmp_path / "mark"
    if how == "pickle":
        path.write_bytes(pickle.dumps(Malicious(mark), protocol=2))
    elif how == "torch":
        torch.save(Malicious(mark), path)
    else:
        method_class("so")().fit(recording).save(path)
        torch.save(torch.load(path, weights_only=True) | {"state": Malicious(mark)}, path)
    with pytest.raises(ValueError, match="expected a model written by save") as refused:
        load(path)
    assert "\n" not in str(refused.value) and not mark.exists()
    torch.load(path, weights_only=False) if how != "pickle" else pickle.loads(path.read_bytes())
    assert mark.exists()  # read carelessly, it would have been run


# Settings and variants


def comparison() -> dict[str, Any]:
    """config/config.yaml with config/comparison.yaml on top, as the study of the comparison reads them."""
    plain, more = (yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text()) for name in ("config", "comparison"))
    blocks = {key: plain.get(key, {}) | more.get(key, {}) for key in more}
    return plain | blocks


def test_variants_are_their_method_with_other_settings() -> None:
    config = read_config(comparison())
    assert config.fit_method.variants
    for name, entry in config.fit_method.variants.items():
        found, own = (as_plain(config.method(which)) for which in (name, entry["of"]))
        changed = {key for key, value in found.items() if own[key] != value} - {"paper"}
        assert changed == set(entry) - {"of", "seed"}, name
        assert config.base_method(name) == entry["of"] and config.seed_of(name) == entry.get("seed", config.seed)
    wrong = read_config({"fit_method": {"variants": {"x": {"of": "so", "exponents": 3}}}})
    with pytest.raises(RecordingError, match=r"variants\.x\.exponents: found an unknown setting"):
        wrong.method("x")
    with pytest.raises(RecordingError, match=r"DE-096 .*variants\.x.*'ridge'"):
        read_config({"fit_method": {"variants": {"x": {"of": "ridge"}}}})


def test_extrapolation_with_parameters_of_the_paper_has_the_settings_of_the_paper() -> None:
    values = {"settings": {"nmm-paper": {"epochs": 7}}, "variants": {"x": {"of": "mse", "parameters": "nmm-paper"}}}
    assert read_config({"fit_method": values}).method("x").paper.epochs == 7  # type: ignore[attr-defined]


def test_the_contract_is_asked_of_the_variants_of_the_comparison() -> None:
    config = read_config(comparison())
    for name, (base, settings) in CASES.items():
        assert config.base_method(name) == base
        assert {key: as_plain(config.method(name))[key] for key in settings} == settings


def test_an_encoder_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="'transformer', 'mlp' or 'gru'"):
        method_class("nmm-paper")(encoder="lstm")


@pytest.mark.slow
def test_calibrated_extrapolation_meets_the_torque_better(recording: Recording, trained: dict[str, Path]) -> None:
    generic, own = (make(name, trained).fit(recording).history()["torque_loss"].iloc[0] for name in ("mse", "mse-own"))
    assert own < generic
