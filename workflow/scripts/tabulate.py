"""Tables 2 to 5, and those of the comparisons: the same table of every subject, below each other."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

import pandas as pd

pd.concat([pd.read_csv(file) for file in snakemake.input.parts]).to_csv(snakemake.output.table, index=False)
