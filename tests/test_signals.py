"""Signal processing: what the filters keep, what the levels mean, and that channels do not touch each other."""

from __future__ import annotations

import numpy as np
import pytest

from deepemg.recordings.signal import Signal
from deepemg.signals.emg import band_pass, envelope, low_pass
from deepemg.signals.kinematics import kinematics
from deepemg.signals.normalisation import reference_level, window_maximum

RATE = 2000.0
SETTINGS = {"low_hz": 20, "high_hz": 450, "cutoff_hz": 6, "order": 4}


def tone(frequency, seconds=4.0, rate=RATE):
    return np.sin(2 * np.pi * frequency * np.arange(0, seconds, 1 / rate))


@pytest.mark.parametrize(("frequency", "gain"), [(5, 0.0), (100, 1.0), (200, 1.0), (900, 0.0)])
def test_band_pass_keeps_its_band(frequency, gain):
    passed = band_pass(tone(frequency), rate_hz=RATE, low_hz=20, high_hz=450, order=4)
    middle = slice(2000, -2000)
    assert np.std(passed[middle]) / np.std(tone(frequency)[middle]) == pytest.approx(gain, abs=0.05)


def test_band_pass_refuses_a_rate_that_cannot_hold_the_band():
    with pytest.raises(ValueError, match="900"):
        band_pass(tone(100, rate=800), rate_hz=800, low_hz=20, high_hz=450, order=4)


def test_filters_do_not_shift_in_time():
    bump = np.exp(-0.5 * ((np.arange(0, 4, 1 / RATE) - 2.0) / 0.2) ** 2)
    carrier = np.random.default_rng(1).standard_normal(len(bump))
    smooth = low_pass(bump, rate_hz=RATE, cutoff_hz=6, order=4)
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
    assert reference_level(mvc, training, rate_hz=RATE, window_s=0.5) == pytest.approx(5.0)
    assert reference_level([], training, rate_hz=RATE, window_s=0.5) == pytest.approx(2.0)
    with pytest.raises(ValueError, match="silent"):
        reference_level([np.zeros(4000)], training, rate_hz=RATE, window_s=0.5)


def test_kinematics_of_a_sine():
    rate, omega = 200.0, 2 * np.pi * 0.5
    time = np.arange(0, 8, 1 / rate)
    table = kinematics(Signal(np.sin(omega * (time + 1)), rate, start_s=1.0), cutoff_hz=6, order=4, rate_hz=100)
    t = table["time_s"].to_numpy()
    assert t[0] == 1.0 and t[-1] == pytest.approx(8.99) and np.diff(t) == pytest.approx(0.01)
    middle = slice(50, -50)
    assert table["velocity_rad_s"].to_numpy()[middle] == pytest.approx(omega * np.cos(omega * t)[middle], abs=0.02)
    assert table["acceleration_rad_s2"].to_numpy()[middle] == pytest.approx(
        -(omega**2) * np.sin(omega * t)[middle], abs=0.1
    )
