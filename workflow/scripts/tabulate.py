"""Tables 2 to 5, and those of the comparisons: the same table of every subject, below each other."""

from deepemg.job import begin, end

begin(snakemake)

import pandas as pd

pd.concat([pd.read_csv(file) for file in snakemake.input.parts]).to_csv(snakemake.output.table, index=False)
end(snakemake)
