"""Boosted trees on virtual subjects, for the method `trees`."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

from deepemg.reconstruct.trees.training import draw_samples, save, train

params = snakemake.params
save(train(draw_samples(params.seed, params.settings), params.seed, params.settings), Path(snakemake.output.model))
