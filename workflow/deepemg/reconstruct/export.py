"""A fit for OpenSim: the joint with its personal parameters, and per trial excitations, activations and the moment."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import torch

from deepemg.joint.exchange import personal_joint, write_osim
from deepemg.joint.forward import ForwardModel
from deepemg.joint.storage import write_activations, write_excitations, write_moment
from deepemg.reconstruct.load import load


def export(fit: Path, folder: Path) -> None:
    """Write the fit in folder `fit` (of results/<subject>/<load>/<method>) for OpenSim into `folder`.

    joint.osim, and per trial <trial>_excitations.sto, <trial>_activations.sto, <trial>_moment.sto. Raises
    FileNotFoundError where the folder is not that of a fit.
    """
    reconstruction = fit / "reconstruction.parquet"
    if not reconstruction.is_file():
        raise FileNotFoundError(f"{reconstruction}: no such file; expected a folder results/<subject>/<load>/<method>")
    fitted = load(fit / "model")
    joint, forward = fitted.joint, fitted.method.own_forward
    personal = fitted.parameters()["personal"].to_numpy()
    folder.mkdir(parents=True, exist_ok=True)
    write_osim(personal_joint(joint, personal, scheme=forward.scheme), folder / "joint.osim")
    for trial, rows in pd.read_parquet(reconstruction).groupby("trial", sort=False):
        time, excitation = rows["time_s"].to_numpy(), rows[list(joint.muscle_names)].to_numpy()
        model = ForwardModel(joint, rate_hz=(len(time) - 1) / (time[-1] - time[0]), settings=forward)
        activation = model.activation(torch.tensor(excitation), torch.tensor(personal)).numpy()
        write_excitations(folder / f"{trial}_excitations.sto", joint, time, excitation)
        write_activations(folder / f"{trial}_activations.sto", joint, time, activation)
        write_moment(folder / f"{trial}_moment.sto", joint, time, rows["torque_nm"].to_numpy())
