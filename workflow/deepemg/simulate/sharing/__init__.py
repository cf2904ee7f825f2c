"""How muscles share a torque: one file per rule, each with the same shape.

`plan(subject, motion, load_kg, rng, assumptions) -> Sharing` draws one trial's rule.
"""

from collections.abc import Callable

from deepemg.simulate.sharing import effort, synergies
from deepemg.simulate.sharing.rule import Sharing

PLANS: dict[str, Callable[..., Sharing]] = {"effort": effort.plan, "synergies": synergies.plan}
