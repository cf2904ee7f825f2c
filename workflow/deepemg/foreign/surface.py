"""Surface EMG: potentials of motor units, weaker and longer from afar, under every electrode."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, sosfilt

from deepemg.foreign.motor_units import Pool
from deepemg.foreign.values import Values, draw, draw_each

MILLI = 1e-3
BEFORE = 0.3  # s of the same excitation before and after a recording: filters settle, and the EMG leads to its end
ENERGY = {1: np.sqrt(np.pi) / 2, 2: 3 * np.sqrt(np.pi) / 4}  # of the derivatives of a Gaussian of unit width


@dataclass(frozen=True)
class LeadField:
    """What the channels (C,) see of a muscle's units (N,).

    `size` (C, N) of each potential, 1 = its muscle gives its own channel unit rms at full effort; `order` of the
    derivative and index of the `width` (s) that make its shape; `widening` (C,) of the widths.
    """

    size: np.ndarray
    order: np.ndarray
    shape: np.ndarray
    width: np.ndarray
    widening: np.ndarray

    def energy(self, channel: int) -> np.ndarray:
        """Energy (N,) of each unit's potential under a channel, s."""
        return self.size[channel] ** 2 * self.width[self.shape] * self.widening[channel]


@dataclass(frozen=True)
class Electrodes:
    """Channels above muscles (C,), their levels (C,) in uV, and the lead field of every muscle (M,)."""

    channels: tuple[str, ...]
    fields: tuple[LeadField, ...]
    gain: np.ndarray
    noise: np.ndarray
    hum: np.ndarray
    artefact: np.ndarray
    delay: float

    def crosstalk(self, pools: tuple[Pool, ...]) -> np.ndarray:
        """Rms (C, M) that each muscle at full effort gives each channel, over that of the channel's own muscle."""
        rates = [pool.rates(np.ones(1))[0] for pool in pools]
        channels = range(len(self.channels))
        power = [[r @ field.energy(c) for r, field in zip(rates, self.fields, strict=True)] for c in channels]
        return np.sqrt(power)


def draw_electrodes(rng: np.random.Generator, pools: tuple[Pool, ...], values: Values) -> Electrodes:
    """Draw the electrodes of a person, each on the skin above its muscle and a little beside, and the units' places."""
    spread, channels = values["surface"], tuple(values["electrodes"])
    own = [values["muscles"].index(name) for name in channels]
    centres, radii = (np.asarray(spread[name]["value"], dtype=float) for name in ("centre", "radius"))
    places = _places(rng, centres[own], spread)
    decay = float(draw(rng, spread["decay"]))
    fields = [
        _lead_field(rng, places, centre, radius, pool, decay, spread)
        for centre, radius, pool in zip(centres, radii, pools, strict=True)
    ]
    rates = [pools[muscle].rates(np.ones(1))[0] for muscle in own]
    rms = np.sqrt([rates[c] @ fields[muscle].energy(c) for c, muscle in enumerate(own)])[:, None]
    levels = {name: draw_each(rng, spread[name], len(channels)) for name in ("gain", "noise", "hum", "artefact")}
    scaled = tuple(LeadField(f.size / rms, f.order, f.shape, f.width, f.widening) for f in fields)
    return Electrodes(channels, scaled, **levels, delay=float(draw(rng, spread["delay"])))


def _places(rng: np.random.Generator, centres: np.ndarray, spread: Values) -> np.ndarray:
    """Places (C, 3) of the electrodes, mm."""
    skin = float(draw(rng, spread["skin"]))
    beside = draw_each(rng, spread["displacement"], len(centres)) / skin
    turn = np.arctan2(centres[:, 1], centres[:, 0]) + beside
    return np.column_stack([skin * np.cos(turn), skin * np.sin(turn), centres[:, 2]])


