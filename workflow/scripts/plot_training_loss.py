"""Figure 3. Training loss of every fit."""

from deepemg.job import begin, end

begin(snakemake)

from functools import partial

import pandas as pd

from deepemg.report import training_loss
from deepemg.report.figure_files import write_figure

loss = pd.concat([pd.read_csv(file) for file in snakemake.input.losses])
write_figure(snakemake.output, loss, partial(training_loss.plot, loss))
end(snakemake)
