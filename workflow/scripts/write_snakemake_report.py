"""Snakemake's own report: the graph of all rules, their code and run times, and the settings that were used."""

import subprocess
import sys

import yaml

files, used = snakemake.input, snakemake.output.config
with open(used, "w") as file:
    yaml.safe_dump(snakemake.params.config, file, sort_keys=False)
command = [sys.executable, "-m", "snakemake", "--report", snakemake.output.report, "--configfile", used, "--"]
with open(snakemake.log[0], "w") as log:
    subprocess.run([*command, *files.tables, *files.figures], stdout=log, stderr=log, check=True)
