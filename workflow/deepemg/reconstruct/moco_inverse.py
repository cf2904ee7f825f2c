"""`moco`: OpenSim's MocoInverse (Dembia 2020) on the scaled joint; with `emg_weight` 0 the effort-only one.

The excitations e of all muscles of one trial together, with motion and load prescribed, by direct collocation:
    min integral sum e^2 + emg_weight sum over observed muscles (e - e_measured)^2 + r^2 dt
    subject to  torque of the muscles + r = inverse dynamics,  activation dynamics,  0 <= e <= 1
Muscles: De Groote and Fregly (2016) with rigid tendons and OpenSim's activation dynamics (15 and 60 ms), which know
neither delay nor shape: both are put onto measured envelopes before, and taken off Moco's excitations after.
The reserve r (in units of 1 N m) keeps every problem feasible: a torque that the muscles cannot give stays missing in
theirs instead of spoiling the whole trial. Nothing is fitted, so there is no band; the trial's torque is not read.
"""

from __future__ import annotations

import warnings
from contextlib import chdir
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from pydantic import Field

from deepemg.joint.activation_curve import activation_curve, inverse_activation_curve
from deepemg.joint.definition import Joint
from deepemg.joint.opensim import build_model, import_opensim, silenced
from deepemg.joint.settings import ForwardSettings
from deepemg.reconstruct.contract import (
    HISTORY,
    Fitted,
    Method,
    Reconstruction,
    check_recording,
    check_trial,
    with_measured,
)
from deepemg.reconstruct.numpy_forward import NumpyForward, generic_parameters
from deepemg.settings import settings_dataclass
from deepemg.signals.recording import Recording, Trial

RESERVE = "reserve_joint"
RESERVE_UNIT_NM = 1.0  # costs as much as one muscle fully excited; feasible trials then use a few hundredths
RESERVE_LIMIT_NM = 1000.0  # beyond any shortfall; without a limit Moco was seen to diverge


@settings_dataclass
class MocoInverse(Method):
    """OpenSim's MocoInverse on every trial; nothing is fitted. Weights are against the effort's 1."""

    name: ClassVar[str] = "moco"
    mesh_interval_s: float = Field(
        default=0.05,
        ge=0.005,
        le=0.5,
        description="s. Mesh of the direct collocation, a third of the envelopes' shortest period (6 Hz).",
    )
    emg_weight: float = Field(
        default=10.0,
        ge=0,
        description="1. Weight of the squared distance of observed excitations from the measured ones; 0 = effort "
        "alone. 1, 10 and 100 are compared.",
    )
    max_iterations: int = Field(
        default=500,
        ge=1,
        le=10000,
        description="Most IPOPT iterations per trial. A trial that needs more is kept and counted as not converged.",
    )
    convergence_tolerance: float = Field(default=1e-4, gt=0, le=0.1, description="1. IPOPT's.")
    forward: ForwardSettings = Field(
        default=ForwardSettings(), description="Forward model of delay, shape and torque around Moco's own muscles."
    )

    def fit(self, recording: Recording, *, seed: int = 1) -> FittedMocoInverse:
        """Nothing is fitted; `seed` changes nothing here."""
        check_recording(recording)
        return FittedMocoInverse(self, recording.joint)

    def restore(self, joint: Joint, state: dict[str, Any]) -> FittedMocoInverse:
        """There is no state."""
        return FittedMocoInverse(self, joint)


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


@dataclass(frozen=True, eq=False, repr=False)
class FittedMocoInverse(Fitted):
    """`solved` gathers the solutions of the trials reconstructed so far, by trial, for `history`."""

    method: MocoInverse
    joint: Joint
    solved: dict[str, Solution] = field(default_factory=dict, repr=False, compare=False)

    def reconstruct(self, trial: Trial) -> Reconstruction:
        """Observed muscles as measured, hidden ones by Moco; `torque` is that of Moco's own excitations of all.

        A trial that did not converge is reconstructed from the last iterate, with a warning and a row of `history`.
        """
        check_trial(trial, self.joint)
        model = NumpyForward(self.joint, self.method.forward, rate_hz=trial.rate_hz)
        solution = solve(trial, self.joint, _to_excitation(trial, model), self.method)
        if not solution.converged:
            warnings.warn(f"moco: trial {trial.name} did not converge: {solution.status}", stacklevel=2)
        self.solved[trial.name] = solution
        envelopes = _to_envelope(trial, model, solution.excitation)
        mean = with_measured(trial, envelopes)
        band = np.full_like(mean, np.nan)
        torque = model.torque(trial, envelopes)
        return Reconstruction(trial.name, trial.time_s, self.joint.muscle_names, mean, band, band, torque)

    def parameters(self) -> pd.DataFrame:
        """The generic ones, with their prior spread."""
        return generic_parameters(self.joint, self.method.forward)

    def history(self) -> pd.DataFrame:
        """A row per reconstructed trial: epoch is its iterations, torque_loss the mean square reserve torque, (N m)^2.

        Besides the columns of all methods: trial, converged.
        """
        rows = [
            (s.iterations, s.objective, s.emg_loss, float(np.mean(s.reserve**2)), 0.0, trial, s.converged)
            for trial, s in self.solved.items()
        ]
        return pd.DataFrame(rows, columns=[*HISTORY, "trial", "converged"])

    def state(self) -> dict[str, Any]:
        """Nothing was fitted."""
        return {}


