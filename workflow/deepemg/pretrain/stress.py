"""Subjects unlike those of the training, and what each recording is worth: tables of docs/nmm.md.

Both on virtual subjects made anew, by the networks alone: no subject fit, and no claim about people.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import torch
import yaml
from tqdm import tqdm

from deepemg.atomic import written_aside
from deepemg.generated_sections import markdown_table
from deepemg.pretrain.protocols import changed
from deepemg.pretrain.virtual.draws import Assumptions, read_assumptions
from deepemg.pretrain.virtual.simulate import VirtualSubjects, simulate
from deepemg.pretrain.virtual_trials import Recorded, scores
from deepemg.reconstruct.nmm.amortised_posterior import AmortisedPosterior, load_weights
from deepemg.reconstruct.nmm.slots import FLEXOR

SEED = 20261123  # of no training chunk: those are below 20 million
SAMPLES = 200
CURVES = ("de_groote", "millard", "thelen")
USUAL = MVC_FLEXION, MVC_EXTENSION, HOLD_FLEXION, HOLD_EXTENSION = range(4)  # as they stand in the plan of contractions
PROTOCOL = {
    "one curl trial": Recorded((0,), ()),
    "three curl trials with different loads": Recorded((0, 1, 2), ()),
    "six curl trials": Recorded((0, 1, 2, 3, 4, 5), ()),
    "three, and MVC flexion with torque": Recorded((0, 1, 2), (MVC_FLEXION,)),
    "three, and MVC extension with torque": Recorded((0, 1, 2), (MVC_EXTENSION,)),
    "three, and MVC flexion and extension with torque": Recorded((0, 1, 2), (MVC_FLEXION, MVC_EXTENSION)),
    "three, and a submaximal flexion with torque": Recorded((0, 1, 2), (HOLD_FLEXION,)),
    "three, and all four contractions with torque": Recorded(),
    "three, and all four contractions without torque": Recorded(contraction_torque=False),
    "one curl trial, and all four contractions with torque": Recorded((0,)),
    "three, all four contractions, no inverse dynamics": Recorded(torque=False),
}


def with_errors(v: VirtualSubjects, changes: dict[str, float]) -> VirtualSubjects:
    """The same subjects, with errors in what the method is given."""
    torque = v.torque * changes.get("torque_gain", 1.0) + changes.get("torque_offset", 0.0)
    gain = torch.where(FLEXOR, changes.get("flexor_gain", 1.0), 1.0)
    late = int(changes.get("late_samples", 0))
    rows = (torch.arange(v.envelopes.shape[2]) - late).clamp(min=0)
    isometric = replace(v.isometric, envelopes=v.isometric.envelopes * gain)
    return replace(v, torque=torque, envelopes=v.envelopes[:, :, rows] * gain, isometric=isometric)


def read_cases() -> list[dict[str, Any]]:
    """The cases of stress.yaml: name, and what is changed."""
    cases: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "stress.yaml").read_text())
    return cases


def recruit(assumptions: Assumptions, subjects: int, trials: int, *, seed: int = SEED) -> list[VirtualSubjects]:
    """`subjects` virtual subjects, a third with each set of muscle curves."""
    each = max(1, subjects // len(CURVES))
    size = {"subjects": each, "trials": trials, "samples": SAMPLES}
    return [simulate(seed + place, curves=name, assumptions=assumptions, **size) for place, name in enumerate(CURVES)]


def stress_table(amortised: AmortisedPosterior, subjects: int) -> pd.DataFrame:
    """A row per case and hidden muscle; medians over subjects, coverage pooled."""
    tables = []
    for case in tqdm(read_cases(), "stress", unit="case"):
        assumptions = changed(read_assumptions(), case.get("assumptions", {}))
        groups = [with_errors(group, case.get("errors", {})) for group in recruit(assumptions, subjects, 3)]
        full, without = (
            pd.concat(
                [scores(amortised, group, Recorded(torque=torque, contraction_torque=torque)) for group in groups]
            )
            for torque in (True, False)
        )
        table = _summary(full)
        table["rmse_no_torque"] = without.groupby("muscle")["rmse"].median()
        tables.append(table.reset_index().assign(case=case["name"]))
    return pd.concat(tables)


def protocol_table(amortised: AmortisedPosterior, subjects: int) -> pd.DataFrame:
    """A row per set of recordings and hidden muscle, all of the same subjects, who did everything with torque."""
    assumptions = read_assumptions()
    done = [entry | {"present": 1.0} for entry in assumptions["isometric"]["plan"][: len(USUAL)]]
    with_torque = {"plan": done, "torque_known": {"low": 1.0, "high": 1.0}}
    groups = recruit(changed(assumptions, {"isometric": with_torque, "mvc": {"unknown": 0.0}}), subjects, 6)
    tables = []
    for name, recorded in tqdm(PROTOCOL.items(), "protocol", unit="set"):
        found = pd.concat([scores(amortised, group, recorded) for group in groups])
        tables.append(_summary(found).reset_index().assign(case=name))
    return pd.concat(tables)


def _summary(found: pd.DataFrame) -> pd.DataFrame:
    by_muscle = found.groupby("muscle")
    columns = ["rmse_copy", "rmse", "r_copy", "r", "width"]
    return by_muscle[columns].median().join(by_muscle["coverage90"].mean())


def markdown(table: pd.DataFrame, first: str) -> str:
    """Both muscles side by side, a row per case."""
    labels = {"rmse_copy": "copy", "rmse": "RMSE", "rmse_no_torque": "no torque", "r": "r"}
    labels |= {"width": "band width", "coverage90": "coverage"}
    rows = []
    for case, part in table.groupby("case", sort=False):
        row = {first: case}
        for cells in part.to_dict("records"):
            for key in (key for key in labels if key in cells):
                digits = 2 if key in ("r", "coverage90") else 3
                row[f"{cells['muscle']} {labels[key]}"] = f"{cells[key]:.{digits}f}"
        rows.append(row)
    return markdown_table(pd.DataFrame(rows))


def stress_tables(weights: Path | None, subjects: int, out: Path) -> None:
    """Both tables, as files in `out`."""
    amortised = load_weights(weights)
    out.mkdir(parents=True, exist_ok=True)
    for name, make in (("protocol", protocol_table), ("stress", stress_table)):
        with written_aside(out / f"{name}.csv") as path:
            make(amortised, subjects).to_csv(path, index=False)


def stress_sections(folder: Path) -> dict[str, str]:
    """Sections of docs/nmm.md by name, from the files in `folder`."""
    heads = {"protocol": "recorded", "stress": "subjects"}
    return {name: markdown(pd.read_csv(folder / f"{name}.csv"), head) for name, head in heads.items()}
