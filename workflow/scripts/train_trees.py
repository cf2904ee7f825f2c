"""Boosted trees on virtual subjects, for the method `trees`."""

from deepemg.job import begin, end

begin(snakemake)

from pathlib import Path

from deepemg.pretrain.tree_settings import TreeTraining
from deepemg.pretrain.trees import draw_samples, train_trees
from deepemg.reconstruct.boosted_trees import save_ensembles

settings, seed = TreeTraining(**snakemake.params.settings), snakemake.params.seed
save_ensembles(train_trees(draw_samples(seed, settings), seed, settings), Path(snakemake.output.weights))
end(snakemake)
