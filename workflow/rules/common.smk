# Configuration, embedded data, subjects: what every rule below takes for granted.
import hashlib
import os
import subprocess
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

HERE = Path(workflow.basedir)
LIBRARY = HERE / "workflow"
sys.path.insert(0, str(LIBRARY))
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, [str(LIBRARY), os.environ.get("PYTHONPATH")])
)

from deepemg.recordings.check import check_folders, find_subjects
from deepemg.recordings.problems import RecordingError
from deepemg.recordings.subject import read_subject

validate(config, schema="../schemas/config.schema.yaml")

# Raw data is never an output of a rule: Snakemake would delete what a lab put beside it.
if workflow.is_main_process and config["data"] == "data" and not Path("data").exists():
    subprocess.run(
        [sys.executable, "-m", "dvc", "pull", "--quiet", "data.dvc"], check=True
    )

RECORDINGS = Path(config["recordings"]) if config["recordings"] else None
FOLDERS = find_subjects(Path(config["data"]))
if workflow.is_main_process:
    try:
        check_folders(FOLDERS, RECORDINGS)
    except RecordingError as error:
        raise WorkflowError(str(error)) from None
    if not FOLDERS:
        raise WorkflowError(
            f"DE-000 {config['data']}: found no subject.yaml; expected {config['data']}/<subject>/subject.yaml"
        )

SUBJECTS = {folder.name: read_subject(folder, RECORDINGS) for folder in FOLDERS}
METHODS = config["fit_method"]["methods"]
MODEL_FILES = {"copy": "model.json", "mse": "model.json", "nmm-paper": "weights.pt"}
SUBJECT_TEXTS = ["subject.yaml", "channels.csv", "trials.csv"]


wildcard_constraints:
    subject="|".join(SUBJECTS),
    load="|".join(
        {load for subject in SUBJECTS.values() for load in subject.loads} | {"all"}
    ),
    method="|".join(METHODS),


def library(*parts):
    """Fingerprint of parts of the library, as a param: a rule runs again when one of them changes, and only then."""
    found = [
        path
        for part in parts
        for path in sorted((LIBRARY / "deepemg" / part).rglob("*"))
        if path.is_file()
    ]
    sources = [path for path in found if path.suffix in {".py", ".yaml", ".csv", ".j2"}]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[
        :16
    ]


def subject_texts(wildcards):
    """The three text files of a subject folder."""
    return [SUBJECTS[wildcards.subject].folder / name for name in SUBJECT_TEXTS]


def fits(subject, file):
    """One file of every fit of a subject: each load on its own and all loads together, by every method."""
    loads = [*SUBJECTS[subject].loads, "all"]
    return expand(
        "<results>/{subject}/{load}/{method}/" + file,
        subject=subject,
        load=loads,
        method=METHODS,
    )
