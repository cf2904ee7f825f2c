"""A simulated subject through the study's own processing and its simple methods, without the workflow."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from deepemg.arm.definition import Arm
from deepemg.evaluate.scores import score_deep_emg
from deepemg.reconstruct.contract import Trial
from deepemg.reconstruct.registry import method
from deepemg.reconstruct.trials import ALL_LOADS, make_trials, reconstruct_trials
from deepemg.reconstruct.variants import variant_settings
from deepemg.recordings.subject import read_subject
from deepemg.signals.contractions import subject_contractions
from deepemg.signals.envelopes import subject_envelopes
from deepemg.signals.kinematics import subject_kinematics
from deepemg.signals.torque import subject_torque

Config = dict[str, Any]


@dataclass(frozen=True)
class Processed:
    """What the fits read of a subject, and the held-out envelopes (trial, time_s, muscles) that they do not."""

    arm: Arm
    trials: tuple[Trial, ...]
    held_out: pd.DataFrame


def process_subject(folder: Path, config: Config) -> Processed:
    """A subject folder through the study's own processing."""
    subject = read_subject(folder)
    arm = subject.scaled_arm()
    kinematics = subject_kinematics(subject, rate_hz=config["rate_hz"], settings=config["process_kinematics"])
    clock = kinematics[["trial", "time_s"]]
    torque = clock.assign(torque_nm=subject_torque(arm, kinematics))
    observed = subject_envelopes(subject, "observed", clock, config["process_emg"])
    held_out = subject_envelopes(subject, "held_out", clock, config["process_emg"])
    contractions = subject_contractions(subject, config["process_emg"])
    trials = make_trials(kinematics, torque, observed, contractions, by_mvc=subject.emg_level == "mvc")
    return Processed(arm, trials, held_out)


def score_subject(folder: Path, methods: tuple[str, ...], config: Config) -> pd.DataFrame:
    """Scores of the hidden muscles (columns as in deep_emg.csv) by methods fitted to all loads' training trials."""
    subject = process_subject(folder, config)
    training = [trial for trial in subject.trials if trial.split == "train"]
    scores = []
    for name in methods:
        settings = variant_settings(config["fit_method"], name)
        fitted = method(name).fit(training, subject.arm, seed=config["seed"], settings=settings)
        scores.append(
            score_deep_emg(
                reconstruct_trials(fitted, subject.trials),
                subject.held_out,
                subject=folder.name,
                load=ALL_LOADS,
                method=name,
                rate_hz=config["rate_hz"],
                longest_lag_ms=config["score_methods"]["longest_lag_ms"],
            )
        )
    return pd.concat(scores, ignore_index=True)
