"""Figure 2. The set-up, and the trials of every subject by role, load and split."""

from deepemg.job import begin, end

begin(snakemake)

from functools import partial
from pathlib import Path

from deepemg.recordings.subject import read_subject
from deepemg.report import protocol
from deepemg.report.figure_files import write_figure
from deepemg.report.muscle_roles import muscle_roles
from deepemg.report.trial_tables import durations_of_trials

subjects = [read_subject(Path(folder), snakemake.params.recordings) for folder in snakemake.params.folders]
pairs = zip(snakemake.input.kinematics, snakemake.input.quality, strict=True)
trials = protocol.numbers(subjects, [durations_of_trials(*pair) for pair in pairs])
draw = partial(protocol.plot, trials, subjects[0].generic_joint(), muscle_roles(subjects[0]))
write_figure(snakemake.output, trials, draw)
end(snakemake)
