"""The report of the study, one self-contained file, and the settings that were used."""

import subprocess
import sys
from pathlib import Path

import yaml

files, used = snakemake.input, snakemake.output.config
Path(used).write_text(yaml.safe_dump(snakemake.params.config, sort_keys=False))
command = [sys.executable, "-m", "snakemake", "--report", snakemake.output.report, "--configfile", used, "--"]
with open(snakemake.log[0], "w") as log:
    shown = [*files.tables, *files.figures, *files.envelopes, *files.pages]
    subprocess.run([*command, *shown], stdout=log, stderr=log, check=True)
