"""All methods and variants in one figure: error of the hidden muscles, fits for all loads."""

from deepemg.job import begin, end

begin(snakemake)

from functools import partial

import pandas as pd

from deepemg.report import opponents
from deepemg.report.figure_files import write_figure
from deepemg.signals.normalisation import reference_label

params, table = snakemake.params, pd.read_csv(snakemake.input.table)
unit = reference_label(params.references)
draw = partial(opponents.plot, table, params.labels, params.methods, value_label=unit)
write_figure(snakemake.output, opponents.numbers(table, params.methods), draw)
end(snakemake)
