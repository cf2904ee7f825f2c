"""The fit that a subject's page is about, for others: tables, and for OpenSim signals and the personal joint."""

from deepemg.job import begin, end

begin(snakemake)

from pathlib import Path

from deepemg.reconstruct.export import export

export(Path(snakemake.input.model).parent, Path(snakemake.output.folder))
end(snakemake)
