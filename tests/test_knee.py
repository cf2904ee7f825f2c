"""Another joint is a data file: quadriceps, vastus intermedius hidden, through every method."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from study import Study, untrained_prior
from test_methods import fit, settings_of

from deepemg.joint.definition import load_joint
from deepemg.joint.forward import ForwardModel
from deepemg.joint.geometry import MuscleGeometry
from deepemg.joint.inverse_dynamics import joint_moment
from deepemg.joint.opensim import inverse_dynamics
from deepemg.reconstruct.contract import Trial
from deepemg.reconstruct.registry import MODULES, TRAINED_ON, method

KNEE = load_joint("knee4")
OBSERVED = ("RF", "VL", "VM")


def seated_extension() -> tuple[Trial, np.ndarray]:
    """Three seconds of knee extension, its torque by the forward model, and the true vastus intermedius."""
    time = np.arange(0, 3, 0.01)
    angle, velocity = 0.9 + 0.6 * np.cos(2 * time), -1.2 * np.sin(2 * time)
    effort = 0.35 - 0.25 * np.cos(2 * time)
    excitation = np.column_stack([0.5 * effort, effort, 0.6 * effort + 0.3 * effort**2, 0.8 * effort])
    forward = ForwardModel(KNEE, rate_hz=100, activation_time_constant_s=0.015)
    torque = forward(*(torch.tensor(v) for v in (excitation, angle, velocity)), forward.generic()).numpy()
    envelopes = {name: excitation[:, KNEE.muscle_names.index(name)] for name in OBSERVED}
    return Trial("a", "train", "5kg", 5.0, time, angle, velocity, torque, envelopes), excitation[:, 2]


def test_quadriceps_extends_with_the_moment_arms_of_its_source():
    angle = torch.deg2rad(torch.tensor([0.0, 60.0, 120.0], dtype=torch.float64))
    _, joints = MuscleGeometry(KNEE)(angle)
    expected = {"RF": (5.04, 4.0, 1.89), "VL": (4.3, 3.5, 2.14), "VI": (4.87, 3.7, 2.05), "VM": (4.63, 3.6, 2.33)}
    for name, centimetres in expected.items():
        ours = -100 * joints[:, KNEE.muscle_names.index(name)].numpy()
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


@pytest.mark.parametrize("name", [name for name in MODULES if name not in TRAINED_ON])
def test_every_method_reconstructs_the_hidden_head(name):
    trial, truth = seated_extension()
    fitted = fit(name, [trial], KNEE)
    result = fitted.reconstruct(trial)
    assert result.muscles == KNEE.muscle_names and np.isfinite(result.mean).all() and np.isfinite(result.torque).all()
    assert len(fitted.parameters()) == 5 * 4 + 2
    hidden = result.mean[:, KNEE.muscle_names.index("VI")]
    if name in ("copy", "mse"):  # effort alone shares otherwise, and a few test epochs of the network say nothing
        assert np.sqrt(np.mean((hidden - truth) ** 2)) < 0.1 * truth.max()


def test_a_prior_over_elbows_refuses_a_knee(tmp_path):
    trial, _ = seated_extension()
    settings = settings_of("nmm") | {"prior": str(untrained_prior(tmp_path / "prior.pt"))}
    with pytest.raises(ValueError, match="the prior knows BIClong"):
        method("nmm").fit([trial], KNEE, seed=1, settings=settings)


def test_a_knee_folder_runs_through_the_workflow(root, tmp_path):
    """Ready envelopes, torque by OpenSim, method `copy`: the same tables, figures and page as for an elbow."""
    study = Study(tmp_path / "study", root)
    folder = study.folder / "data" / "K1"
    folder.mkdir(parents=True)
    (folder / "subject.yaml").write_text(
        "id: K1\narm: knee4\nformat: csv\nthigh_m: {value: 0.42, source: measured}\n"
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
    for name in ("a", "b"):
        columns = {"time": trial.time_s, "knee": trial.angle, **trial.envelopes, "VI": hidden}
        pd.DataFrame(columns).to_csv(folder / f"{name}.csv", index=False)
    refused = study.run("all", "--dry-run", check=False)
    assert "DE-091" in refused and "nmm was trained on" in refused and "VI" in refused
    study.run("all", "--config", "fit_method={methods: [copy]}", "plot_deep_heatmaps={methods: [copy]}")
    deep = pd.read_csv(study.folder / "results" / "tables" / "deep_emg.csv")
    assert set(deep["muscle"]) == {"VI"} and deep["r"].min() > 0.95
    page = (study.folder / "results" / "K1" / "report.html").read_text()
    assert "muscles of the knee" in page and "brachialis" not in page
    assert "prior, not measured" in page
