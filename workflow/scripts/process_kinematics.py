"""Joint angle, velocity and acceleration of every movement trial on the common clock."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

from deepemg.recordings.subject import read_subject
from deepemg.signals.kinematics import subject_kinematics
from deepemg.signals.settings import KinematicsSettings

params = snakemake.params
subject = read_subject(Path(params.folder), params.recordings)
table = subject_kinematics(subject, rate_hz=params.rate_hz, settings=KinematicsSettings(**params.settings))
table.to_parquet(snakemake.output.kinematics)
