"""The study in a few numbers, for `dvc metrics`."""

from deepemg.job import begin, end

begin(snakemake)

import json
from pathlib import Path

import pandas as pd

from deepemg.report.study_metrics import study_metrics

files = snakemake.input
found = study_metrics(*(pd.read_csv(file) for file in (files.deep_emg, files.torque, files.by_phase)))
Path(snakemake.output.metrics).write_text(json.dumps(found, indent=1) + "\n")
end(snakemake)
