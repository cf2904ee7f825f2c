"""Figure 5. The hidden muscles over the curl cycle: truth, and the methods of the configuration."""

from deepemg.job import begin, end

begin(snakemake)

from functools import partial
from pathlib import Path

import pandas as pd

from deepemg.evaluate.cycles import mean_cycles
from deepemg.parquet import read_parquet
from deepemg.reconstruct.fits import fit_names
from deepemg.report import deep_heatmaps
from deepemg.report.figure_files import write_figure
from deepemg.signals.normalisation import reference_label

labels, settings = snakemake.params.labels, snakemake.params.settings
profiles = []
for kinematics_file, held_out_file in zip(snakemake.input.kinematics, snakemake.input.held_out, strict=True):
    subject = Path(kinematics_file).parent.name
    kinematics = read_parquet(kinematics_file)
    kinematics = kinematics[kinematics["split"] == "test"]
    truth = read_parquet(held_out_file)
    muscles = [muscle for muscle in labels if muscle in truth]
    sources = {"truth": truth}
    for file in snakemake.input.reconstructions:
        names = fit_names(file)
        if names["subject"] == subject:
            sources[names["method"]] = read_parquet(file)
    for method, table in sources.items():
        profiles.append(mean_cycles(table, kinematics, muscles, settings).assign(subject=subject, method=method))
table = pd.concat(profiles)
draw = partial(deep_heatmaps.plot, table, labels, value_label=reference_label(snakemake.params.references))
write_figure(snakemake.output, table, draw)
end(snakemake)
