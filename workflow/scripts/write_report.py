"""The report of the study, one self-contained file, and the settings that were used."""

import subprocess
import sys

import yaml

from deepemg.files import written_aside

files, used = snakemake.input, snakemake.output.config
with written_aside(used) as path:
    path.write_text(yaml.safe_dump(snakemake.params.config, sort_keys=False))
command = [sys.executable, "-m", "snakemake", "--report", snakemake.output.report, "--configfile", used, "--"]
with open(snakemake.log[0], "w") as log:
    shown = [*files.tables, *files.figures, *files.envelopes, *files.pages]
    subprocess.run([*command, *shown], stdout=log, stderr=log, check=True)
