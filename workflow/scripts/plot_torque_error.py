"""Figure 7. Torque error of every method."""

from deepemg.job import begin, end

begin(snakemake)

from functools import partial

import pandas as pd

from deepemg.report import torque_error
from deepemg.report.figure_files import write_figure
from deepemg.report.score_panel import score_cells

table = pd.read_csv(snakemake.input.table)
write_figure(snakemake.output, score_cells(table), partial(torque_error.plot, table))
end(snakemake)
