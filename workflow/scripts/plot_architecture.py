"""Figure 1. From inputs to envelopes and torque: the NMM of the paper, and ours."""

from deepemg.job import begin, end

begin(snakemake)

from functools import partial
from pathlib import Path

from deepemg.recordings.subject import read_subject
from deepemg.report import architecture
from deepemg.report.figure_files import write_figure
from deepemg.report.muscle_roles import muscle_roles
from deepemg.report.networks import NETWORKS

subject = read_subject(Path(snakemake.params.folder), snakemake.params.recordings)
joint, roles = subject.generic_joint(), muscle_roles(subject)
networks = {method: NETWORKS[method](settings, joint) for method, settings in snakemake.params.settings.items()}
draw = partial(architecture.plot, networks, roles)
write_figure(snakemake.output, architecture.numbers(networks, roles), draw)
end(snakemake)
