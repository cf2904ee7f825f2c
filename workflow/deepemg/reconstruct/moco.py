"""`moco`: OpenSim's MocoInverse (Dembia 2020) on the scaled arm; with `emg_weight` 0 the effort-only one.

The excitations e of all muscles of one trial together, with motion and load prescribed, by direct collocation:
    min integral sum e^2 + emg_weight sum over observed muscles (e - e_measured)^2 + r^2 dt
    subject to  torque of the muscles + r = inverse dynamics,  activation dynamics,  0 <= e <= 1
Muscles: De Groote and Fregly (2016) with rigid tendons and OpenSim's activation dynamics (15 and 60 ms), which know
neither delay nor shape: both are put onto measured envelopes before, and taken off Moco's excitations after.
The reserve r (in units of 1 N m) keeps every problem feasible: a torque that the muscles cannot give stays missing in
theirs instead of spoiling the whole trial. Nothing is fitted, so there is no band; the trial's torque is not read.
"""

from __future__ import annotations

import ctypes
import json
import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from deepemg.arm.definition import Arm
from deepemg.arm.opensim import build_model, import_opensim
from deepemg.arm.scaling import describe_arm, restore_arm
from deepemg.reconstruct.contract import HISTORY, Reconstruction, Trial, check_trials
from deepemg.reconstruct.generic_arm import GenericArm
from deepemg.reconstruct.so import with_measured

RESERVE = "reserve_joint"
RESERVE_UNIT_NM = 1.0  # costs as much as one muscle fully excited; feasible trials then use a few hundredths
RESERVE_LIMIT_NM = 1000.0  # beyond any shortfall; without a limit Moco was seen to diverge


@dataclass(frozen=True)
class Solution:
    """Moco's answer: excitations (T, n_muscles) and reserve torque (T,), N m, on the clock of the trial.

    `objective` is the value of the integral above, `emg_loss` the share of its EMG term. Where IPOPT did not meet its
    tolerances, `status` says why and all this is its last iterate.
    """

    excitation: np.ndarray
    reserve: np.ndarray
    status: str
    converged: bool
    iterations: int
    objective: float
    emg_loss: float


@dataclass(frozen=True)
class FittedMoco:
    """`solved` gathers the solutions of the trials reconstructed so far, by trial, for `history`."""

    arm: Arm
    settings: dict[str, Any]
    solved: dict[str, Solution] = field(default_factory=dict, repr=False, compare=False)

    def reconstruct(self, trial: Trial) -> Reconstruction:
        """Observed muscles as measured, hidden ones by Moco; `torque` is that of Moco's own excitations of all.

        A trial that did not converge is reconstructed from the last iterate, with a warning and a row of `history`.
        """
        check_trials([trial], self.arm)
        model = GenericArm(self.arm, rate_hz=trial.rate_hz, settings=self.settings)
        solution = solve(trial, self.arm, _to_excitation(trial, model), self.settings)
        if not solution.converged:
            warnings.warn(f"moco: trial {trial.name} did not converge: {solution.status}", stacklevel=2)
        self.solved[trial.name] = solution
        envelopes = _to_envelope(trial, model, solution.excitation)
        mean = with_measured(trial, self.arm, envelopes)
        band = np.full_like(mean, np.nan)
        return Reconstruction(trial.time_s, self.arm.muscle_names, mean, band, band, model.torque(trial, envelopes))

    def parameters(self) -> pd.DataFrame:
        return GenericArm(self.arm, rate_hz=1.0, settings=self.settings).parameters()

    def history(self) -> pd.DataFrame:
        """A row per reconstructed trial: epoch is its iterations, torque_loss the mean square reserve torque, (N m)^2.

        Besides the columns of all methods: trial, converged.
        """
        rows = [
            (s.iterations, s.objective, s.emg_loss, float(np.mean(s.reserve**2)), 0.0, trial, s.converged)
            for trial, s in self.solved.items()
        ]
        return pd.DataFrame(rows, columns=[*HISTORY, "trial", "converged"])

    def save(self, path: Path) -> None:
        model = {"method": "moco", "arm": describe_arm(self.arm), "settings": self.settings}
        path.write_text(json.dumps(model, indent=1))


def fit(trials: Sequence[Trial], arm: Arm, *, seed: int, settings: dict[str, Any]) -> FittedMoco:
    """Nothing is fitted; `seed` changes nothing here.

    settings: mesh_interval_s (s), emg_weight (against the effort's 1; 0 leaves the EMG out), max_iterations,
    convergence_tolerance (IPOPT's, dimensionless), forward (that of all methods).
    """
    check_trials(trials, arm)
    return FittedMoco(arm, settings)


def load(path: Path) -> FittedMoco:
    """Read what `save` wrote."""
    model = json.loads(path.read_text())
    return FittedMoco(restore_arm(model["arm"]), model["settings"])


def _delay_and_bend(model: GenericArm) -> tuple[float, np.ndarray]:
    """Generic electromechanical delay (s) and exponents (n_muscles,) or (1,) of the activation's shape."""
    read = model.model.scheme.read
    return float(read(model.values, "electromechanical_delay")), read(model.values, "emg_nonlinearity").numpy()


