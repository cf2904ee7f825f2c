"""What the README shows of a finished study beside its table: a picture of what one gets, and what the study cost."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pandas as pd
import yaml
from matplotlib.figure import Figure

from deepemg.atomic import written_aside
from deepemg.joint.definition import load_joint
from deepemg.parquet import read_parquet
from deepemg.report import hidden_muscles
from deepemg.report.palette import write_small_png
from deepemg.report.shown import shown
from deepemg.signals.normalisation import reference_label

PICTURE = Path("figures") / "hidden_muscles.png"
COST = Path("cost.csv")
OTHER_TARGETS = ("train_trees", "cross_validate", "tabulate_costs")  # no job of `make`


def picture(results: Path, method: str = "nmm") -> Figure:
    """The hidden muscles of the first subject of a finished study; one fit for all loads, test trials.

    Raises FileNotFoundError where the study has no such fit.
    """
    subject = pd.read_csv(results / "tables" / "subjects.csv").iloc[0]
    folder = results / str(subject["subject"])
    held_out = read_parquet(folder / "held_out.parquet")
    joint = load_joint(str(subject["arm"]))
    return hidden_muscles.plot(
        shown(read_parquet(folder / "all" / method / "reconstruction.parquet")),
        held_out,
        joint,
        [muscle for muscle in joint.muscle_names if muscle in held_out.columns],
        method,
        value_label=reference_label([str(subject["emg_level"])]),
    )


def _is_of_study(benchmark: Path, methods: list[str]) -> bool:
    """Whether the job of a benchmark (its path below the benchmarks) is one of `make`, and not of another target."""
    rule, *rest = benchmark.with_suffix("").parts
    if rule == "fit_method":
        return rest[-1] in methods
    return "opponents" not in rest and rule not in OTHER_TARGETS


def cost(results: Path) -> pd.DataFrame:
    """One row: jobs, cpu_minutes of them all, and peak_mb, the memory of the largest (MB), from the benchmarks."""
    methods = yaml.safe_load((results / "config.yaml").read_text())["fit_method"]["methods"]
    folder = results / "benchmarks"
    files = [file for file in sorted(folder.rglob("*.tsv")) if _is_of_study(file.relative_to(folder), methods)]
    jobs = pd.concat([pd.read_csv(file, sep="\t", na_values="-") for file in files])
    minutes = jobs["cpu_time"].sum() / 60
    return pd.DataFrame(
        {"jobs": [len(files)], "cpu_minutes": [round(minutes, 1)], "peak_mb": [round(jobs["max_rss"].max())]}
    )


def cost_sentence(released: Path) -> str:
    """What a run of the study costs, for the README, from the published file."""
    row = pd.read_csv(released / COST).iloc[0]
    return (
        f"The last published run of `make`: {row['jobs']:.0f} jobs, {row['cpu_minutes']:.0f} minutes of CPU time in "
        f"them, at most {row['peak_mb'] / 1000:.1f} GB of memory a job."
    )


def publish_readme(results: Path, released: Path) -> None:
    """Write the picture and the cost of a finished study into the folder of what is published."""
    (released / PICTURE).parent.mkdir(parents=True, exist_ok=True)
    drawn = BytesIO()
    picture(results).savefig(drawn, format="png", dpi=300, metadata={"Software": None})
    write_small_png(drawn, released / PICTURE)
    with written_aside(released / COST) as aside:
        cost(results).to_csv(aside, index=False)
