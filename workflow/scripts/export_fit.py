"""The fit that a subject's page is about, for others: tables, and for OpenSim signals and the personal joint."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

from deepemg.reconstruct.export import export

export(Path(snakemake.input.model).parent, Path(snakemake.output.folder))
