"""Table 3. Torque error of every method."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

import pandas as pd

from deepemg.files import written_aside

table = pd.concat([pd.read_csv(file) for file in snakemake.input.scores])
with written_aside(snakemake.output.table) as path:
    table.to_csv(path, index=False)
