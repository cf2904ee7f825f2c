"""One self-contained page per subject."""

from deepemg.job import begin, end

begin(snakemake)

from pathlib import Path

import pandas as pd

from deepemg.joint.shared_moment_arm import labelled_doubles
from deepemg.parquet import read_parquet
from deepemg.recordings.protocol import protocol_row
from deepemg.recordings.subject import read_subject
from deepemg.report import hidden_muscles, torque
from deepemg.report.pages.inputs import inputs_table
from deepemg.report.pages.subject_page import answers, downloads, render_subject
from deepemg.report.pages.zoomable import zoomable
from deepemg.report.parameters import with_prior_sd
from deepemg.report.provenance import provenance
from deepemg.report.shown import shown
from deepemg.report.style import DOUBLE_COLUMN_MM, ONE_COLUMN_MM, svg_text
from deepemg.report.trial_tables import quality_of_signals, reconstructed_torque_of_tests, torque_of_tests
from deepemg.signals.normalisation import reference_label
from deepemg.signals.tables import read_levels

files, params = snakemake.input, snakemake.params
subject = read_subject(Path(params.folder), params.recordings)
joint, unit = subject.generic_joint(), reference_label([subject.reference])
observed = [channel.muscle for channel in subject.channels_used("observed")]
recorded = {muscle for name in observed for muscle in joint.members(name)}
hidden = {muscle.name: muscle.label for muscle in joint.muscles if muscle.name not in recorded}
indistinct = labelled_doubles(joint, observed)

method = params.method
reconstruction, measured = shown(read_parquet(files.reconstruction)), read_parquet(files.envelopes)
held_out = read_parquet(files.held_out) if subject.channels_used("held_out") else None
deep_emg, torques = shown(pd.read_csv(files.deep_emg)), shown(pd.read_csv(files.torque_scores))
over_all = deep_emg[(deep_emg["load"] == "all") & (deep_emg["method"] == method)].drop_duplicates("muscle", keep="last")
torque_tables = (
    torque_of_tests(files.kinematics, files.torque),
    reconstructed_torque_of_tests([files.reconstruction]),
)


def both(draw):
    """A figure for a screen and for a phone."""
    return svg_text(draw(DOUBLE_COLUMN_MM)), svg_text(draw(ONE_COLUMN_MM))


page = render_subject(
    subject.id,
    protocol_row(subject),
    method=method,
    joint=joint.anatomical_name,
    reference=subject.reference,
    observed=observed,
    has_truth=held_out is not None,
    tested=any(trial.split == "test" for trial in subject.movements),
    indistinct=indistinct,
    answers=answers(reconstruction, over_all, hidden, indistinct),
    answer=both(
        lambda width: hidden_muscles.plot(
            reconstruction, held_out, joint, list(hidden), method, value_label=unit, width_mm=width
        )
    ),
    inputs=inputs_table(subject, read_levels(files.levels)),
    **quality_of_signals(files.quality),
    zoomable=zoomable(reconstruction, measured, held_out, joint),
    envelopes={
        name: (Path(wide).read_text(), Path(narrow).read_text())
        for name, wide, narrow in zip(params.methods, files.figures, files.narrow, strict=True)
    },
    torque_figure=both(lambda width: torque.plot(*torque_tables, width_mm=width)),
    deep_emg=deep_emg,
    torque=torques,
    parameters=with_prior_sd(pd.read_csv(files.parameters), {subject.id: joint}, params.scheme),
    downloads=downloads(method, sorted(path.name for path in Path(files.export).glob("*.csv"))),
    provenance=provenance(params.config, Path(params.folder), [Path(path) for path in files.weights]),
)
Path(snakemake.output.page).write_text(page)
end(snakemake)
