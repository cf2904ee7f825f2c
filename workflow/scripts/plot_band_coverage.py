"""Figure 12. Do the 90 % bands of the hidden muscles cover what they promise?"""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

import pandas as pd

from deepemg.report import band_coverage
from deepemg.report.style import save

figure = band_coverage.plot(pd.read_csv(snakemake.input.table), snakemake.params.labels)
save(figure, Path(snakemake.output.svg), Path(snakemake.output.png))
