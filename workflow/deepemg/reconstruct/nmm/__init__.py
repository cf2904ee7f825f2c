"""`nmm`: a posterior learnt once from virtual subjects, inferred for a subject's trials, then fitted to its torque.

A transformer reads all trials of a subject together and gives the joint posterior of the hidden excitations and of the
personal parameters (amortised inference, Cranmer et al. 2020); the subject fit then lets the differentiable joint, by
EMG and torque terms, move both within that posterior, and keeps its spread.
"""
