"""The curl cycle: where it begins and ends, and the mean course of a signal over it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from deepemg.evaluate.cycles import cycle_bounds, mean_cycles

RATE = 100
LIMITS = {"shortest_s": 0.8, "prominence_deg": 20.0}
SETTINGS = LIMITS | {"points": 11}
COLUMNS = ["load", "muscle", "phase", "value"]


def turning(*turns: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Time (s) and an angle (deg) that goes from one turning point (s, deg) to the next along half a cosine."""
    places, angles = np.array(turns).T
    time = np.arange(round((places[-1] - places[0]) * RATE) + 1) / RATE + places[0]
    leg = np.clip(np.searchsorted(places, time, side="right") - 1, 0, len(turns) - 2)
    share = (1 - np.cos(np.pi * (time - places[leg]) / np.diff(places)[leg])) / 2
    return time, angles[leg] + share * np.diff(angles)[leg]


def curls(trial: str, load: str, *turns: tuple[float, float]) -> pd.DataFrame:
    """Kinematics of one trial."""
    time, angle = turning(*turns)
    return pd.DataFrame({"trial": trial, "load": load, "time_s": time, "angle_rad": np.deg2rad(angle)})


TWO = ((0.0, 10.0), (1.0, 110.0), (2.0, 15.0), (3.5, 120.0), (5.0, 10.0))  # curls of 2 s and of 3 s


def test_a_cycle_goes_from_one_lowest_angle_to_the_next():
    """The trial begins and ends on the way: what comes before the first lowest angle and after the last is no cycle."""
    time, angle = turning((0.0, 90.0), (1.0, 10.0), (2.0, 110.0), (3.2, 12.0), (4.0, 100.0), (5.5, 8.0), (6.0, 60.0))
    bounds = cycle_bounds(time, angle, **LIMITS)
    assert np.array(bounds) == pytest.approx(np.array([(1.0, 3.2), (3.2, 5.5)]), abs=0.011)


def test_both_ends_count_where_the_joint_rests_there():
    bounds = cycle_bounds(*turning(*TWO), **LIMITS)
    assert np.array(bounds) == pytest.approx(np.array([(0.0, 2.0), (2.0, 5.0)]), abs=0.011)


def test_bounds_stand_on_the_clock_of_the_trial():
    time, angle = turning(*TWO)
    shifted = cycle_bounds(time + 7.0, angle, **LIMITS)
    assert np.array(shifted) == pytest.approx(np.array(cycle_bounds(time, angle, **LIMITS)) + 7.0)


def test_a_small_dip_and_a_tremor_end_no_cycle():
    dip = turning((0.0, 10.0), (1.0, 100.0), (1.4, 90.0), (1.8, 105.0), (3.0, 10.0))  # 10 deg deep, 20 are a turn
    assert np.array(cycle_bounds(*dip, **LIMITS)) == pytest.approx(np.array([(0.0, 3.0)]), abs=0.011)
    assert len(cycle_bounds(*dip, shortest_s=0.8, prominence_deg=5.0)) == 2
    jerk = turning((0.0, 10.0), (1.0, 100.0), (1.3, 40.0), (1.6, 100.0), (2.0, 10.0))  # deep, but 0.7 s before the end
    assert np.array(cycle_bounds(*jerk, **LIMITS)) == pytest.approx(np.array([(0.0, 2.0)]), abs=0.011)
    assert len(cycle_bounds(*jerk, shortest_s=0.3, prominence_deg=20.0)) == 2


@pytest.mark.parametrize(
    "turns",
    [
        ((0.0, 10.0), (3.0, 120.0)),  # up, and not down again
        ((0.0, 120.0), (1.5, 10.0), (3.0, 120.0)),  # a single lowest angle
        ((0.0, 40.0), (1.0, 45.0), (2.0, 40.0), (3.0, 45.0)),  # held, with a tremor
    ],
    ids=["half a curl", "one lowest angle", "a hold"],
)
def test_a_trial_without_a_curl_has_no_cycle(turns):
    assert cycle_bounds(*turning(*turns), **LIMITS) == []
    motion = curls("a", "0kg", *turns)
    table = motion[["trial", "time_s"]].assign(BRA=1.0)
    found = mean_cycles(table, motion, ["BRA"], SETTINGS)
    assert found.empty and list(found.columns) == COLUMNS


def test_the_mean_is_over_two_cycles_of_different_length():
    """Phase is a share of each cycle's own time: two ramps of 2 s and of 3 s have their mean at every phase."""
    motion = curls("a", "2kg", *TWO)
    time = motion["time_s"].to_numpy()
    first = time < 2.0
    table = motion[["trial", "time_s"]].assign(
        BRA=np.where(first, 0.2 * time / 2, 0.4 * (time - 2) / 3), TRImed=np.where(first, 0.1, 0.3)
    )
    found = mean_cycles(table, motion, ["BRA", "TRImed"], SETTINGS)
    assert list(found.columns) == COLUMNS and list(found["muscle"].unique()) == ["BRA", "TRImed"]
    assert set(found["load"]) == {"2kg"} and len(found) == 2 * 11
    brachialis = found[found["muscle"] == "BRA"]
    assert list(brachialis["phase"]) == pytest.approx(np.linspace(0, 100, 11))
    inside = brachialis["phase"].between(5, 95)  # at the ends one sample belongs to both cycles
    expected = 0.3 * brachialis["phase"] / 100
    assert brachialis["value"][inside].to_numpy() == pytest.approx(expected[inside].to_numpy(), abs=0.005)
    triceps = found[(found["muscle"] == "TRImed") & found["phase"].between(5, 95)]
    assert triceps["value"].to_numpy() == pytest.approx(0.2)


def test_trials_of_a_load_are_averaged_and_loads_kept_apart():
    one = ((0.0, 10.0), (1.0, 110.0), (2.0, 10.0))
    motion = pd.concat([curls("a", "0kg", *one), curls("b", "0kg", *one), curls("c", "4kg", *one)])
    levels = motion["trial"].map({"a": 0.1, "b": 0.3, "c": 0.9})
    found = mean_cycles(motion[["trial", "time_s"]].assign(BRA=levels), motion, ["BRA"], SETTINGS)
    assert found.groupby("load")["value"].unique().map(list).to_dict() == {
        "0kg": [pytest.approx(0.2)],
        "4kg": [pytest.approx(0.9)],
    }


def test_only_trials_of_the_table_count():
    motion = pd.concat([curls("a", "0kg", *TWO), curls("b", "0kg", *TWO), curls("c", "4kg", *TWO)])
    table = motion[["trial", "time_s"]].assign(BRA=motion["trial"].map({"a": 0.1, "b": 0.3, "c": 0.9}))
    found = mean_cycles(table[table["trial"] == "a"], motion, ["BRA"], SETTINGS)
    assert set(found["load"]) == {"0kg"} and found["value"].to_numpy() == pytest.approx(0.1)
    assert mean_cycles(table[table["trial"] == "none"], motion, ["BRA"], SETTINGS).empty
