"""Figure 9. The personal parameters of every subject: one fit for all loads, with the posterior's spread."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

import pandas as pd

from deepemg.arm.definition import load_arm
from deepemg.report import parameters
from deepemg.report.style import save

table = pd.read_csv(snakemake.input.table)
fits = table[(table["method"] == snakemake.params.method) & (table["load"] == "all")]
arms = {subject: load_arm(name) for subject, name in snakemake.params.arms.items()}
figure = parameters.plot(parameters.with_prior_sd(fits, arms, snakemake.params.scheme))
save(figure, Path(snakemake.output.svg), Path(snakemake.output.png))
