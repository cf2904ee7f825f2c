"""Net joint torque of a loaded arm by OpenSim's inverse dynamics solver, one state at a time."""

from __future__ import annotations

import numpy as np

from deepemg.joint.definition import Joint
from deepemg.joint.opensim import build_model, import_opensim
from deepemg.simulate.motion import Motion


class TorqueSolver:
    """The arm without muscles. It holds OpenSim's objects, which must outlive every call."""

    def __init__(self, joint: Joint, load_kg: float) -> None:
        self._osim = import_opensim()
        self._model = build_model(joint, load_kg=load_kg)
        self._state = self._model.initSystem()
        self._coordinate = self._model.getCoordinateSet().get(joint.coordinate)
        self._solver = self._osim.InverseDynamicsSolver(self._model)

    def torque(self, angle: float, velocity: float, acceleration: float) -> float:
        """Torque (N m, flexion positive) for this angle (rad), velocity (rad/s) and acceleration (rad/s2)."""
        self._coordinate.setValue(self._state, angle)
        self._coordinate.setSpeedValue(self._state, velocity)
        return float(self._solver.solve(self._state, self._osim.Vector(1, acceleration)).get(0))

    def torques(self, motion: Motion) -> np.ndarray:
        """Torque (T,) of a planned motion, N m."""
        rows = zip(motion.angle.tolist(), motion.velocity.tolist(), motion.acceleration.tolist(), strict=True)
        return np.array([self.torque(*row) for row in rows])
