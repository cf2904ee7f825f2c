"""Figure 8. Error of the hidden muscles against the truth, every method."""

from deepemg.job import begin, end

begin(snakemake)

from functools import partial

import pandas as pd

from deepemg.report import deep_error
from deepemg.report.figure_files import write_figure
from deepemg.report.score_panel import score_cells
from deepemg.signals.normalisation import reference_label

table, unit = pd.read_csv(snakemake.input.table), reference_label(snakemake.params.references)
draw = partial(deep_error.plot, table, snakemake.params.labels, value_label=unit)
write_figure(snakemake.output, score_cells(table), draw)
end(snakemake)
