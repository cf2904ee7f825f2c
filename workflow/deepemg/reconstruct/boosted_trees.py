"""`trees`: boosted trees on what `nmm`'s networks read, one sample at a time.

A control: what it costs to do without a transformer, without a joint posterior and without the subject fit. The trees
are trained once (pretrain/trees.py) and applied to a subject; nothing is fitted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import torch
from pydantic import Field

from deepemg.digest import file_digest
from deepemg.joint.definition import Joint
from deepemg.joint.settings import ForwardSettings
from deepemg.reconstruct.contract import Fitted, Method, Reconstruction, check_recording, check_trial
from deepemg.reconstruct.nmm.features import NAMES
from deepemg.reconstruct.nmm.nominal_joint import NominalJoint
from deepemg.reconstruct.nmm.observations import clock, observe
from deepemg.reconstruct.nmm.recording_state import recording_state, restore_recording
from deepemg.reconstruct.nmm.slots import SLOTS
from deepemg.reconstruct.nmm.target import OFFSET, from_log_level
from deepemg.reconstruct.nmm.trained_with import TrainedWith
from deepemg.reconstruct.numpy_forward import NumpyForward, generic_parameters
from deepemg.reconstruct.tensor_file import read_tensors, write_tensors
from deepemg.reconstruct.trained_weights import find_weights
from deepemg.settings import settings_dataclass
from deepemg.signals.recording import Recording, Trial

NODE = ("feature", "threshold", "left", "right", "value", "leaf")  # arrays (nodes,) of all trees, one behind the other


@settings_dataclass
class BoostedTrees(Method):
    """Boosted trees on the networks' features, sample by sample; trained once, by the workflow. A control."""

    name: ClassVar[str] = "trees"
    weights: str = Field(
        default="results/trained/trees.pt",
        description="File of the trained trees, kept between runs; the workflow trains them.",
    )
    forward: ForwardSettings = Field(default=ForwardSettings(), description="Forward model of the torque.")

    def fit(self, recording: Recording, *, seed: int = 1) -> FittedBoostedTrees:
        """Read the trained trees; `seed` changes nothing. Raises ValueError where they cannot read the recording."""
        check_recording(recording)
        if not Path(self.weights).is_file():
            raise FileNotFoundError(
                f"DE-093 {self.weights}: no such file; expected trained trees. Fix: train them in a clone of the "
                f"project (snakemake {self.weights}), or name a file (weights)."
            )
        state = read_trees(self.weights)
        TrainedWith.restore(state["trained_with"]).check(recording, self.forward)
        weights = file_digest(self.weights)
        return FittedBoostedTrees(self, recording.joint, state["trees"], weights, recording.of_trials([]))

    def restore(self, joint: Joint, state: dict[str, Any]) -> FittedBoostedTrees:
        """What `state` gave, and the trees that it names. Raises RecordingError where they are not found."""
        file, subject = find_weights(state["weights"], [Path(self.weights)]), restore_recording(joint, state["subject"])
        return FittedBoostedTrees(self, joint, read_trees(file)["trees"], state["weights"], subject)


@dataclass(frozen=True)
class TreeEnsemble:
    """Boosted trees of one muscle as plain arrays: `nodes` by the names of NODE, first node of each tree, and
    `baseline`.

    `sd` is the standard deviation of what they miss.
    """

    nodes: dict[str, np.ndarray]
    roots: np.ndarray
    baseline: float
    sd: float

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        """Targets (N,) of features (N, n): the baseline and one leaf of each tree, in the order of the trees."""
        total = np.full(len(inputs), self.baseline)
        for root in self.roots.tolist():
            place = np.full(len(inputs), root)
            while not self.nodes["leaf"][place].all():
                goes_left = (
                    inputs[np.arange(len(inputs)), self.nodes["feature"][place]] <= self.nodes["threshold"][place]
                )
                below = np.where(goes_left, self.nodes["left"][place], self.nodes["right"][place])
                place = np.where(self.nodes["leaf"][place], place, below)
            total += self.nodes["value"][place]
        return total

    def state(self) -> dict[str, Any]:
        """Plain data and tensors."""
        nodes = {name: torch.from_numpy(values) for name, values in self.nodes.items()}
        return {"nodes": nodes, "roots": torch.from_numpy(self.roots), "baseline": self.baseline, "sd": self.sd}

    def check(self) -> None:
        """Raises ValueError where a tree would lead in circles, out of its nodes, or to no number."""
        count, place = len(self.nodes["leaf"]), np.arange(len(self.nodes["leaf"]))
        inner = ~self.nodes["leaf"].astype(bool)
        below = np.stack([self.nodes["left"], self.nodes["right"]])[:, inner]
        feature = self.nodes["feature"][inner]
        if (
            any(values.shape != (count,) for values in self.nodes.values())
            or not ((place[inner] < below) & (below < count)).all()  # a child stands behind its parent: no circle
            or not ((feature >= 0) & (feature < len(NAMES))).all()
            or not ((self.roots >= 0) & (self.roots < count)).all()
            or not all(np.isfinite(values).all() for values in (self.nodes["value"], self.baseline, self.sd))
        ):
            raise ValueError("trees that lead nowhere")


