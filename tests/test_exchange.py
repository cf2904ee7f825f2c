"""A personal joint leaves for OpenSim and means the same there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from conftest import make_trial, record
from deepemg.joint.definition import Joint, load_joint
from deepemg.joint.exchange import personal_joint, write_osim
from deepemg.joint.forward import ForwardModel
from deepemg.joint.opensim import import_opensim
from deepemg.joint.scaling import scale_joint
from deepemg.joint.storage import read_storage, write_activations, write_excitations, write_moment
from deepemg.reconstruct.export import export, find_fit
from deepemg.reconstruct.fits import reconstruct_trials
from deepemg.reconstruct.paper_nmm.method import PaperNMM

JOINTS = {
    "elbow6": {"upper_arm_m": 0.31, "forearm_m": 0.25, "mass_kg": 80},
    "elbow7": {},
    "knee4": {"thigh_m": 0.42, "shank_m": 0.45},
}


@pytest.mark.parametrize("name", JOINTS)
def test_a_written_joint_gives_our_torque_in_opensim(name: str, tmp_path: Path) -> None:
    """To 1 mN m, save within a degree of the ends of the length table, where the two splines differ."""
    osim = import_opensim()
    joint, rng = scale_joint(load_joint(name), JOINTS[name]), np.random.default_rng(3)
    forward = ForwardModel(joint, rate_hz=100)
    scheme = forward.scheme
    share = (scheme.generic - scheme.lower) / (scheme.upper - scheme.lower) + rng.uniform(-0.1, 0.1, len(scheme))
    values = scheme.lower + np.clip(share, 0, 1) * (scheme.upper - scheme.lower)
    write_osim(personal_joint(joint, values), tmp_path / "joint.osim", load_kg=2.0)
    model = osim.Model(str(tmp_path / "joint.osim"))
    state = model.initSystem()
    coordinate = model.getCoordinateSet().get(joint.coordinate)
    muscles = [model.getMuscles().get(muscle) for muscle in joint.muscle_names]
    for angle in np.deg2rad(np.linspace(2, joint.length_angles_deg[-1] - 2, 7)):
        for velocity in (-4.0, 0.0, 4.0):
            activation = rng.uniform(0.02, 1, len(muscles))
            coordinate.setValue(state, float(angle), False)
            coordinate.setSpeedValue(state, velocity)
            for muscle, level in zip(muscles, activation.tolist(), strict=True):
                muscle.setActivation(state, level)
            model.realizeDynamics(state)
            theirs = sum(m.getActuation(state) * m.computeMomentArm(state, coordinate) for m in muscles)
            ours = forward.torque(*(torch.tensor(v) for v in (activation[None], [angle], [velocity], values)))
            assert theirs == pytest.approx(ours.item(), abs=1e-3)
    manager = osim.Manager(model)
    manager.initialize(state)
    assert np.isfinite(coordinate.getValue(manager.integrate(0.05)))  # and it runs


def test_signals_go_out_under_opensims_names(tmp_path: Path, elbow6: Joint) -> None:
    osim = import_opensim()
    time, values = np.arange(0, 1, 0.01), np.random.default_rng(0).uniform(size=(100, 6))
    write_excitations(tmp_path / "e.sto", elbow6, time, values)
    write_activations(tmp_path / "a.sto", elbow6, time, values)
    write_moment(tmp_path / "m.sto", elbow6, time, values[:, 0])
    for file, label in (
        ("e.sto", "/forceset/BRA"), ("a.sto", "/forceset/BRA/activation"), ("m.sto", "elbow_flexion_moment")
    ):  # fmt: skip
        theirs = osim.TimeSeriesTable(str(tmp_path / file))
        column = 0 if file == "m.sto" else 2
        assert label in theirs.getColumnLabels()
        assert theirs.getDependentColumn(label).to_numpy() == pytest.approx(values[:, column], abs=1e-11)
    assert list(read_storage(tmp_path / "m.sto").columns) == ["time", "elbow_flexion_moment"]


def test_motions_of_opensim_are_read(tmp_path: Path) -> None:
    """A .mot as OpenSim writes it: spaces before the numbers, other header lines, degrees."""
    (tmp_path / "a.mot").write_text(
        "Coordinates\nversion=1\nnRows=2\nnColumns=2\ninDegrees=yes\n\nUnits are S.I. units\n\nendheader\n"
        "time\telbow_flexion\n      0.00000000\t     10.5\n      0.01000000\t     11.5\n"
    )
    table = read_storage(tmp_path / "a.mot")
    assert table["elbow_flexion"].tolist() == [10.5, 11.5] and table["time"].tolist() == [0, 0.01]


def test_a_fit_is_exported_with_its_signals(tmp_path: Path, elbow6: Joint) -> None:
    trial = make_trial(elbow6)
    fitted = PaperNMM(epochs=25, width=16, layers=1).fit(record(elbow6, [trial]))
    folder = tmp_path / "results" / "S6" / "all" / "nmm-paper"
    folder.mkdir(parents=True)
    fitted.save(folder / "model")
    reconstruct_trials(fitted, [trial]).to_parquet(folder / "reconstruction.parquet")
    assert find_fit(tmp_path / "results", "S6", "all", "nmm-paper") == folder
    export(folder, tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "joint.osim", "a.csv", "a_excitations.sto", "a_activations.sto", "a_moment.sto"
    }  # fmt: skip
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "out" / "a.csv"), fitted.reconstruct(trial).table())
    moment = read_storage(tmp_path / "out" / "a_moment.sto")["elbow_flexion_moment"].to_numpy()
    assert moment == pytest.approx(fitted.reconstruct(trial).torque, abs=1e-9)
    model = import_opensim().Model(str(tmp_path / "out" / "joint.osim"))
    personal = fitted.parameters().set_index(["muscle", "parameter"])["personal"]
    assert model.getMuscles().get("BRA").get_optimal_fiber_length() == pytest.approx(
        personal["BRA", "optimal_fibre_length"]
    )


def test_a_fit_that_is_not_there_is_told_with_what_is(tmp_path: Path) -> None:
    for fit in ("S6/all/nmm", "S6/2kg/nmm", "S6/all/copy", "S7/all/nmm"):
        (tmp_path / fit).mkdir(parents=True)
        (tmp_path / fit / "model").touch()
    (tmp_path / "tables").mkdir()
    assert find_fit(tmp_path, "S6", "all", "copy") == tmp_path / "S6" / "all" / "copy"
    for names, told in {
        ("S8", "all", "nmm"): "subject 'S8'; expected one of these: S6, S7",
        ("S7", "2kg", "nmm"): "load '2kg'; expected one of these: all",
        ("S6", "2kg", "copy"): "method 'copy'; expected one of these: nmm",
    }.items():
        with pytest.raises(FileNotFoundError, match=f"{told}$"):
            find_fit(tmp_path, *names)
    with pytest.raises(FileNotFoundError, match="one of these: none yet"):
        find_fit(tmp_path / "nothing", "S6", "all", "nmm")
