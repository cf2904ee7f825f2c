"""Signal processing: what the filters keep, what the levels mean, and that channels do not touch each other."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import make_trial, record
from deepemg.joint.definition import Joint
from deepemg.joint.storage import read_storage
from deepemg.recordings.signal import Signal
from deepemg.signals.emg import band_pass, envelope, low_pass
from deepemg.signals.kinematics import kinematics
from deepemg.signals.normalisation import reference_label, reference_level, window_maximum
from deepemg.signals.recording import envelope_matrix
from deepemg.signals.settings import EnvelopeSettings, KinematicsSettings
from deepemg.signals.tables import make_trials
from deepemg.signals.torque import PAUSE_S, write_torque

RATE = 2000.0
EMG = EnvelopeSettings()
BAND = {"low_hz": EMG.band_low_hz, "high_hz": EMG.band_high_hz, "order": EMG.order}
SETTINGS = BAND | {"cutoff_hz": EMG.envelope_cutoff_hz}
WINDOW_S = EMG.mvc_window_s


def tone(frequency, seconds=4.0, rate=RATE):
    return np.sin(2 * np.pi * frequency * np.arange(0, seconds, 1 / rate))


@pytest.mark.parametrize(("frequency", "gain"), [(5, 0.0), (100, 1.0), (200, 1.0), (900, 0.0)])
def test_band_pass_keeps_its_band(frequency, gain):
    passed = band_pass(tone(frequency), rate_hz=RATE, **BAND)
    middle = slice(2000, -2000)
    assert np.std(passed[middle]) / np.std(tone(frequency)[middle]) == pytest.approx(gain, abs=0.05)


def test_band_pass_refuses_a_rate_that_cannot_hold_the_band():
    with pytest.raises(ValueError, match="900"):
        band_pass(tone(100, rate=800), rate_hz=800, **BAND)


def test_filters_do_not_shift_in_time():
    bump = np.exp(-0.5 * ((np.arange(0, 4, 1 / RATE) - 2.0) / 0.2) ** 2)
    carrier = np.random.default_rng(1).standard_normal(len(bump))
    smooth = low_pass(bump, rate_hz=RATE, cutoff_hz=EMG.envelope_cutoff_hz, order=EMG.order)
    assert abs(np.argmax(smooth) / RATE - 2.0) < 2e-3
    shape = envelope(bump * carrier, rate_hz=RATE, **SETTINGS)
    lag = np.argmax(np.correlate(shape - shape.mean(), bump - bump.mean(), "same")) - len(bump) // 2
    assert abs(lag / RATE) < 0.05


def test_envelope_is_linear_in_amplitude_and_never_negative():
    carrier = np.random.default_rng(2).standard_normal(8000)
    one, three = (envelope(k * carrier, rate_hz=RATE, **SETTINGS) for k in (1, 3))
    assert np.all(one >= 0)
    assert three == pytest.approx(3 * one)


def test_window_maximum_is_the_best_half_second():
    signal = np.zeros(4000)
    signal[1000:2000] = 2.0
    assert window_maximum(signal, rate_hz=RATE, window_s=0.5) == pytest.approx(2.0)
    assert window_maximum(signal, rate_hz=RATE, window_s=1.0) == pytest.approx(1.0)


def test_reference_level_prefers_mvc_and_falls_back_on_training_only():
    mvc, training = [np.full(4000, 5.0)], [np.full(4000, 1.0), np.full(4000, 2.0)]
    assert reference_level(mvc, training, rate_hz=RATE, window_s=WINDOW_S) == pytest.approx(5.0)
    assert reference_level([], training, rate_hz=RATE, window_s=WINDOW_S) == pytest.approx(2.0)
    with pytest.raises(ValueError, match="silent"):
        reference_level([np.zeros(4000)], training, rate_hz=RATE, window_s=WINDOW_S)


def test_kinematics_of_a_sine():
    rate, omega = 200.0, 2 * np.pi * 0.5
    time = np.arange(0, 8, 1 / rate)
    table = kinematics(
        Signal(np.sin(omega * (time + 1)), rate, start_s=1.0), rate_hz=100, **asdict(KinematicsSettings())
    )
    t = table["time_s"].to_numpy()
    assert t[0] == 1.0 and t[-1] == pytest.approx(8.99) and np.diff(t) == pytest.approx(0.01)
    middle = slice(50, -50)
    assert table["velocity_rad_s"].to_numpy()[middle] == pytest.approx(omega * np.cos(omega * t)[middle], abs=0.02)
    assert table["acceleration_rad_s2"].to_numpy()[middle] == pytest.approx(
        -(omega**2) * np.sin(omega * t)[middle], abs=0.1
    )


def test_the_reference_is_named_in_words():
    assert reference_label(["mvc", "mvc"]) == "fraction of MVC"
    assert reference_label(["mvc", "training maximum"]) == "fraction of MVC or fraction of training maximum, not %MVC"


def test_torque_of_all_trials_is_one_rising_clock_for_opensim(elbow6: Joint, tmp_path: Path):
    """Trials follow each other with a pause, whatever their own clocks say."""
    table = pd.DataFrame({"trial": list("aaabb"), "time_s": [5.0, 5.5, 6.0, 0.0, 0.5], "torque_nm": np.arange(5.0)})
    write_torque(tmp_path / "torque.sto", elbow6, table)
    written = read_storage(tmp_path / "torque.sto")
    assert list(written.columns) == ["time", f"{elbow6.coordinate}_moment"]
    assert list(written["time"]) == [0, 0.5, 1.0, 1.0 + PAUSE_S, 1.5 + PAUSE_S]
    assert list(written[f"{elbow6.coordinate}_moment"]) == list(table["torque_nm"])


def tables() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Kinematics, torque and envelopes of two short trials."""
    clock = pd.DataFrame({"trial": list("aaabbb"), "time_s": [0.0, 0.1, 0.2] * 2})
    named = clock.assign(
        split=["train"] * 3 + ["test"] * 3, load=["0kg"] * 3 + ["2lb"] * 3, load_kg=[0.0] * 3 + [0.9] * 3
    )
    motion = named.assign(angle_rad=np.arange(6.0), velocity_rad_s=-np.arange(6.0))
    return motion, clock.assign(torque_nm=10 * np.arange(6.0)), clock.assign(BIClong=np.arange(6.0) / 10)


