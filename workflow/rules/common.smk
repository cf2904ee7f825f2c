# Configuration, embedded data, subjects: what every rule below takes for granted.
import os
import subprocess
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

HERE = Path(workflow.basedir)
LIBRARY = HERE / "workflow"
sys.path.insert(0, str(LIBRARY))
os.environ.update(PYTHONPATH=os.pathsep.join([str(LIBRARY), *filter(None, [dict(os.environ).get("PYTHONPATH")])]))

from deepemg.reconstruct.trials import UNSEEN
from deepemg.recordings.check import check_folders, find_subjects
from deepemg.recordings.problems import RecordingError
from deepemg.recordings.subject import read_subject

validate(config, schema="../schemas/config.schema.yaml")

# Raw data is never an output of a rule: Snakemake would delete what a lab put beside it.
PRIORS = [
    block["prior"]
    for block in (config["fit_method"]["nmm"], *config["fit_method"]["variants"].values())
    if "prior" in block
]
for path in (config["data"], *PRIORS):
    if workflow.is_main_process and not Path(path).exists() and Path(f"{path}.dvc").exists():
        subprocess.run([sys.executable, "-m", "dvc", "pull", "--quiet", f"{path}.dvc"], check=True)

RECORDINGS = Path(config["recordings"]) if config["recordings"] else None
FOLDERS = find_subjects(Path(config["data"]))
if workflow.is_main_process:
    try:
        check_folders(FOLDERS, RECORDINGS, band_high_hz=config["process_emg"]["band_high_hz"])
    except RecordingError as error:
        raise WorkflowError(str(error)) from None
    if not FOLDERS:
        raise WorkflowError(
            f"DE-000 {config['data']}: found no subject.yaml; expected {config['data']}/<subject>/subject.yaml"
        )

SUBJECTS = {folder.name: read_subject(folder, RECORDINGS) for folder in FOLDERS}
METHODS = config["fit_method"]["methods"]
OPPONENTS = config["fit_method"]["opponents"]
LOADS = {load for subject in SUBJECTS.values() for load in subject.loads}
SUBJECT_TEXTS = ["subject.yaml", "channels.csv", "trials.csv"]


wildcard_constraints:
    subject="|".join(SUBJECTS),
    load="|".join([f"({UNSEEN})?({'|'.join(sorted(LOADS))})", "all"]),
    method="|".join(sorted({*METHODS, *OPPONENTS})),
