"""Figure 10. What torque and the posterior can tell of a hidden flexor and a hidden extensor, one trial per subject."""

from deepemg.job import begin, end

begin(snakemake)

from functools import partial
from pathlib import Path

import numpy as np

from deepemg.evaluate.levels import level_ratios
from deepemg.parquet import read_parquet
from deepemg.reconstruct.load import load
from deepemg.reconstruct.nmm.null_direction import level_covariance, torque_landscape
from deepemg.recordings.subject import read_subject
from deepemg.report import identifiability
from deepemg.report.figure_files import write_figure
from deepemg.report.style import load_label
from deepemg.signals.settings import EnvelopeSettings
from deepemg.signals.tables import read_recording

files, params = snakemake.input, snakemake.params
factors = tuple(np.geomspace(1 / widest, widest, params.points) for widest in params.widest)
signals, muscles = EnvelopeSettings(**params.signals), tuple(params.muscles)
landscapes = []
for place, (name, folder) in enumerate(params.folders.items()):
    tables = {key: files[key][place] for key in ("kinematics", "torque", "envelopes", "contractions")}
    recording = read_recording(read_subject(Path(folder), params.recordings), tables, signals)
    trial = max(recording.test, key=lambda trial: trial.load_kg)
    fitted = load(files.models[place])
    held_out = read_parquet(files.held_out[place])
    truth = held_out[held_out["trial"] == trial.name]
    landscapes.append(
        identifiability.Landscape(
            title=f"{name}, {load_label(trial.load_label)}",
            factors=factors,
            rmse_nm=torque_landscape(fitted, trial, muscles, factors),
            covariance=level_covariance(fitted, trial, muscles),
            truth=level_ratios(fitted.reconstruct(trial), truth, muscles),
        )
    )
draw = partial(identifiability.plot, landscapes, *params.labels)
write_figure(snakemake.output, identifiability.numbers(landscapes), draw)
end(snakemake)
