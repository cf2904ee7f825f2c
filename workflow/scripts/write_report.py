"""The report of the study, one self-contained file, and the settings that were used."""

import subprocess
import sys

import yaml

files, used = snakemake.input, snakemake.output.config
with open(used, "w") as file:
    yaml.safe_dump(snakemake.params.config, file, sort_keys=False)
command = [sys.executable, "-m", "snakemake", "--report", snakemake.output.report, "--configfile", used, "--"]
with open(snakemake.log[0], "w") as log:
    shown = [*files.tables, *files.figures, *files.envelopes, *files.pages]
    subprocess.run([*command, *shown], stdout=log, stderr=log, check=True)