def _lead_field(
    rng: np.random.Generator,
    places: np.ndarray,
    centre: np.ndarray,
    radius: float,
    pool: Pool,
    decay: float,
    spread: Values,
) -> LeadField:
    """Units anywhere in the muscle's round section; their potentials fall with the distance to an electrode."""
    count = len(pool.threshold)
    out, turn = radius * np.sqrt(rng.uniform(size=count)), rng.uniform(0, 2 * np.pi, count)
    units = centre + np.column_stack([out * np.cos(turn), out * np.sin(turn), np.zeros(count)])
    distance = np.hypot(np.linalg.norm(places[:, None] - units, axis=2), float(spread["territory"]["value"]))
    shapes = int(draw(rng, spread["shapes"]))
    return LeadField(
        size=pool.potential * distance**-decay * rng.choice([-1.0, 1.0], count),
        order=rng.integers(1, 3, count),
        shape=rng.integers(shapes, size=count),
        width=MILLI * draw_each(rng, spread["potential_time"], shapes),
        widening=1 + float(spread["widening"]["value"]) * distance.mean(axis=1),
    )


def raw_emg(
    excitation: np.ndarray,
    acceleration: np.ndarray,
    interval: float,
    pools: tuple[Pool, ...],
    electrodes: Electrodes,
    rng: np.random.Generator,
    spread: Values,
) -> np.ndarray:
    """Raw EMG (S, C), uV, of excitations (T, M) every `interval` s, while the arm accelerates (T,), rad/s2."""
    rate = float(spread["rate"]["value"])
    samples, before = round(len(excitation) * interval * rate), round(BEFORE / interval)
    longer = np.pad(excitation, ((before, before), (0, 0)), mode="edge")
    start, size = round(before * interval * rate), 1 << round(len(longer) * interval * rate).bit_length()
    omega = 2 * np.pi * np.fft.rfftfreq(size, 1 / rate)
    spectrum = np.zeros((len(electrodes.channels), len(omega)), dtype=complex)
    for column, (pool, field) in enumerate(zip(pools, electrodes.fields, strict=True)):
        units, times = pool.spikes(longer[:, column], interval, rng)
        at = np.round(np.maximum(times - electrodes.delay, 0.0) * rate).astype(int)
        shapes = len(field.width)
        train = ((field.order[units] - 1) * shapes + field.shape[units]) * size + at
        for channel, widening in enumerate(field.widening):
            trains = np.bincount(train, field.size[channel, units], 2 * shapes * size).reshape(-1, size)
            waves = [_wave(omega, width * widening, order, rate) for order in (1, 2) for width in field.width]
            spectrum[channel] += (np.fft.rfft(trains, axis=1) * waves).sum(axis=0)
    signal = (electrodes.gain * np.fft.irfft(spectrum, size, axis=1).T)[: start + samples]
    time = (np.arange(len(signal)) - start) / rate
    pull = np.interp(time, np.arange(len(acceleration)) * interval, acceleration)
    return _amplified(signal + _disturbance(time, pull, electrodes, rng), spread, rate)[start:]


def _wave(omega: np.ndarray, width: float, order: int, rate: float) -> np.ndarray:
    """Spectrum of a derivative of a Gaussian of a width (s), whose energy is that width."""
    x = omega * width
    height = rate * width * np.sqrt(2 * np.pi / ENERGY[order])
    return np.asarray(height * (1j * x) ** order * np.exp(-0.5 * x**2))


def _disturbance(time: np.ndarray, pull: np.ndarray, electrodes: Electrodes, rng: np.random.Generator) -> np.ndarray:
    """Noise, mains and the pull of the cables (S, C), uV."""
    phase = rng.uniform(0, 2 * np.pi, 2)
    hum = np.sin(2 * np.pi * 50 * time + phase[0]) + np.sin(2 * np.pi * 150 * time + phase[1]) / 3
    noise = electrodes.noise * rng.standard_normal((len(time), len(electrodes.channels)))
    return noise + np.outer(hum, electrodes.hum) + np.outer(pull, electrodes.artefact)


def _amplified(signal: np.ndarray, spread: Values, rate: float) -> np.ndarray:
    band = butter(2, spread["band"]["value"], "bandpass", fs=rate, output="sos")
    step = float(spread["step"]["value"])
    return np.asarray(step * np.round(sosfilt(band, signal, axis=0) / step))
