"""Figure 9. The personal parameters of every subject: one fit for all loads, with the posterior's spread."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

import pandas as pd

from deepemg.joint.definition import load_joint
from deepemg.report import parameters
from deepemg.report.style import save

table = pd.read_csv(snakemake.input.table)
fits = table[(table["method"] == snakemake.params.method) & (table["load"] == "all")]
joints = {subject: load_joint(name) for subject, name in snakemake.params.joints.items()}
figure = parameters.plot(parameters.with_prior_sd(fits, joints, snakemake.params.scheme))
save(figure, Path(snakemake.output.svg), Path(snakemake.output.png))
