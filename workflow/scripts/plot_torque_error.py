"""Figure 7. Torque error of every method."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

import pandas as pd

from deepemg.report import torque_error
from deepemg.report.style import save

save(torque_error.plot(pd.read_csv(snakemake.input.table)), Path(snakemake.output.svg), Path(snakemake.output.png))
