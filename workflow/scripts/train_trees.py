"""Boosted trees on virtual subjects, for the method `trees`."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

from deepemg.pretrain.tree_settings import TreeTraining
from deepemg.pretrain.trees import draw_samples, train_trees
from deepemg.reconstruct.boosted_trees import save_ensembles

settings, seed = TreeTraining(**snakemake.params.settings), snakemake.params.seed
save_ensembles(train_trees(draw_samples(seed, settings), seed, settings), Path(snakemake.output.weights))
