"""`trees`: boosted trees on what `nmm`'s network reads, one sample at a time.

A control: what it costs to do without a transformer, without a joint posterior and without the subject fit.
"""

from deepemg.reconstruct.trees.fitted import fit, load

__all__ = ["fit", "load"]
