"""Joint torque per sample: this library, forward and with gradients, beside OpenSim's evaluation of the same states."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from deepemg.joint.definition import load_joint
from deepemg.joint.forward import ForwardModel
from deepemg.joint.opensim import PathSource, build_model

JOINT = load_joint("elbow6")
States = tuple[np.ndarray, np.ndarray, np.ndarray]  # activation (N, n_muscles), angle (N,) rad, velocity (N,) rad/s
SAMPLES = 100_000
OPENSIM_SAMPLES = 2_000  # OpenSim takes one state at a time
REPEATS = 5  # the best counts


def _best(run: Callable[[], object]) -> float:
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def _opensim(path_from: PathSource, states: States) -> Callable[[], np.ndarray]:
    """A function that gives the torque of every state, as OpenSim's own muscles and paths have it."""
    model = build_model(JOINT, muscle_model="de_groote", rigid_tendon=True, path_from=path_from)
    state = model.initSystem()
    coordinate = model.getCoordinateSet().get(0)
    muscles = [model.getMuscles().get(name) for name in JOINT.muscle_names]
    activations, angles, velocities = (values[:OPENSIM_SAMPLES].tolist() for values in states)

    def torques() -> np.ndarray:
        result = []
        for activation, angle, velocity in zip(activations, angles, velocities, strict=True):
            coordinate.setValue(state, angle, False)
            coordinate.setSpeedValue(state, velocity)
            for muscle, level in zip(muscles, activation, strict=True):
                muscle.setActivation(state, level)
            model.realizeDynamics(state)
            result.append(sum(m.getActuation(state) * m.computeMomentArm(state, coordinate) for m in muscles))
        return np.array(result)

    return torques


def _ours(dtype: torch.dtype, states: States) -> tuple[Callable[[], Tensor], Callable[[], Tensor]]:
    """Functions that give the torque of every state, and the gradient of its mean square in all 32 parameters."""
    model = ForwardModel(JOINT, rate_hz=100, dtype=dtype)
    activation, angle, velocity = (torch.tensor(values, dtype=dtype) for values in states)

    def torques() -> Tensor:
        with torch.no_grad():
            return model.torque(activation, angle, velocity, model.generic())

    def gradient() -> Tensor:
        values = model.generic().requires_grad_()
        return torch.autograd.grad(model.torque(activation, angle, velocity, values).square().mean(), values)[0]

    return torques, gradient


def compare() -> pd.DataFrame:
    """evaluation, samples, us_per_sample, and how many times faster than OpenSim with arm26's paths, and with tables.

    The torques are compared before anything is timed.
    """
    rng = np.random.default_rng(0)
    states = rng.uniform(0.02, 1, (SAMPLES, 6)), rng.uniform(0.1, 2.2, SAMPLES), rng.uniform(-4, 4, SAMPLES)
    paths, tables = _opensim("points", states), _opensim("table", states)
    np.testing.assert_allclose(_ours(torch.float64, states)[0]()[:OPENSIM_SAMPLES], tables(), atol=1e-6)
    rows = [
        ("OpenSim 4.6, wrapped paths", OPENSIM_SAMPLES, _best(paths) / OPENSIM_SAMPLES),
        ("OpenSim 4.6, length tables", OPENSIM_SAMPLES, _best(tables) / OPENSIM_SAMPLES),
    ]
    for dtype in (torch.float64, torch.float32):
        for name, run in zip(("torque", "torque and gradient"), _ours(dtype, states), strict=True):
            rows.append((f"{name}, {str(dtype).removeprefix('torch.')}", SAMPLES, _best(run) / SAMPLES))
    table = pd.DataFrame(rows, columns=["evaluation", "samples", "us_per_sample"])
    for column, row in (("times_paths", 0), ("times_tables", 1)):
        table[column] = (table["us_per_sample"].iloc[row] / table["us_per_sample"]).round(1)
    return table.assign(us_per_sample=(table["us_per_sample"] * 1e6).round(3))
