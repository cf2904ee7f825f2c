"""Reconstruct the EMG of muscles that carry no electrode, from joint motion, load and surface EMG.

    recording = deepemg.read("data/S1")
    model = deepemg.NMM().fit(recording.train)
    found = model.reconstruct(recording["2kg_test"])

Names are imported when they are first used: a method's libraries cost nothing until then.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
