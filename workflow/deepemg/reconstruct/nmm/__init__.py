"""`nmm`: a prior learnt once from virtual subjects, conditioned on a subject's trials, then fitted to its torque.

A transformer reads all trials of a subject together and gives the joint posterior of the hidden excitations and of the
personal parameters; the subject fit then asks the differentiable arm, by EMG and torque terms, and keeps the spread.
"""

from deepemg.reconstruct.nmm.fitted import fit, load

__all__ = ["fit", "load"]
