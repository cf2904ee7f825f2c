# A study that has been checked: what every rule below takes for granted.
from pathlib import Path

from snakemake.exceptions import WorkflowError

from deepemg.recordings.problems import RecordingError
from deepemg.settings import as_plain
from deepemg.study.check import check_study
from deepemg.study.command_line import in_their_kinds
from deepemg.study.told import LEAVE_OUT

try:
    STUDY = check_study(config, inputs=workflow.is_main_process)
except RecordingError as error:
    raise WorkflowError(f"{error}\n{LEAVE_OUT}") from None

config.update(in_their_kinds(config, as_plain(STUDY.config)))  # it stands in pages and in config.yaml
SUBJECTS = STUDY.subjects
METHODS = list(STUDY.config.fit_method.methods)
OPPONENTS = list(STUDY.config.fit_method.opponents)
EVERYONE = [*METHODS, *OPPONENTS]
GIVEN = [f"{method}-given" for method in STUDY.config.cross_validate.given]
RIDGES = ["ridge-emg", "ridge-motion", "ridge-all"]
LOADS = sorted({load for subject in SUBJECTS.values() for load in subject.loads})


wildcard_constraints:
    subject="|".join(SUBJECTS),
    load="|".join([f"(not_)?({'|'.join(LOADS)})", "all"]),
    method="|".join(sorted({*METHODS, *OPPONENTS})),
