"""Figure 4. Measured and reconstructed envelopes of all muscles by load, from one fit for all loads."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

import pandas as pd

from deepemg.joint.definition import load_joint
from deepemg.report import envelopes
from deepemg.report.style import save
from deepemg.signals.normalisation import reference_label

files = (snakemake.input.reconstruction, snakemake.input.envelopes, snakemake.input.held_out)
reconstruction, measured, held_out = (pd.read_parquet(file).iloc[:: snakemake.params.every_nth] for file in files)
figure = envelopes.plot(
    reconstruction,
    measured,
    held_out if held_out.shape[1] > 2 else None,
    load_joint(snakemake.params.joint),
    snakemake.wildcards.method,
    value_label=reference_label(snakemake.params.references),
)
save(figure, Path(snakemake.output.svg), Path(snakemake.output.png))