def _shifted(time_s: np.ndarray, columns: np.ndarray, by_s: float) -> np.ndarray:
    """Columns (T, n) as they are `by_s` later; the first and last sample are held."""
    return np.column_stack([np.interp(time_s + by_s, time_s, column) for column in columns.T])


def _to_excitation(trial: Trial, model: GenericArm) -> np.ndarray:
    """What Moco's excitations should be by the measured envelopes, (T, n_muscles) in 0..1; 0 for hidden muscles."""
    delay_s, bend = _delay_and_bend(model)
    measured = with_measured(trial, model.model.arm, np.zeros((len(trial.time_s), len(model.model.arm.muscles))))
    return np.expm1(bend * _shifted(trial.time_s, measured, -delay_s)) / np.expm1(bend)


def _to_envelope(trial: Trial, model: GenericArm, excitation: np.ndarray) -> np.ndarray:
    """The envelopes that belong to Moco's excitations (T, n_muscles): the inverse of `_to_excitation`."""
    delay_s, bend = _delay_and_bend(model)
    return np.log1p(np.expm1(bend) * _shifted(trial.time_s, np.clip(excitation, 0, 1), delay_s)) / bend


def solve(trial: Trial, arm: Arm, measured: np.ndarray, settings: dict[str, Any]) -> Solution:
    """MocoInverse on one trial; `measured` (T, n_muscles) is tracked where the trial observes a muscle."""
    osim = import_opensim()
    study = _study(osim, trial, arm, settings)
    if settings["emg_weight"] > 0:
        goal = osim.MocoControlTrackingGoal("emg", settings["emg_weight"])
        observed = [place for place, name in enumerate(arm.muscle_names) if name in trial.observed]
        labels = [f"/forceset/{arm.muscle_names[place]}" for place in observed]
        goal.setReference(osim.TableProcessor(_table(osim, trial.time_s, measured[:, observed], labels)))
        study.updProblem().addGoal(goal)
    with _silence(), TemporaryDirectory() as aside, chdir(aside):  # Moco keeps a file where it runs, and IPOPT may
        solution = study.solve()
    status, converged = solution.getStatus(), solution.success()
    if not converged:
        solution.unseal()
    time_s = solution.getTimeMat()
    controls = dict(zip(solution.getControlNames(), solution.getControlsTrajectoryMat().T, strict=True))
    names = [f"/forceset/{name}" for name in (*arm.muscle_names, RESERVE)]
    sampled = np.column_stack([np.interp(trial.time_s, time_s, controls[name]) for name in names])
    terms = {name: solution.getObjectiveTerm(name) for name in solution.getObjectiveTermNames()}
    return Solution(
        excitation=sampled[:, :-1],
        reserve=sampled[:, -1] * RESERVE_UNIT_NM,
        status=status,
        converged=converged,
        iterations=solution.getNumIterations(),
        objective=solution.getObjective(),
        emg_loss=terms.get("emg", 0.0),
    )


def _study(osim: Any, trial: Trial, arm: Arm, settings: dict[str, Any]) -> Any:
    """MocoStudy of the effort-only problem, on one core and without chatter."""
    model = build_model(arm, load_kg=trial.load_kg, muscle_model="de_groote", rigid_tendon=True, path_from="table")
    reserve = osim.CoordinateActuator(arm.coordinate)
    reserve.setName(RESERVE)
    reserve.setOptimalForce(RESERVE_UNIT_NM)
    reserve.setMinControl(-RESERVE_LIMIT_NM / RESERVE_UNIT_NM)
    reserve.setMaxControl(RESERVE_LIMIT_NM / RESERVE_UNIT_NM)
    model.addForce(reserve)
    model.finalizeConnections()
    coordinate = f"/jointset/{arm.joint_name}/{arm.coordinate}/value"
    inverse = osim.MocoInverse()
    inverse.setModel(osim.ModelProcessor(model))
    inverse.setKinematics(osim.TableProcessor(_table(osim, trial.time_s, trial.angle[:, None], [coordinate])))
    inverse.set_mesh_interval(settings["mesh_interval_s"])
    inverse.set_max_iterations(settings["max_iterations"])
    inverse.set_convergence_tolerance(settings["convergence_tolerance"])
    study = inverse.initialize()
    solver = osim.MocoCasADiSolver.safeDownCast(study.updSolver())
    solver.set_verbosity(0)
    solver.set_optim_ipopt_print_level(0)
    solver.set_parallel(0)
    return study


def _table(osim: Any, time_s: np.ndarray, columns: np.ndarray, labels: list[str]) -> Any:
    """OpenSim's table of columns (T, n) over time; angles in rad."""
    matrix = osim.Matrix.createFromMat(np.ascontiguousarray(columns))
    table = osim.TimeSeriesTable(osim.StdVectorDouble(time_s.tolist()), matrix, osim.StdVectorString(labels))
    table.addTableMetaDataString("inDegrees", "no")
    return table


@contextmanager
def _silence() -> Iterator[None]:
    """Keep what compiled code writes to stdout off the console: IPOPT and Moco print even when told not to."""
    libc = ctypes.CDLL(None)
    libc.fflush(None)
    console = os.dup(1)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    try:
        yield
    finally:
        libc.fflush(None)
        os.dup2(console, 1)
        os.close(console)
