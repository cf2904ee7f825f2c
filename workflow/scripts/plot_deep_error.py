"""Figures 8 and 11. Error of the hidden muscles against the truth, every method."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

import pandas as pd

from deepemg.report import deep_error
from deepemg.report.style import save
from deepemg.signals.normalisation import reference_label

figure = deep_error.plot(
    pd.read_csv(snakemake.input.table),
    snakemake.params.labels,
    value_label=reference_label(snakemake.params.references),
    methods=snakemake.params.get("methods"),
    own_fit=snakemake.params.get("own_fit", "fit per load"),
)
save(figure, Path(snakemake.output.svg), Path(snakemake.output.png))
