"""Sets of muscle curves, one module per publication: force multipliers as functions of normalised length and velocity.

Each set is independent of the others, so that what estimates and what simulated need not be the same.
All work element by element on tensors of any shape: fibre lengths in optimal fibre lengths, tendon lengths in tendon
slack lengths, velocities in maximal contraction velocities (shortening negative), forces in maximal isometric forces.
"""

from types import ModuleType

from deepemg.joint.curves import de_groote, millard, thelen

# Each has active_force_length(length), force_velocity(velocity), passive_force_length(length), tendon_force(length);
# lengths in optimal fibre lengths (tendon: in slack lengths), velocity -1 = fastest shortening, forces in F_o.
CURVES: dict[str, ModuleType] = {"de_groote": de_groote, "thelen": thelen, "millard": millard}
