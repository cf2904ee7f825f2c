"""Joint torque by OpenSim's inverse dynamics tool on the subject's scaled joint (the reference of the torque table)."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

import pandas as pd

from deepemg.recordings.subject import read_subject
from deepemg.signals.torque import subject_torque, write_torque

joint = read_subject(Path(snakemake.params.folder), snakemake.params.recordings).scaled_joint()
torque = subject_torque(joint, pd.read_parquet(snakemake.input.kinematics))
torque.to_parquet(snakemake.output.torque)
write_torque(Path(snakemake.output.storage), joint, torque)
