"""One self-contained page per subject."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

import json
from pathlib import Path

import pandas as pd

from deepemg.files import fit_names, written_aside
from deepemg.recordings.protocol import protocol_row
from deepemg.recordings.subject import read_subject
from deepemg.report import torque
from deepemg.report.frames import reconstructed_torque_of_tests, torque_of_tests
from deepemg.report.page import render_page
from deepemg.report.style import svg_text
from deepemg.report.versions import versions
from deepemg.signals.normalisation import LABELS

files = snakemake.input
subject = read_subject(Path(files.texts[0]).parent, snakemake.params.recordings)
quality = json.loads(Path(files.quality).read_text())
reference = torque_of_tests(files.kinematics, files.torque)
page = render_page(
    subject.id,
    protocol_row(subject),
    value_label=LABELS[quality["normalisation"]],
    has_mvc=quality["normalisation"] == "mvc",
    has_truth=bool(subject.channels_used("held_out")),
    quality=pd.DataFrame(quality["channels"]),
    envelopes={
        method: Path(svg).read_text() for method, svg in zip(snakemake.params.methods, files.figures, strict=True)
    },
    torque_figure=svg_text(torque.plot(reference, reconstructed_torque_of_tests(files.reconstructions))),
    deep_emg=pd.read_csv(files.deep_emg),
    torque=pd.read_csv(files.torque_scores),
    parameters=pd.concat([pd.read_csv(file) for file in files.parameters if fit_names(file)["load"] == "all"]),
    versions=versions(),
)
with written_aside(snakemake.output.page) as path:
    path.write_text(page)
