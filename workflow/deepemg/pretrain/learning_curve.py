"""How much more training would bring: networks of more and more virtual subjects, on subjects of none of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from tqdm import tqdm

from deepemg.atomic import written_aside
from deepemg.evaluate.metrics import pearson_r, rmse
from deepemg.generated_sections import markdown_table
from deepemg.pretrain.assemble import unscaled
from deepemg.pretrain.chunks import make_chunk
from deepemg.pretrain.protocols import changed
from deepemg.pretrain.stress import recruit
from deepemg.pretrain.training import load_history, load_network, loss, read_settings
from deepemg.pretrain.virtual.draws import Assumptions, read_assumptions
from deepemg.pretrain.virtual.simulate import VirtualSubjects
from deepemg.pretrain.virtual_trials import Recorded, scores
from deepemg.reconstruct.nmm.amortised_posterior import AmortisedPosterior
from deepemg.reconstruct.nmm.density_estimator import DensityEstimator
from deepemg.reconstruct.nmm.method import NMM
from deepemg.signals.read import read

SEED = 20261126  # of no training
CHUNKS = 6  # of the training's subjects, for the loss
SUBJECTS = 288  # of the study protocol, for the errors
STUDY = "a study"


def held_out_loss(network: DensityEstimator) -> float:
    """Mean loss over subjects drawn as those of the training, but of no training."""
    settings, found = read_settings(), []
    for number in range(CHUNKS):
        examples, _ = make_chunk(number, SEED, settings, read_assumptions())
        codes = torch.arange(examples.movements.shape[1])
        for start in range(0, settings["training"]["chunk"], 64):
            with torch.no_grad():
                found.append(loss(network, examples.rows(slice(start, start + 64)), codes, settings["training"]))
    return float(torch.cat(found).mean())


def assumptions_of_a_study() -> Assumptions:
    """The assumptions behind virtual subjects in the protocol of a study."""
    (study,) = (protocol for protocol in read_settings()["protocols"] if protocol["name"] == STUDY)
    return changed(read_assumptions(), study["assumptions"])


def recruit_for_a_study(subjects: int, *, seed: int) -> list[VirtualSubjects]:
    """Virtual subjects with three trials each in the protocol of a study, a third with each set of muscle curves."""
    return recruit(assumptions_of_a_study(), subjects, 3, seed=seed)


def virtual_errors(amortised: AmortisedPosterior) -> dict[str, float]:
    """Mean RMSE and r of each hidden muscle over virtual subjects in the protocol of a study, first trial."""
    found = pd.concat([scores(amortised, group, Recorded()) for group in recruit_for_a_study(SUBJECTS, seed=SEED)])
    means = found.groupby("muscle")[["rmse", "r"]].mean()
    return {f"virtual_{muscle}_{name}": float(row[name]) for muscle, row in means.iterrows() for name in means.columns}


def cohort_errors(cohort: Path, weights: Path) -> dict[str, float]:
    """Mean RMSE and r of each hidden muscle over the test trials of a cohort with truth, by the networks alone."""
    method, found = NMM(weights=str(weights), iterations=0), []
    for folder in sorted(cohort.glob("S*")):
        recording = read(folder)
        fitted = method.fit(recording.train)
        for trial in recording.test:
            truth, answer = recording.held_out[recording.held_out["trial"] == trial.name], fitted.reconstruct(trial)
            for muscle in (name for name in answer.muscles if name in truth):
                pair = truth[muscle].to_numpy(), answer.mean[:, answer.muscles.index(muscle)]
                found.append((muscle, rmse(*pair), pearson_r(*pair)))
    means = pd.DataFrame(found, columns=["muscle", "rmse", "r"]).groupby("muscle").mean()
    return {
        f"{cohort.name}_{muscle}_{name}": float(row[name]) for muscle, row in means.iterrows() for name in means.columns
    }


def curve_table(networks: Sequence[Path], cohorts: Sequence[Path], out: Path) -> pd.DataFrame:
    """Write a row per network into `out`: subjects it was trained on, held-out loss, and errors of hidden muscles."""
    rows = []
    for file in tqdm(networks, "learning curve", unit="network"):
        network, chunk = load_network(file), read_settings()["training"]["chunk"]
        amortised, weights = unscaled([network]), out.with_suffix(".weights")
        amortised.save(weights)
        row = {"network": file.stem, "subjects": chunk * len(load_history(file)), "loss": held_out_loss(network)}
        rows.append(row | virtual_errors(amortised))
        for cohort in cohorts:
            rows[-1] |= cohort_errors(cohort, weights)
        weights.unlink()
    table = pd.DataFrame(rows).sort_values("subjects", kind="stable")
    with written_aside(out) as path:
        table.round(5).to_csv(path, index=False)
    return table


def gain_per_doubling(table: pd.DataFrame, column: str) -> float:
    """Ratio of an error after twice as many subjects, from a straight line through its logarithms."""
    slope = np.polyfit(np.log2(table["subjects"]), np.log(table[column]), 1)[0]
    return float(np.exp(slope))


def curve_sections(folder: Path) -> dict[str, str]:
    """The section of docs/nmm.md, from the file in `folder`: a row per network, and what a doubling brings; none before
    it was made.
    """
    if not (folder / "curve.csv").exists():
        return {}
    table = pd.read_csv(folder / "curve.csv")
    errors = [name for name in table.columns if name.endswith("_rmse")]
    labels = {name: " ".join(name.removesuffix("_rmse").split("_")) + " RMSE" for name in errors}
    shown = pd.DataFrame({"virtual subjects": table["subjects"], "loss": table["loss"].map("{:.3f}".format)})
    for name in errors:
        shown[labels[name]] = table[name].map("{:.4f}".format)
    gain = {"virtual subjects": "a doubling", "loss": f"{table['loss'].diff().mean():+.3f}"}
    gain |= {labels[name]: f"{100 * (gain_per_doubling(table, name) - 1):+.1f} %" for name in errors}
    picture = "![Errors against the virtual subjects of the training](../results/released/training/curve.png)"
    return {"curve": f"{picture}\n\n{markdown_table(pd.concat([shown, pd.DataFrame([gain])]))}"}
