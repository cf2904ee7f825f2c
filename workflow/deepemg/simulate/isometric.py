"""Trials at a fixed angle: maximal contractions, submaximal holds, and rest."""

from __future__ import annotations

import numpy as np

from deepemg.simulate.assumptions import Assumptions, draw_one
from deepemg.simulate.closed_loop import Controller, Truth, close_loop, open_loop
from deepemg.simulate.co_contraction import co_contraction
from deepemg.simulate.motion import Motion
from deepemg.simulate.movement import fast_modulation
from deepemg.simulate.plants import make_plant
from deepemg.simulate.protocol import Isometric, Rest, Streams
from deepemg.simulate.sharing import PLANS
from deepemg.simulate.subject import Subject


def simulate_mvc(subject: Subject, trial: Isometric, tier: str, streams: Streams, assumptions: Assumptions) -> Truth:
    """All agonists as far as the subject can activate them, the others a little."""
    control, spread = assumptions["control"], assumptions["mvc"]
    profile = effort_profile(spread, control["interval"])
    muscles = len(subject.joint.muscles)
    rng = streams("effort")
    level = np.full(muscles, draw_one(rng, spread["antagonist"]))
    agonists = subject.columns(trial.action)
    effort = subject.voluntary_activation + spread["trial_effort_sd"] * rng.standard_normal(muscles)
    level[agonists] = effort[agonists]
    drive = np.outer(profile, level) * fast_modulation(len(profile), muscles, streams("modulation"), control)
    return _held(subject, np.clip(drive, control["tone"], 1.0), trial.angle_deg, tier, assumptions)


def simulate_rest(subject: Subject, trial: Rest, tier: str, streams: Streams, assumptions: Assumptions) -> Truth:
    """Nothing but tone, in the position where the subject's curls begin."""
    control = assumptions["control"]
    samples = round(trial.duration_s / control["interval"])
    modulation = fast_modulation(samples, len(subject.joint.muscles), streams("modulation"), control)
    return _held(subject, control["tone"] * modulation, subject.habit.bottom, tier, assumptions)


def simulate_hold(subject: Subject, trial: Isometric, tier: str, streams: Streams, assumptions: Assumptions) -> Truth:
    """A torque held at a share of the full strength, shared among the muscles as in a movement."""
    if trial.level is None:
        raise ValueError(f"{trial.name}: a hold needs a level")
    control, rules = assumptions["control"], assumptions["tiers"][tier]
    angle = np.deg2rad(trial.angle_deg)
    plant = make_plant(rules["engine"], subject, subject.joint, 0.0, control)
    relaxed = plant.start(angle, np.full(len(subject.joint.muscles), control["tone"]), locked=True)
    agonists = subject.columns(trial.action)
    strength = relaxed.moment_arm[agonists] @ relaxed.active_force[agonists]
    target = trial.level * strength * effort_profile(assumptions["hold"], control["interval"])
    time = np.arange(len(target)) * control["interval"]
    still = Motion(time, np.full(len(time), angle), np.zeros(len(time)), np.zeros(len(time)))
    sharing = PLANS[rules["sharing"]](subject, still, 0.0, streams("sharing"), assumptions)
    floor = co_contraction(subject, still, target, sharing.relative)
    controller = Controller(subject, lambda row, _: float(target[row]), sharing, floor, control)
    modulation = fast_modulation(len(time), len(subject.joint.muscles), streams("modulation"), control)
    return close_loop(plant, controller, time, float(angle), modulation, control, locked=True)


def effort_profile(spread: Assumptions, interval: float) -> np.ndarray:
    """Rest, ramp, hold, ramp, rest (T,), from 0 to 1."""
    corners = np.cumsum([0.0, spread["rest"], spread["ramp"], spread["hold"], spread["ramp"], spread["rest"]])
    time = np.arange(round(corners[-1] / interval)) * interval
    return np.interp(time, corners, [0, 0, 1, 1, 0, 0])


def _held(subject: Subject, excitation: np.ndarray, angle_deg: float, tier: str, assumptions: Assumptions) -> Truth:
    control = assumptions["control"]
    plant = make_plant(assumptions["tiers"][tier]["engine"], subject, subject.joint, 0.0, control)
    angle = float(np.deg2rad(angle_deg))
    return open_loop(plant, excitation, angle, excitation[0], control["interval"], locked=True)