def test_tables_become_trials(elbow6: Joint):
    one, two = make_trials(elbow6, *tables())
    assert (one.name, one.split, one.load_label, one.load_kg) == ("a", "train", "0kg", 0)
    assert (two.name, two.split, two.load_label, two.load_kg) == ("b", "test", "2lb", 0.9)
    assert list(two.angle) == [3, 4, 5] and list(two.velocity) == [-3, -4, -5] and list(two.torque) == [30, 40, 50]
    assert two.observed == ("BIClong",) and two.muscles == elbow6.muscle_names and two.rate_hz == pytest.approx(10)
    assert list(two.envelope("BIClong")) == [0.3, 0.4, 0.5] and np.isnan(two.envelope("BRA")).all()


@pytest.mark.parametrize("place", [1, 2], ids=["torque", "envelopes"])
def test_tables_with_other_rows_are_refused(elbow6: Joint, place: int):
    found = list(tables())
    found[place] = found[place].assign(time_s=found[place]["time_s"] + 0.01)
    with pytest.raises(ValueError, match="do not share their rows"):
        make_trials(elbow6, *found)


def test_a_trial_refuses_what_does_not_fit(elbow6: Joint):
    trial = make_trial(elbow6)
    count = len(trial.time_s)
    gap = np.where(np.arange(count) == 7, np.nan, 1.0)
    with pytest.raises(ValueError, match=rf"trial a: torque has shape \({count - 1},\), time_s has \({count},\)"):
        replace(trial, torque=trial.torque[1:])
    with pytest.raises(ValueError, match="trial a: angle holds values that are not finite"):
        replace(trial, angle=trial.angle * gap)
    with pytest.raises(ValueError, match="trial a: BIClong holds values that are not finite"):
        replace(trial, envelopes=trial.envelopes * gap[:, None])
    with pytest.raises(ValueError, match=rf"envelopes have shape \({count}, 5\), not \({count}, 6\)"):
        replace(trial, envelopes=trial.envelopes[:, 1:])
    with pytest.raises(ValueError, match=r"BRD.*must be among those of the joint"):
        envelope_matrix(elbow6.muscle_names, {"BRD": trial.torque}, count)
    with pytest.raises(ValueError, match=r"trial a has .*, joint elbow6"):
        record(elbow6, [replace(trial, muscles=tuple(reversed(trial.muscles)))])
