"""Joint angle, velocity and acceleration of every movement trial on the common clock."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

from deepemg.files import written_aside
from deepemg.recordings.subject import read_subject
from deepemg.signals.kinematics import subject_kinematics

subject = read_subject(Path(snakemake.input.texts[0]).parent, snakemake.params.recordings)
table = subject_kinematics(subject, rate_hz=snakemake.params.rate_hz, settings=snakemake.params.settings)
with written_aside(snakemake.output.kinematics) as path:
    table.to_parquet(path)
