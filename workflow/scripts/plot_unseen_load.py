"""Figure 11. A load that the training has not seen: error of the hidden muscles beside that of a load seen."""

from deepemg.job import begin, end

begin(snakemake)

from functools import partial

import pandas as pd

from deepemg.report import unseen_load
from deepemg.report.figure_files import write_figure
from deepemg.signals.normalisation import reference_label

errors, unit = unseen_load.numbers(pd.read_csv(snakemake.input.table)), reference_label(snakemake.params.references)
draw = partial(unseen_load.plot, errors, snakemake.params.labels, value_label=unit)
write_figure(snakemake.output, errors, draw)
end(snakemake)
