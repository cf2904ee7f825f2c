"""Table 1. Subjects and protocol."""

from deepemg.job import begin, end

begin(snakemake)

from pathlib import Path

from deepemg.recordings.protocol import protocol_table
from deepemg.recordings.subject import read_subject
from deepemg.spreadsheet import without_formulas

params = snakemake.params
subjects = [read_subject(Path(folder), params.recordings) for folder in params.folders]
without_formulas(protocol_table(subjects)).to_csv(snakemake.output.table, index=False)
end(snakemake)
