"""Joint torque by OpenSim's inverse dynamics tool on the subject's scaled joint (the reference of the torque table)."""

from deepemg.job import begin, end

begin(snakemake)

from pathlib import Path

from deepemg.parquet import read_parquet, write_parquet
from deepemg.recordings.subject import read_subject
from deepemg.signals.torque import subject_torque, write_torque

joint = read_subject(Path(snakemake.params.folder), snakemake.params.recordings).scaled_joint()
torque = subject_torque(joint, read_parquet(snakemake.input.kinematics))
write_parquet(torque, snakemake.output.torque)
write_torque(Path(snakemake.output.storage), joint, torque)
end(snakemake)
