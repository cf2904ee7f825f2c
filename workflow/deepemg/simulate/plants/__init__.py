"""The engines that move a subject's arm, each behind the interface of `plant.py`."""

from deepemg.joint.definition import Joint
from deepemg.simulate.assumptions import Assumptions
from deepemg.simulate.plants.plant import Plant
from deepemg.simulate.subject import Subject


def make_plant(engine: str, subject: Subject, joint: Joint, load_kg: float, control: Assumptions) -> Plant:
    """The subject's arm (in the trial's posture) with a load in the hand: `mujoco`, or an engine of `opensim.py`."""
    if engine == "mujoco":
        from deepemg.simulate.plants.mujoco import MuJoCoPlant

        return MuJoCoPlant(subject, joint, load_kg, control)
    from deepemg.simulate.plants.opensim import OpenSimPlant

    return OpenSimPlant(subject, joint, load_kg, control, engine)
