"""Wall time, CPU time, memory and failures of every method."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

from deepemg.evaluate.costs import costs
from deepemg.files import written_aside

with written_aside(snakemake.output.table) as path:
    table = costs(Path(snakemake.params.benchmarks), map(Path, snakemake.input.losses), snakemake.params.methods)
    table.to_csv(path, index=False, float_format="%.3g")
