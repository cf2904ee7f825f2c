"""Wall time, CPU time, memory and failures of every method."""

from deepemg.job import begin, end

begin(snakemake)

from pathlib import Path

from deepemg.evaluate.costs import costs

params = snakemake.params
table = costs(Path(params.benchmarks), map(Path, snakemake.input.losses), params.methods)
table.to_csv(snakemake.output.table, index=False, float_format="%.3g")
end(snakemake)
