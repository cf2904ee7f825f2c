"""Snakemake's own report: the graph of all rules, their code and run times, and the settings that were used."""

from deepemg.job import begin, end

begin(snakemake)

import subprocess
import sys

import yaml

files, used = snakemake.input, snakemake.output.config
with open(used, "w") as file:
    yaml.safe_dump(snakemake.params.config, file, sort_keys=False)
command = [sys.executable, "-m", "snakemake", "--report", snakemake.output.report, "--configfile", used, "--"]
subprocess.run([*command, *files.tables, *files.figures], stdout=sys.stderr, stderr=sys.stderr, check=True)
end(snakemake)
