"""Which contractions are worth their time: every protocol on the same virtual subjects, by the networks alone.

All subjects do everything that any protocol asks for, with torque; a protocol is what of that is read. So bodies,
movements, and contractions that two protocols share are the same, and a gain is one of the same people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from tqdm import tqdm

from deepemg.atomic import written_aside
from deepemg.generated_sections import markdown_table
from deepemg.pretrain.contraction_protocols import (
    ContractionProtocol,
    PlannedContraction,
    compared_with,
    minutes,
    read_aim,
    read_protocols,
)
from deepemg.pretrain.learning_curve import assumptions_of_a_study
from deepemg.pretrain.protocols import changed
from deepemg.pretrain.stress import recruit
from deepemg.pretrain.virtual.draws import Assumptions
from deepemg.pretrain.virtual.simulate import VirtualSubjects
from deepemg.pretrain.virtual_trials import Recorded, scores
from deepemg.reconstruct.nmm.amortised_posterior import AmortisedPosterior, load_weights

SEED = 20261205  # of no training
TRIALS = 3  # curls of different loads
RESAMPLED = 4000  # cohorts of the bootstrap
INTERVAL = (0.05, 0.95)
FILE = "contraction_protocols"
MEANS = ["rmse_copy", "rmse", "r", "width", "coverage90", "strength_sd"]

Place = tuple[str, float, float | None, str]  # what makes a contraction another one


def place_of(contraction: PlannedContraction) -> Place:
    """What a contraction is, whether or not its torque is measured."""
    return contraction.pull, contraction.angle_deg, contraction.level, contraction.forearm


def everything(protocols: Sequence[ContractionProtocol]) -> list[Place]:
    """All contractions that any of the protocols reads, each once."""
    return list(dict.fromkeys(place_of(c) for protocol in protocols for c in protocol.read))


def plan(places: Sequence[Place], aim: dict[str, float]) -> list[dict[str, Any]]:
    """Contractions as entries of `isometric: plan` of assumptions.yaml, done by every subject."""
    return [
        {
            "angle": {"mean": angle, "sd": aim["angle_sd"]},
            "extension": float(pull == "extension"),
            "level": level and {"low": (1 - aim["level"]) * level, "high": (1 + aim["level"]) * level},
            "pronated": float(forearm == "pronated"),
            "present": 1.0,
            "extended": False,
        }
        for pull, angle, level, forearm in places
    ]


def assumptions_of(places: Sequence[Place]) -> Assumptions:
    """Subjects in the protocol of a study, who did these contractions with torque and whose levels are those of MVC."""
    contractions = {"plan": plan(places, read_aim()), "torque_known": {"low": 1.0, "high": 1.0}}
    return changed(assumptions_of_a_study(), {"isometric": contractions, "mvc": {"unknown": 0.0}})


def as_recorded(
    subjects: VirtualSubjects, protocol: ContractionProtocol, places: Sequence[Place]
) -> tuple[VirtualSubjects, Recorded]:
    """The subjects with the torques that a protocol measures, and which contractions are read."""
    measured = {place_of(c): c.torque for c in protocol.read}
    known = torch.tensor([measured.get(place, False) for place in places])
    isometric = replace(subjects.isometric, torque_known=subjects.isometric.torque_known & known)
    chosen = [number for number, place in enumerate(places) if place in measured]
    return replace(subjects, isometric=isometric), Recorded(tuple(range(TRIALS)), chosen)


def scored_protocols(
    amortised: AmortisedPosterior, protocols: Sequence[ContractionProtocol], subjects: int
) -> pd.DataFrame:
    """A row per protocol, hidden muscle and subject: the columns of `virtual_trials.scores`."""
    places = everything(protocols)
    groups = recruit(assumptions_of(places), subjects, TRIALS, seed=SEED)
    tables = []
    for protocol in tqdm(protocols, "contractions", unit="protocol"):
        found = pd.concat([scores(amortised, *as_recorded(group, protocol, places)) for group in groups])
        tables.append(found.assign(protocol=protocol.name, subject=found.groupby("muscle").cumcount()))
    return pd.concat(tables, ignore_index=True)


def gains(errors: pd.DataFrame, reference: str) -> pd.DataFrame:
    """By how many percent the mean error of each column is below that of `reference`, with a 90 % interval.

    `errors` has a row per subject and a column per protocol. Subjects are drawn anew with replacement, the same ones
    for both errors (a paired bootstrap). Columns: gain, low, high.
    """
    values, count = errors.to_numpy(), len(errors)
    drawn = np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), RESAMPLED) / count
    place = list(errors.columns).index(reference)

    def below(means: np.ndarray) -> np.ndarray:
        return np.asarray(100 * (1 - means / means.take([place], axis=-1)))

    low, high = np.quantile(below(drawn @ values), INTERVAL, axis=0)
    return pd.DataFrame({"gain": below(values.mean(0)), "low": low, "high": high}, index=errors.columns)


def worth_table(scored: pd.DataFrame, protocols: Sequence[ContractionProtocol]) -> pd.DataFrame:
    """A row per protocol and hidden muscle: its minutes, means over subjects, and gains with their 90 % intervals.

    Columns: protocol, line, about, minutes, contractions (that are read), muscle, those of MEANS, gain, gain_low,
    gain_high over no contractions, and usual_gain, usual_low, usual_high over the usual four; gains in percent.
    """
    described = pd.DataFrame(
        [(p.name, p.line, p.about, round(minutes(p), 2), len(p.read)) for p in protocols],
        columns=["protocol", "line", "about", "minutes", "contractions"],
    )
    tables = []
    for muscle, part in scored.groupby("muscle", sort=False):
        errors = part.pivot(index="subject", columns="protocol", values="rmse")
        over_none, over_usual = (gains(errors, compared_with()[name]) for name in ("none", "usual"))
        found = part.groupby("protocol")[MEANS].mean()
        found = found.join(over_none.rename(columns={"low": "gain_low", "high": "gain_high"}))
        found = found.join(over_usual.rename(columns=lambda name: f"usual_{name}"))
        tables.append(described.assign(muscle=muscle).join(found, on="protocol"))
    return pd.concat(tables, ignore_index=True)


def contraction_tables(weights: Path | None, subjects: int, out: Path) -> pd.DataFrame:
    """Write the table of all protocols into `out`; gives it as it is in the file."""
    protocols = read_protocols()
    scored = scored_protocols(load_weights(weights), protocols, subjects)
    table = worth_table(scored, protocols).round(4)
    out.mkdir(parents=True, exist_ok=True)
    with written_aside(out / f"{FILE}.csv") as path:
        table.to_csv(path, index=False)
    return table


def contraction_sections(folder: Path) -> dict[str, str]:
    """The section of docs/nmm.md, from the files in `folder`; none before they were made."""
    if not (folder / f"{FILE}.csv").exists():
        return {}
    table = pd.read_csv(folder / f"{FILE}.csv")
    labels = {"r": "r", "width": "band width", "coverage90": "coverage", "strength_sd": "strength sd"}
    rows = []
    for name, part in table.groupby("protocol", sort=False):
        first = part.iloc[0]
        row = {"recorded": name, "min": f"{first['minutes']:.1f}", "read": str(first["contractions"])}
        for cells in part.to_dict("records"):
            muscle = cells["muscle"]
            row[f"{muscle} RMSE"] = f"{cells['rmse']:.4f}"
            row[f"{muscle} gain, %"] = f"{cells['gain']:.1f} [{cells['gain_low']:.1f}, {cells['gain_high']:.1f}]"
            row[f"{muscle} over the usual four, %"] = (
                f"{cells['usual_gain']:.1f} [{cells['usual_low']:.1f}, {cells['usual_high']:.1f}]"
            )
            row |= {f"{muscle} {label}": f"{cells[key]:.2f}" for key, label in labels.items()}
        rows.append(row)
    picture = f"![Gain against minutes](../{folder.as_posix()}/{FILE}.png)"
    return {"contractions": f"{picture}\n\n{markdown_table(pd.DataFrame(rows))}"}
