"""Whitened amplitude: as much better as theory says, no worse in noise, of no trial or channel but its own.

Signals are coloured Gaussian noise of a known amplitude, as models of surface EMG are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.signal import freqz, lfilter, resample

from deepemg.recordings.problems import RecordingError
from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import read_subject
from deepemg.signals.contractions import subject_contractions
from deepemg.signals.emg import low_pass
from deepemg.signals.envelopes import filtered, subject_envelopes
from deepemg.signals.quality import recording_quality
from deepemg.signals.recording import Recording
from deepemg.signals.settings import EnvelopeSettings, SignalSettings
from deepemg.signals.whitening import Whitening, autoregressive, fit_whitening
from folders import make_folder, measured

RATE = 2000.0
RECTIFIED, WHITENED = EnvelopeSettings(), EnvelopeSettings(amplitude="whitened")
COLOUR = np.poly([0.8 * np.exp(0.2j), 0.8 * np.exp(-0.2j), 0.5])  # a broad peak near 60 Hz
FLOOR = 4.0  # uV, white
FULL = 400.0  # uV


def carrier(seconds: float, seed: int) -> np.ndarray:
    """Coloured noise of unit variance."""
    noise = lfilter([1.0], COLOUR, np.random.default_rng(seed).standard_normal(round(seconds * RATE) + 1000))[1000:]
    return np.asarray(noise / noise.std())


def emg(amplitude: np.ndarray, seed: int, *, floor: float = FLOOR) -> np.ndarray:
    """EMG (uV) of an amplitude in 0-1, with white noise."""
    noise = floor * np.random.default_rng(seed + 1000).standard_normal(len(amplitude))
    return FULL * amplitude * carrier(len(amplitude) / RATE, seed) + noise


def constant(level: float, seconds: float = 40.0) -> np.ndarray:
    return np.full(round(seconds * RATE), level)


@pytest.fixture(scope="module")
def whitening() -> Whitening:
    """From two maximal contractions with rest at both ends."""
    effort = np.concatenate([constant(0, 1), constant(1, 3), constant(0, 1)])
    return fit_whitening([Signal(emg(effort, seed), RATE) for seed in (1, 2)], [], WHITENED)


def whitened(values: np.ndarray, whitening: Whitening, rate: float = RATE) -> np.ndarray:
    return filtered(Signal(values, rate), "raw", WHITENED, whitening).values


def rectified(values: np.ndarray) -> np.ndarray:
    return filtered(Signal(values, RATE), "raw", RECTIFIED).values


def error(envelope: np.ndarray, amplitude: np.ndarray) -> float:
    """Rms of the error after the best gain, over the rms of the amplitude, without the ends."""
    inner = slice(round(0.3 * RATE), -round(0.3 * RATE))
    found, true = envelope[inner], amplitude[inner]
    gain = found @ true / (found @ found)
    return float(np.sqrt(np.mean((gain * found - true) ** 2) / np.mean(true**2)))


def test_the_error_falls_by_the_root_of_the_bandwidths(whitening):
    """The variance is inverse to the statistical bandwidth, (int S)^2 / int S^2; when white, that is the whole band."""
    frequency, response = freqz([1.0], COLOUR, worN=4096, fs=RATE)
    inside = (frequency >= WHITENED.band_low_hz) & (frequency <= WHITENED.band_high_hz)
    density = np.abs(response[inside]) ** 2
    expected = np.sqrt(density.mean() ** 2 / np.mean(density**2))
    assert expected < 0.6  # there is something to win
    amplitude = constant(0.5)
    raw = emg(amplitude, 3)
    ratio = error(whitened(raw, whitening), amplitude) / error(rectified(raw), amplitude)
    assert ratio == pytest.approx(expected, rel=0.1)


def test_a_changing_amplitude_is_followed_better(whitening):
    time = np.arange(0, 60, 1 / RATE)
    slow = 0.3 - 0.28 * np.cos(2 * np.pi * 0.4 * time)
    assert error(whitened(emg(slow, 4), whitening), slow) < 0.7 * error(rectified(emg(slow, 4)), slow)


def test_the_envelope_has_the_bandwidth_of_the_low_pass(whitening):
    """Mean of many envelopes of one amplitude: the amplitude behind the low-pass that excitations pass too."""
    time = np.arange(0, 4, 1 / RATE)
    amplitude = np.where((time > 1.5) & (time < 2.5), 0.8, 0.2)
    mean = np.mean([whitened(emg(amplitude, seed, floor=0), whitening) for seed in range(60)], axis=0)
    smooth = low_pass(amplitude, rate_hz=RATE, cutoff_hz=WHITENED.envelope_cutoff_hz, order=WHITENED.order)
    assert error(mean, smooth) < 0.04 < error(mean, amplitude)


def test_there_is_no_lag(whitening):
    """A filter without lag does the same to a signal that runs backwards."""
    amplitude = np.linspace(0, 1, round(6 * RATE)) ** 2
    raw = emg(amplitude, 5)
    forth, back = whitened(raw, whitening), whitened(raw[::-1], whitening)[::-1]
    inner = slice(round(0.5 * RATE), -round(0.5 * RATE))
    assert forth[inner] == pytest.approx(back[inner], abs=1e-3 * forth.max())


def test_noise_is_not_amplified_at_low_levels(whitening):
    """4 uV of white noise: 4 and 8 uV of EMG are told apart as well as by rectification. A fixed filter takes the noise
    for EMG, and hardly sees the difference.
    """
    one, two = emg(constant(0.01), 6), emg(constant(0.02), 7)
    fixed = replace(whitening, noise=np.zeros_like(whitening.noise))

    def difference(estimate: Callable[[np.ndarray], np.ndarray]) -> float:
        low, high = estimate(one), estimate(two)
        return float((high.mean() - low.mean()) / np.hypot(low.std(), high.std()))

    by_fixed, by_adaptive = (difference(lambda x, own=own: whitened(x, own)) for own in (fixed, whitening))
    assert by_adaptive > 1.5 * by_fixed and by_adaptive > difference(rectified)


@pytest.mark.parametrize(
    "disturbance",
    [lambda time: 5000.0 + 0 * time, lambda time: 4 * np.sin(2 * np.pi * 50 * time)],
    ids=["offset", "hum"],
)
def test_offset_and_hum_change_little(disturbance: Callable[[np.ndarray], np.ndarray]):
    """They are in the calibration too."""
    effort = np.concatenate([constant(0, 1), constant(1, 3), constant(0, 1)])
    time = np.arange(0, 60, 1 / RATE)
    amplitude = 0.2 - 0.18 * np.cos(2 * np.pi * 0.4 * time)
    clean, dirty = (
        whitened(
            emg(amplitude, 8) + size * disturbance(time),
            fit_whitening([Signal(emg(effort, 7) + size * disturbance(time[: len(effort)]), RATE)], [], WHITENED),
        )
        for size in (0, 1)
    )
    assert error(dirty, amplitude) == pytest.approx(error(clean, amplitude), rel=0.05)


def test_an_envelope_keeps_the_unit_of_the_signal(whitening):
    effort = np.concatenate([constant(0, 1), constant(1, 3), constant(0, 1)])
    raw = emg(constant(0.5), 9)
    ten = fit_whitening([Signal(10 * emg(effort, seed), RATE) for seed in (1, 2)], [], WHITENED)
    assert whitened(10 * raw, ten) == pytest.approx(10 * whitened(raw, whitening))
    assert whitened(raw, whitening).mean() == pytest.approx(rectified(raw).mean(), rel=0.03)


def test_another_sampling_rate_gives_the_same_envelope(whitening):
    raw = emg(constant(0.5, 20), 10)
    half = whitened(resample(raw, len(raw) // 2), whitening, RATE / 2)
    full = whitened(raw, whitening)[::2]
    assert np.corrcoef(half[500:-500], full[500:-500])[0, 1] > 0.95
    assert half.mean() == pytest.approx(full.mean(), rel=0.1)  # the band-pass is steeper at 450 of 500 Hz


def test_contractions_without_a_quiet_moment_whiten_too():
    """What is quietest is then no noise; a filter that follows nothing is left, and it is the whitening one."""
    plateau = fit_whitening([Signal(emg(constant(1, 3), seed), RATE) for seed in (1, 2)], [], WHITENED)
    amplitude = constant(0.5)
    assert error(whitened(emg(amplitude, 3), plateau), amplitude) < 0.7 * error(rectified(emg(amplitude, 3)), amplitude)


def test_the_model_of_an_autoregressive_spectrum_is_that_spectrum():
    response = freqz([1.0], COLOUR, worN=np.linspace(0, np.pi, 513))[1]
    assert autoregressive(np.abs(response) ** 2, order=3) == pytest.approx(np.abs(response) ** 2)


# Subject folders


def envelopes(folder: Path, settings: EnvelopeSettings = WHITENED) -> tuple[pd.DataFrame, pd.DataFrame]:
    subject = read_subject(folder)
    clock = pd.concat(pd.DataFrame({"trial": t.trial, "time_s": np.arange(0, 4, 0.01)}) for t in subject.movements)
    return subject_envelopes(subject, "observed", clock, settings)


def louder(path: Path, column: str, colour: float = 0.5) -> None:
    """Give a channel of a file another size and spectrum."""
    table = pd.read_csv(path)
    table[column] = 3 * lfilter([1.0], [1.0, -colour], table[column])
    table.to_csv(path, index=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "data")


def test_neither_another_channel_nor_a_test_trial_has_a_part_in_an_envelope(folder):
    before, levels = envelopes(folder)
    for path in folder.glob("*_emg.csv"):
        louder(path, "lat")
    louder(folder / "0_test_emg.csv", "bic")
    after, _ = envelopes(folder)
    others = before["trial"] != "0_test"
    assert np.array_equal(after.loc[others, "BIClong"], before.loc[others, "BIClong"])
    assert not np.allclose(after.loc[~others, "BIClong"], before.loc[~others, "BIClong"])
    assert not np.allclose(after["TRIlat"], before["TRIlat"])
    louder(folder / "mvc_emg.csv", "bic")
    assert envelopes(folder)[1]["level"][0] > 2 * levels["level"][0]


def test_without_mvc_trials_the_filter_is_that_of_the_training_movements(folder):
    sheet = folder / "trials.csv"
    sheet.write_text(sheet.read_text().replace("mvc,mvc,0,kg,,mvc_emg.csv,\n", ""))
    before, _ = envelopes(folder)
    for load in (0, 2):
        louder(folder / f"{load}_test_emg.csv", "bic")
    others = before["trial"].str.endswith("train")
    assert np.array_equal(envelopes(folder)[0].loc[others, "BIClong"], before.loc[others, "BIClong"])
    louder(folder / "0_train_emg.csv", "bic")
    two = before["trial"] == "2_train"
    assert not np.allclose(envelopes(folder)[0].loc[two, "BIClong"], before.loc[two, "BIClong"])


def test_checks_contractions_and_envelopes_go_by_the_same_filter(folder):
    measured(folder)
    subject, (_, levels) = read_subject(folder), envelopes(folder)
    (row,) = subject_contractions(subject, levels, WHITENED).to_dict("records")
    assert 0.8 < row["BIClong"] <= 1 and 0.8 < row["TRIlat"] <= 1
    quality = recording_quality(subject, SignalSettings(envelopes=WHITENED))
    assert quality["channels"] == recording_quality(subject)["channels"]


def test_arrays_are_whitened_as_a_folder_is(folder):
    (table, _), names = envelopes(folder), ["0_train", "2_train", "0_test"]
    raw = {name: pd.read_csv(folder / f"{name}_emg.csv").to_numpy() for name in (*names, "2_test", "mvc")}
    angle = 60 - 50 * np.cos(2 * np.pi * 0.4 * np.arange(0, 4, 0.001))
    recording = Recording.from_arrays(
        angle_deg=[angle] * 3,
        load_kg=[0.0, 2.0, 0.0],
        emg=[raw[name] for name in names],
        mvc=[raw["mvc"]],
        rate_hz=1000.0,
        channels=["BIC", "TRIlat"],
        split=["train", "train", "test"],
        settings=SignalSettings(envelopes=WHITENED),
    )
    for trial, name in zip(recording.trials, names, strict=True):
        own = table.loc[table["trial"] == name, "TRIlat"].to_numpy()
        assert trial.envelope("TRIlat")[20:-20] == pytest.approx(own[20:-20], rel=1e-6)


def test_a_channel_that_is_silent_in_its_calibration_ends_in_one_line(folder):
    for name in ("mvc", "0_train", "2_train"):
        table = pd.read_csv(folder / f"{name}_emg.csv")
        table.assign(bic=0.0).to_csv(folder / f"{name}_emg.csv", index=False)
    with pytest.raises(ValueError, match="silent in every trial"):
        envelopes(folder)
    with pytest.raises(RecordingError) as refused:
        recording_quality(read_subject(folder), SignalSettings(envelopes=WHITENED))
    assert all("\n" not in str(problem) for problem in refused.value.problems)