def _delay_and_nonlinearity(model: NumpyForward) -> tuple[float, np.ndarray]:
    """Generic electromechanical delay (s) and nonlinearity (n_muscles,) or (1,) of the activation."""
    read = model.model.scheme.read
    return float(read(model.values, "electromechanical_delay")), read(model.values, "emg_nonlinearity").numpy()


def _shifted(time_s: np.ndarray, columns: np.ndarray, by_s: float) -> np.ndarray:
    """Columns (T, n) as they are `by_s` later; the first and last sample are held."""
    return np.column_stack([np.interp(time_s + by_s, time_s, column) for column in columns.T])


def _to_excitation(trial: Trial, model: NumpyForward) -> np.ndarray:
    """What Moco's excitations should be by the measured envelopes, (T, n_muscles) in 0..1; 0 for hidden muscles."""
    delay_s, nonlinearity = _delay_and_nonlinearity(model)
    measured = with_measured(trial, np.zeros_like(trial.envelopes))
    return activation_curve(_shifted(trial.time_s, measured, -delay_s), nonlinearity)


def _to_envelope(trial: Trial, model: NumpyForward, excitation: np.ndarray) -> np.ndarray:
    """The envelopes that belong to Moco's excitations (T, n_muscles): the inverse of `_to_excitation`."""
    delay_s, nonlinearity = _delay_and_nonlinearity(model)
    return inverse_activation_curve(_shifted(trial.time_s, np.clip(excitation, 0, 1), delay_s), nonlinearity)


def solve(trial: Trial, joint: Joint, measured: np.ndarray, settings: MocoInverse) -> Solution:
    """MocoInverse on one trial; `measured` (T, n_muscles) is tracked where the trial observes a muscle."""
    osim = import_opensim()
    study = _study(osim, trial, joint, settings)
    if settings.emg_weight > 0:
        goal = osim.MocoControlTrackingGoal("emg", settings.emg_weight)
        observed = [place for place, name in enumerate(joint.muscle_names) if name in trial.observed]
        labels = [f"/forceset/{joint.muscle_names[place]}" for place in observed]
        goal.setReference(osim.TableProcessor(_table(osim, trial.time_s, measured[:, observed], labels)))
        study.updProblem().addGoal(goal)
    with silenced(), TemporaryDirectory() as aside, chdir(aside):  # Moco keeps a file where it runs, and IPOPT may
        solution = study.solve()
    status, converged = solution.getStatus(), solution.success()
    if not converged:
        solution.unseal()
    time_s = solution.getTimeMat()
    controls = dict(zip(solution.getControlNames(), solution.getControlsTrajectoryMat().T, strict=True))
    names = [f"/forceset/{name}" for name in (*joint.muscle_names, RESERVE)]
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


def _study(osim: Any, trial: Trial, joint: Joint, settings: MocoInverse) -> Any:
    """MocoStudy of the effort-only problem, on one core and without chatter."""
    model = build_model(joint, load_kg=trial.load_kg, muscle_model="de_groote", rigid_tendon=True, path_from="table")
    reserve = osim.CoordinateActuator(joint.coordinate)
    reserve.setName(RESERVE)
    reserve.setOptimalForce(RESERVE_UNIT_NM)
    reserve.setMinControl(-RESERVE_LIMIT_NM / RESERVE_UNIT_NM)
    reserve.setMaxControl(RESERVE_LIMIT_NM / RESERVE_UNIT_NM)
    model.addForce(reserve)
    model.finalizeConnections()
    coordinate = f"/jointset/{joint.anatomical_name}/{joint.coordinate}/value"
    inverse = osim.MocoInverse()
    inverse.setModel(osim.ModelProcessor(model))
    inverse.setKinematics(osim.TableProcessor(_table(osim, trial.time_s, trial.angle[:, None], [coordinate])))
    inverse.set_mesh_interval(settings.mesh_interval_s)
    inverse.set_max_iterations(settings.max_iterations)
    inverse.set_convergence_tolerance(settings.convergence_tolerance)
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
