"""Wall time, CPU time, memory and failures of every method."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

from deepemg.evaluate.costs import costs

params = snakemake.params
table = costs(Path(params.benchmarks), map(Path, snakemake.input.losses), params.methods)
table.to_csv(snakemake.output.table, index=False, float_format="%.3g")
