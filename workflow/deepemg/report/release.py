"""Tables, figures and fits of a finished study, published; and the summary of what was published."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import yaml

from deepemg.atomic import copy_aside, written_aside
from deepemg.joint.definition import load_joint
from deepemg.output_digests import check_files
from deepemg.reconstruct.registry import method_class
from deepemg.report.digests import WEIGHTS, trained_weights, write_digests
from deepemg.report.model_card import model_card
from deepemg.report.palette import write_small_png
from deepemg.report.priors import prior_muscles
from deepemg.report.provenance import provenance
from deepemg.report.readme import publish_readme
from deepemg.report.released_tables import fits_of, read_cells
from deepemg.report.summary import summary_markdown
from deepemg.signals.normalisation import reference_label

CARDS = "cards"  # folder of the model cards in a release


def muscle_labels(tables: Path) -> dict[str, str]:
    """Labels of the hidden muscles of table 4, from the joints of table 1."""
    joints = [load_joint(name) for name in pd.read_csv(tables / "subjects.csv")["arm"].unique()]
    labels = {muscle.name: muscle.label for joint in joints for muscle in joint.muscles}
    return {name: labels[name] for name in pd.read_csv(tables / "deep_emg.csv")["muscle"].unique()}


def released_summary(tables: Path) -> str:
    """The README's summary of a folder of tables."""
    subjects = pd.read_csv(tables / "subjects.csv")
    return summary_markdown(
        pd.read_csv(tables / "deep_emg.csv"),
        pd.read_csv(tables / "torque.csv"),
        muscle_labels(tables),
        prior_muscles(subjects),
        value_label=reference_label(sorted(subjects["emg_level"].unique())),
    )


def release(results: Path, released: Path) -> None:
    """Publish a finished study: tables, PNG figures, every fit that made the tables, and how all of it was made.

    `config.yaml` is the configuration with the subjects named, `digests.csv` says what data, trained weights and fits
    were, `cards/` tells of each method's fits. Raises FileNotFoundError where there is no finished study, and
    DamagedFileError where a file of it is not what was written.
    """
    if not (results / "tables").is_dir() or not (results / "config.yaml").is_file():
        raise FileNotFoundError(f"{results}/tables: no such folder; expected the results of a finished study")
    subjects = list(read_cells(results / "tables" / "subjects.csv")["subject"])
    config = yaml.safe_load((results / "config.yaml").read_text()) | {"subjects": subjects}
    fits = [results / Path(*fit) / "model" for fit in fits_of(results / "tables")]
    check_files([*(results / name for name in ("tables", "figures", "metrics.json", "config.yaml")), *fits], results)
    made_by = provenance(config, Path(config["data"]), map(Path, trained_weights(config)))  # before anything changes
    _copy_tables_and_figures(results, released)
    _copy_fits(results, released)
    copy_aside(results / "metrics.json", released / "metrics.json")
    publish_readme(results, released)
    with written_aside(released / "config.yaml") as aside:
        aside.write_text(yaml.safe_dump(config, sort_keys=False))
    write_digests(config, released)
    (released / CARDS).mkdir(exist_ok=True)
    for method in config["fit_method"]["methods"]:
        card = model_card(method, released / "tables", made_by, about=str(method_class(method).__doc__))
        with written_aside(released / CARDS / f"{method}.md") as aside:
            aside.write_text(card)


def _copy_fits(results: Path, released: Path) -> None:
    """The model file of every fit that made the tables; those of an earlier release go."""
    shutil.rmtree(released / WEIGHTS, ignore_errors=True)
    for fit in fits_of(results / "tables"):
        target = released / WEIGHTS / Path(*fit)
        target.parent.mkdir(parents=True, exist_ok=True)
        copy_aside(results / Path(*fit) / "model", target)


def _copy_tables_and_figures(results: Path, released: Path) -> None:
    for folder, pattern, copy in (("tables", "*.csv", copy_aside), ("figures", "*.png", write_small_png)):
        target = released / folder
        target.mkdir(parents=True, exist_ok=True)
        for file in sorted((results / folder).glob(pattern)):
            copy(file, target / file.name)
