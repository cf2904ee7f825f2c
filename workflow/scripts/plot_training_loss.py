"""Figure 3. Training loss of every fit."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

import pandas as pd

from deepemg.report import training_loss
from deepemg.report.style import save

loss = pd.concat([pd.read_csv(file) for file in snakemake.input.losses])
save(training_loss.plot(loss), Path(snakemake.output.svg), Path(snakemake.output.png))
