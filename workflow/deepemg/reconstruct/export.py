"""A fit for OpenSim: `python -m deepemg.reconstruct.export results/S1/all/nmm-paper <folder>`.

Writes arm.osim (personal parameters), and per trial excitations, activations and the joint moment as .sto.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import torch

from deepemg.arm.exchange import personal_arm, write_osim
from deepemg.arm.forward import ForwardModel
from deepemg.arm.storage import write_activations, write_excitations, write_moment
from deepemg.reconstruct.registry import method


def export(fit: Path, folder: Path) -> None:
    """Write the fit in folder `fit` (of results/<subject>/<load>/<method>) for OpenSim into `folder`."""
    weights = fit / "weights.pt"
    fitted = method(fit.name).load(weights if weights.exists() else fit / "model.json")
    forward, arm = fitted.settings["forward"], fitted.arm
    personal = fitted.parameters()["personal"].to_numpy()
    folder.mkdir(parents=True, exist_ok=True)
    write_osim(personal_arm(arm, personal, scheme=forward["scheme"]), folder / "arm.osim")
    for trial, rows in pd.read_parquet(fit / "reconstruction.parquet").groupby("trial", sort=False):
        time, excitation = rows["time_s"].to_numpy(), rows[list(arm.muscle_names)].to_numpy()
        model = ForwardModel(arm, rate_hz=(len(time) - 1) / (time[-1] - time[0]), **forward)
        activation = model.activation(torch.tensor(excitation), torch.tensor(personal)).numpy()
        write_excitations(folder / f"{trial}_excitations.sto", arm, time, excitation)
        write_activations(folder / f"{trial}_activations.sto", arm, time, activation)
        write_moment(folder / f"{trial}_moment.sto", arm, time, rows["torque_nm"].to_numpy())


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