def restore_ensembles(state: dict[str, Any]) -> dict[str, TreeEnsemble]:
    """Ensembles by muscle, of the states of each. Raises ValueError where they are none."""
    ensembles = {
        muscle: TreeEnsemble(
            nodes={name: entry["nodes"][name].numpy() for name in NODE},
            roots=entry["roots"].numpy(),
            baseline=entry["baseline"],
            sd=entry["sd"],
        )
        for muscle, entry in state.items()
    }
    for ensemble in ensembles.values():
        ensemble.check()
    return ensembles


def read_trees(path: str | Path) -> dict[str, Any]:
    """The trees of all muscles, and what they were trained with.

    Raises ValueError, in one line, where the file is something else.
    """
    state = read_tensors(path, "trained trees")
    try:
        return {"trees": restore_ensembles(state["trees"]), "trained_with": state["trained_with"]}
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):  # a file may hold anything under these names
        raise ValueError(f"{path}: found other content; expected trained trees") from None


def save_ensembles(ensembles: dict[str, TreeEnsemble], path: Path) -> None:
    """Write the trained trees of all muscles, with what they were trained with."""
    trees = {muscle: ensemble.state() for muscle, ensemble in ensembles.items()}
    write_tensors(path, {"trees": trees, "trained_with": TrainedWith.now().state()})


@dataclass(frozen=True, eq=False, repr=False)
class FittedBoostedTrees(Fitted):
    """Trained trees by muscle, the digest of their file, and the subject's contractions and reference: a recording
    without trials.
    """

    method: BoostedTrees
    joint: Joint
    ensembles: dict[str, TreeEnsemble]
    weights: str
    subject: Recording

    def reconstruct(self, trial: Trial) -> Reconstruction:
        """Observed muscles as measured, hidden ones sample by sample; torque is that of the generic joint."""
        check_trial(trial, self.joint)
        measured = tuple(c for c in self.subject.contractions if c.torque is not None)
        given = replace(self.subject, trials=(trial,), contractions=measured or self.subject.contractions)
        seen = observe(given, NominalJoint())
        times = clock(trial)
        inputs = seen.movements[0, 0, : len(times)].numpy()
        columns = []
        for name in self.joint.muscle_names:
            if name in trial.observed:
                columns.append((trial.envelope(name).clip(0, 1),) * 3)
                continue
            place, ensemble = SLOTS.index(name), self.ensembles[name]
            offset = float(OFFSET[place])
            level = np.log(seen.neighbour_level[0, : len(times), place].numpy() + offset)
            values = from_log_level(ensemble.predict(inputs) + level, ensemble.sd, offset)
            columns.append(tuple(np.interp(trial.time_s, times, value).clip(0, 1) for value in values))
        mean, lower, upper = (np.column_stack([column[which] for column in columns]) for which in range(3))
        torque = NumpyForward(self.joint, self.method.forward, rate_hz=trial.rate_hz).torque(trial, mean)
        return Reconstruction(trial.name, trial.time_s, self.joint.muscle_names, mean, lower, upper, torque)

    def parameters(self) -> pd.DataFrame:
        """The generic ones, with their prior spread."""
        return generic_parameters(self.joint, self.method.forward)

    def state(self) -> dict[str, Any]:
        """Plain data and tensors."""
        return {"weights": self.weights, "subject": recording_state(self.subject)}
