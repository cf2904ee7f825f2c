"""A fit for others: tables of its envelopes, and for OpenSim its signals and the joint with its personal parameters."""

from __future__ import annotations

from pathlib import Path

import torch

from deepemg.atomic import written_aside
from deepemg.joint.exchange import personal_joint, write_osim
from deepemg.joint.forward import ForwardModel
from deepemg.joint.storage import write_activations, write_excitations, write_moment
from deepemg.output_digests import check_files
from deepemg.parquet import read_parquet
from deepemg.reconstruct.load import load

OF_TRIAL = ["trial", "split", "load"]  # columns that are the same throughout a trial


def find_fit(results: Path, subject: str, load: str, method: str) -> Path:
    """Folder of a finished fit of a study.

    Raises FileNotFoundError, with what there is, where the study has no such subject, load or method.
    """
    folder = results
    for kind, name, below in (
        ("subject", subject, "*/*/model"),
        ("load", load, "*/model"),
        ("method", method, "model"),
    ):
        found = [path.name for path in sorted(folder.glob("*")) if any(path.glob(below))]
        if name not in found:
            there = ", ".join(found) or "none yet"
            raise FileNotFoundError(f"{folder}: found no fit of {kind} {name!r}; expected one of these: {there}")
        folder = folder / name
    return folder


def export(fit: Path, folder: Path) -> None:
    """Write the fit in folder `fit` (of results/<subject>/<load>/<method>) into `folder`.

    joint.osim, and per trial <trial>.csv (time_s, torque_nm, each muscle with its band), <trial>_excitations.sto,
    <trial>_activations.sto, <trial>_moment.sto. Raises FileNotFoundError where the folder is not that of a fit,
    and ValueError (DE-130) where a file of it is not what was written.
    """
    reconstruction = fit / "reconstruction.parquet"
    if not reconstruction.is_file():
        raise FileNotFoundError(f"{reconstruction}: no such file; expected a folder results/<subject>/<load>/<method>")
    for results in fit.absolute().parents[2:3]:  # the model holds checksums of its own
        check_files([reconstruction.absolute()], results)
    fitted = load(fit / "model")
    joint, forward = fitted.joint, fitted.method.own_forward
    personal = fitted.parameters()["personal"].to_numpy()
    folder.mkdir(parents=True, exist_ok=True)
    write_osim(personal_joint(joint, personal, scheme=forward.scheme), folder / "joint.osim")
    for trial, rows in read_parquet(reconstruction).groupby("trial", sort=False):
        with written_aside(folder / f"{trial}.csv") as aside:
            rows.drop(columns=OF_TRIAL).to_csv(aside, index=False)
        time, excitation = rows["time_s"].to_numpy(), rows[list(joint.muscle_names)].to_numpy()
        model = ForwardModel(joint, rate_hz=(len(time) - 1) / (time[-1] - time[0]), settings=forward)
        activation = model.activation(torch.tensor(excitation), torch.tensor(personal)).numpy()
        write_excitations(folder / f"{trial}_excitations.sto", joint, time, excitation)
        write_activations(folder / f"{trial}_activations.sto", joint, time, activation)
        write_moment(folder / f"{trial}_moment.sto", joint, time, rows["torque_nm"].to_numpy())
