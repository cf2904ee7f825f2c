"""Figure 12. Do the 90 % bands of the hidden muscles cover what they promise?"""

from deepemg.job import begin, end

begin(snakemake)

from functools import partial

import pandas as pd

from deepemg.report import band_coverage
from deepemg.report.figure_files import write_figure
from deepemg.report.score_panel import score_cells

table = pd.read_csv(snakemake.input.table)
write_figure(snakemake.output, score_cells(table), partial(band_coverage.plot, table, snakemake.params.labels))
end(snakemake)
