"""Another joint is a data file: quadriceps, vastus intermedius hidden, through every method."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from conftest import record
from deepemg.joint.definition import load_joint
from deepemg.joint.forward import ForwardModel
from deepemg.joint.geometry import MuscleGeometry
from deepemg.joint.joint_moment import joint_moment
from deepemg.joint.opensim import inverse_dynamics
from deepemg.reconstruct.calibration import CalibrationSettings
from deepemg.reconstruct.registry import METHODS, method_class
from deepemg.signals.recording import Recording, Trial, envelope_matrix
from deepemg.study.check import TRAINED_ONCE
from study import Study, untrained_weights

KNEE = load_joint("knee4")
OBSERVED = ("RF", "VL", "VM")
FEW = CalibrationSettings(iterations=5)
QUICK: dict[str, dict[str, Any]] = {
    "moco": {"mesh_interval_s": 0.25},
    "hybrid": {"calibration": FEW},
    "mse": {"restarts": 2, "calibration_rounds": 1, "calibration": FEW},
    "nmm-paper": {"epochs": 25, "width": 16, "layers": 1},
}


def seated_extension() -> tuple[Trial, np.ndarray]:
    """Three seconds of knee extension, its torque by the forward model, and the true vastus intermedius."""
    time = np.arange(0, 3, 0.01)
    angle, velocity = 0.9 + 0.6 * np.cos(2 * time), -1.2 * np.sin(2 * time)
    effort = 0.35 - 0.25 * np.cos(2 * time)
    excitation = np.column_stack([0.5 * effort, effort, 0.6 * effort + 0.3 * effort**2, 0.8 * effort])
    forward = ForwardModel(KNEE, rate_hz=100)
    torque = forward(*(torch.tensor(v) for v in (excitation, angle, velocity)), forward.generic()).numpy()
    envelopes = {name: excitation[:, KNEE.muscle_names.index(name)] for name in OBSERVED}
    matrix = envelope_matrix(KNEE.muscle_names, envelopes, len(time))
    return Trial("a", "train", "5kg", 5.0, time, angle, velocity, torque, matrix, KNEE.muscle_names), excitation[:, 2]


def recorded() -> tuple[Recording, Trial, np.ndarray]:
    """A recording of that trial alone, the trial, and the truth."""
    trial, truth = seated_extension()
    return record(KNEE, [trial]), trial, truth


def test_quadriceps_extends_with_the_moment_arms_of_its_source():
    angle = torch.deg2rad(torch.tensor([0.0, 60.0, 120.0], dtype=torch.float64))
    _, moment_arms = MuscleGeometry(KNEE)(angle)
    expected = {"RF": (5.04, 4.0, 1.89), "VL": (4.3, 3.5, 2.14), "VI": (4.87, 3.7, 2.05), "VM": (4.63, 3.6, 2.33)}
    for name, centimetres in expected.items():
        ours = -100 * moment_arms[:, KNEE.muscle_names.index(name)].numpy()
        assert ours == pytest.approx(centimetres, abs=0.06), name


def test_inverse_dynamics_of_the_knee_is_opensims():
    time = np.arange(0, 4, 0.01)
    angle, acceleration = 0.9 + 0.6 * np.cos(2 * time), -2.4 * np.cos(2 * time)
    closed = joint_moment(KNEE.skeleton, angle, acceleration, load_kg=5.0)
    tool = inverse_dynamics(KNEE, time, angle, load_kg=5.0)
    assert np.max(np.abs(closed - tool)[20:-20]) < 1e-4
    extended = joint_moment(KNEE.skeleton, np.zeros(1), np.zeros(1), load_kg=5.0)[0]
    shank = KNEE.skeleton.distal
    assert extended == pytest.approx(-9.80665 * (shank.mass * -shank.mass_centre[1] + 5.0 * 0.43))


NAMES = [
    pytest.param(name, marks=pytest.mark.slow) if name == "nmm-paper" else name
    for name in METHODS
    if name not in TRAINED_ONCE
]


@pytest.mark.parametrize("name", NAMES)
def test_every_method_reconstructs_the_hidden_head(name):
    recording, trial, truth = recorded()
    fitted = method_class(name)(**QUICK.get(name, {})).fit(recording)
    result = fitted.reconstruct(trial)
    assert result.muscles == KNEE.muscle_names and np.isfinite(result.mean).all() and np.isfinite(result.torque).all()
    assert len(fitted.parameters()) == 5 * 4 + 2
    hidden = result.mean[:, KNEE.muscle_names.index("VI")]
    if name in ("copy", "mse"):  # effort alone shares otherwise, and a few test epochs of the network say nothing
        assert np.sqrt(np.mean((hidden - truth) ** 2)) < 0.1 * truth.max()


def test_weights_trained_on_elbows_refuse_a_knee(tmp_path):
    recording, _, _ = recorded()
    method = method_class("nmm")(weights=str(untrained_weights(tmp_path / "weights.pt")))
    with pytest.raises(ValueError, match=r"DE-091 joint knee4: found .*VI.*the weights know \(BIClong") as caught:
        method.fit(recording)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_a_knee_folder_runs_through_the_workflow(root, tmp_path):
    """Ready envelopes, torque by OpenSim, method `copy`: the same tables, figures and page as for an elbow."""
    study = Study(tmp_path / "study", root)
    folder = study.folder / "data" / "K1"
    folder.mkdir(parents=True)
    (folder / "subject.yaml").write_text(
        "id: K1\njoint: knee4\nformat: csv\nthigh_m: {value: 0.42, source: measured}\n"
        "kinematics: {column: knee, unit: rad, rate_hz: 100}\n"
    )
    rows = [
        f"{m},{{emg_file}},{m},{m},1,envelope,100,{'held_out' if m == 'VI' else 'observed'}" for m in KNEE.muscle_names
    ]
    (folder / "channels.csv").write_text("\n".join(["name,file,column,muscle,unit,kind,rate_hz,use", *rows]))
    (folder / "trials.csv").write_text(
        "trial,role,load,load_unit,split,emg_file,kinematics_file\n"
        "a,movement,5,kg,train,a.csv,a.csv\nb,movement,5,kg,test,b.csv,b.csv\n"
    )
    trial, hidden = seated_extension()
    signals = {muscle: trial.envelope(muscle) for muscle in trial.observed} | {"knee": trial.angle, "VI": hidden}
    for name, pace in (("a", 1.0), ("b", 0.9)):  # a test trial that repeats a training trial would be a leak
        slower = {key: np.interp(pace * trial.time_s, trial.time_s, values) for key, values in signals.items()}
        columns = {"time": trial.time_s, **slower}
        pd.DataFrame(columns).to_csv(folder / f"{name}.csv", index=False)
    refused = study.run("all", "--dry-run", check=False)
    assert re.search(r"DE-091 data/K1: .*VI.*weights of nmm know \(BIClong", refused)
    wanted = ("results/tables/deep_emg.csv", "results/figures/protocol.svg", "results/K1/report.html")
    study.run(*wanted, "--config", "fit_method={methods: [copy]}")
    deep = pd.read_csv(study.folder / "results" / "tables" / "deep_emg.csv")
    assert set(deep["muscle"]) == {"VI"} and deep["r"].min() > 0.95
    page = (study.folder / "results" / "K1" / "report.html").read_text()
    assert "Knee, copy" in page and "brachialis" not in page
    assert "prior, not measured" in page
