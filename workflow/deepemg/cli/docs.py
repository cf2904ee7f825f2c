"""`deepemg docs`: sections of the documents that are made from code and released files, and the list of settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

NAME = "docs"
RELEASED = Path("results/released")
TOLERANCE = 0.011  # between a number written and one made again: the last digit may round otherwise elsewhere
NUMBER = re.compile(r"\d+\.\d+")

Sections = dict[str, str]


def readme_sections() -> Sections:
    """The summary of the released tables, and what a run of the study costs."""
    from deepemg.report.readme import cost_sentence
    from deepemg.report.release import released_summary

    return {"summary": released_summary(RELEASED / "tables"), "cost": cost_sentence(RELEASED)}


def joint_sections() -> Sections:
    """What torque could tell of the parameters, at best."""
    from deepemg.joint.definition import load_joint
    from deepemg.joint.identifiability import identifiability_markdown

    return {"identifiability": identifiability_markdown(load_joint("elbow6"))}


def tables_sections() -> Sections:
    """The released study in full, and released comparisons."""
    import pandas as pd

    from deepemg.report.comparison_tables import comparison_sections, study_sections
    from deepemg.report.priors import prior_muscles

    priors = prior_muscles(pd.read_csv(RELEASED / "tables" / "subjects.csv"))
    return study_sections(RELEASED / "tables") | comparison_sections(RELEASED / "opponents", priors)


def nmm_sections() -> Sections:
    """Released stress cases, what each recording and each contraction is worth, calibration, and the learning curve."""
    from deepemg.pretrain.calibration import calibration_sections
    from deepemg.pretrain.contraction_worth import contraction_sections
    from deepemg.pretrain.learning_curve import curve_sections
    from deepemg.pretrain.stress import stress_sections

    found = stress_sections(RELEASED / "stress") | calibration_sections(RELEASED / "calibration")
    return found | contraction_sections(RELEASED / "protocols") | curve_sections(RELEASED / "training")


def subject_sections() -> Sections:
    """Which contractions to record, minute by minute."""
    from deepemg.pretrain.contraction_protocols import instruction_sections

    return instruction_sections()


def truth_sections() -> Sections:
    """The released audit of the simulated truth."""
    from deepemg.audit.document import truth_sections as sections

    return sections(RELEASED / "truth")


def checks_sections() -> Sections:
    """What the checks find of faults that were put in, and what becomes of damaged files."""
    from deepemg.audit.document import check_sections

    return check_sections(RELEASED / "truth")


def reproduce_sections() -> Sections:
    """What a cell may differ by and still count as reproduced, and what was seen on kinds of machines."""
    from deepemg.study.machines import largest_seen, machines_markdown
    from deepemg.study.tolerances import tolerances_markdown

    file = RELEASED / "machines.csv"
    return {"tolerances": tolerances_markdown(largest_seen(file)), "machines": machines_markdown(file)}


def cluster_sections() -> Sections:
    """What Slurm cost in the last measurement, and what is planned for many subjects."""
    from deepemg.report.scale_out import scale_out_sections

    return scale_out_sections(RELEASED / "scale_out")


PAGES: dict[str, Callable[[], Sections]] = {
    "README.md": readme_sections,
    "docs/add-a-subject.md": subject_sections,
    "docs/checks.md": checks_sections,
    "docs/cluster.md": cluster_sections,
    "docs/joint.md": joint_sections,
    "docs/nmm.md": nmm_sections,
    "docs/tables.md": tables_sections,
    "docs/reproduce.md": reproduce_sections,
    "docs/truth.md": truth_sections,
}


def made_documents() -> dict[Path, str]:
    """Every page with its sections made anew, and the generated files of config/."""
    from deepemg.generated_sections import has_section, with_section
    from deepemg.study.config_files import defaults_text, schema_text

    found = {Path("config/defaults.yaml"): defaults_text(), Path("config/config.schema.json"): schema_text()}
    for page, sections in PAGES.items():
        text = Path(page).read_text()
        for name, content in sections().items():
            if has_section(text, name):  # a page need not show everything that was released
                text = with_section(text, name, content)
        found[Path(page)] = text
    return found


def is_same(old: str, new: str) -> bool:
    """Whether two texts differ in nothing but the last digit of some numbers."""
    numbers = [[float(number) for number in NUMBER.findall(text)] for text in (old, new)]
    if NUMBER.sub("", old) != NUMBER.sub("", new) or len(numbers[0]) != len(numbers[1]):
        return False
    return all(abs(a - b) <= TOLERANCE for a, b in zip(*numbers, strict=True))


def main(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit code 1 where a section is stale.")
    ] = False,
) -> None:
    """Renew the generated sections of README.md and docs/, config/defaults.yaml and its schema.

    Example: `deepemg docs --check`
    """
    from deepemg.atomic import written_aside

    made = made_documents()
    stale = [path for path, text in made.items() if not (path.exists() and is_same(path.read_text(), text))]
    for path in stale:
        typer.echo(f"{'stale' if check else 'renewed'}: {path}")
        if not check:
            with written_aside(path) as aside:
                aside.write_text(made[path])
    raise typer.Exit(1 if check and stale else 0)
