"""One self-contained page per subject."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

import pandas as pd

from deepemg.joint.shared_moment_arm import labelled_doubles
from deepemg.recordings.protocol import protocol_row
from deepemg.recordings.subject import read_subject
from deepemg.report import torque
from deepemg.report.page import render_page
from deepemg.report.shown import shown
from deepemg.report.style import svg_text
from deepemg.report.trial_tables import quality_of_signals, reconstructed_torque_of_tests, torque_of_tests
from deepemg.report.versions import versions

files, params = snakemake.input, snakemake.params
subject = read_subject(Path(params.folder), params.recordings)
joint, observed = subject.generic_joint(), [channel.muscle for channel in subject.channels_used("observed")]
torques = torque_of_tests(files.kinematics, files.torque), reconstructed_torque_of_tests(files.reconstructions)
page = render_page(
    subject.id,
    protocol_row(subject),
    joint=joint.anatomical_name,
    reference=subject.reference,
    has_truth=bool(subject.channels_used("held_out")),
    indistinct=labelled_doubles(joint, observed),
    **quality_of_signals(files.quality),
    envelopes={name: Path(svg).read_text() for name, svg in zip(params.methods, files.figures, strict=True)},
    torque_figure=svg_text(torque.plot(*torques)),
    deep_emg=shown(pd.read_csv(files.deep_emg)),
    torque=shown(pd.read_csv(files.torque_scores)),
    parameters=pd.concat([pd.read_csv(file) for file in files.parameters]),
    versions=versions(),
    tested=any(trial.split == "test" for trial in subject.movements),
)
Path(snakemake.output.page).write_text(page)
