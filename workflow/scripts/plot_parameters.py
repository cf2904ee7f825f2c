"""Figure 9. The personal parameters of every subject: one fit for all loads, with the posterior's spread."""

from deepemg.job import begin, end

begin(snakemake)

from functools import partial

import pandas as pd

from deepemg.joint.definition import load_joint
from deepemg.report import parameters
from deepemg.report.figure_files import write_figure

table = pd.read_csv(snakemake.input.table)
fits = table[(table["method"] == snakemake.params.method) & (table["load"] == "all")]
joints = {subject: load_joint(name) for subject, name in snakemake.params.joints.items()}
fits = parameters.with_prior_sd(fits, joints, snakemake.params.scheme)
write_figure(snakemake.output, fits, partial(parameters.plot, fits))
end(snakemake)
