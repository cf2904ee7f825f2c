"""What a simulated second costs."""

from __future__ import annotations

import time
from dataclasses import replace

import pandas as pd

from deepemg.simulate.cohort import Cohort, simulate_trial
from deepemg.simulate.protocol import Movement

TRIAL = Movement("speed", "curls", 2.0, "test", 2)


def speed(cohort: Cohort, tiers: tuple[str, ...]) -> pd.DataFrame:
    """A row per tier: tier, simulated_s, wall_s, wall_per_simulated; the same curls, one process, engines loaded."""
    rows = []
    subject = cohort.subject(1)
    for tier in tiers:
        made_in = replace(cohort, tier=tier)
        simulate_trial(made_in, subject, replace(TRIAL, repetitions=1), made_in.streams(1, "warm up"))
        start = time.perf_counter()
        truth = simulate_trial(made_in, subject, TRIAL, made_in.streams(1, TRIAL.name))
        wall = time.perf_counter() - start
        seconds = len(truth.time) * cohort.assumptions["control"]["interval"]
        rows.append((tier, seconds, wall, wall / seconds))
    return pd.DataFrame(rows, columns=["tier", "simulated_s", "wall_s", "wall_per_simulated"])
