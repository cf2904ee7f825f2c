"""Figure 4. Measured and reconstructed envelopes of all muscles by load, from one fit for all loads."""

from deepemg.job import begin, end

begin(snakemake)

from functools import partial

from deepemg.joint.definition import load_joint
from deepemg.parquet import read_parquet
from deepemg.report import envelopes
from deepemg.report.figure_files import write_figure
from deepemg.signals.normalisation import reference_label

files, params = snakemake.input, snakemake.params
paths = (files.reconstruction, files.envelopes, files.held_out)
reconstruction, measured, held_out = (read_parquet(path).iloc[:: params.every_nth] for path in paths)
tables = reconstruction, measured, held_out if held_out.shape[1] > 2 else None
draw = partial(
    envelopes.plot,
    *tables,
    load_joint(params.joint),
    snakemake.wildcards.method,
    value_label=reference_label(params.references),
)
write_figure(snakemake.output, envelopes.numbers(*tables), draw)
end(snakemake)
