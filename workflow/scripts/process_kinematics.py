"""Joint angle, velocity and acceleration of every movement trial on the common clock."""

from deepemg.job import begin, end

begin(snakemake)

from pathlib import Path

from deepemg.parquet import write_parquet
from deepemg.recordings.subject import read_subject
from deepemg.signals.kinematics import subject_kinematics
from deepemg.signals.settings import KinematicsSettings

params = snakemake.params
subject = read_subject(Path(params.folder), params.recordings)
table = subject_kinematics(subject, rate_hz=params.rate_hz, settings=KinematicsSettings(**params.settings))
write_parquet(table, snakemake.output.kinematics)
end(snakemake)
