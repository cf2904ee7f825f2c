"""Joint torque by OpenSim's inverse dynamics tool on the subject's scaled arm (the reference of the torque table)."""

import os
import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only
os.dup2(sys.stderr.fileno(), 1)  # OpenSim's tool prints its model on standard output

from pathlib import Path

import pandas as pd

from deepemg.arm.storage import write_moment
from deepemg.files import written_aside
from deepemg.recordings.subject import read_subject
from deepemg.signals.torque import subject_torque

subject = read_subject(Path(snakemake.input.texts[0]).parent, snakemake.params.recordings)
arm = subject.scaled_arm()
kinematics = pd.read_parquet(snakemake.input.kinematics)
torque = subject_torque(arm, kinematics)
with written_aside(snakemake.output.torque) as path:
    write_moment(path, arm, kinematics["clock_s"].to_numpy(), torque)
