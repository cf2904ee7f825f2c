"""What will be used of a recording, before any fit: angle, and each channel's envelope over its level, by trial."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import TrialRow
from deepemg.report.style import DOUBLE_COLUMN_MM, FAINT, in_house_style, new_figure
from deepemg.signals.check import Verdict, light_of
from deepemg.signals.judged import Judged

PAUSE_S = 0.8  # between two trials on the page
POINTS_HZ = 25.0  # drawn per second: a 6 Hz envelope is still whole
SIDES = {"flexor": "#D55E00", "extensor": "#0072B2", "": "#444444"}
TINT = {"red": "#f4c7b8", "amber": "#fbeec5", "green": "#ffffff"}


def _starts(judged: Judged, trials: list[TrialRow]) -> dict[str, tuple[float, float]]:
    """Where each trial lies on the page: start and end (s)."""
    places, start = {}, 0.0
    for trial in trials:
        own = [s for (name, _), s in judged.emg.items() if name == trial.trial]
        own += [judged.angle[trial.trial]] if trial.trial in judged.angle else []
        duration = max((signal.duration_s for signal in own), default=1.0)
        places[trial.trial] = (start, start + duration)
        start += duration + PAUSE_S
    return places


def _draw(axes: Axes, signal: Signal, start: float, colour: str, factor: float = 1.0) -> None:
    step = max(1, int(signal.rate_hz / POINTS_HZ))
    axes.plot(start + signal.time_s[::step] - signal.start_s, factor * signal.values[::step], color=colour)


def _draw_activity(axes: Axes, signal: Signal, level: float, start: float) -> None:
    """Rms of the raw signal in 20 ms windows, behind the envelope: bursts, steps and holes are seen in it."""
    width = max(1, int(0.02 * signal.rate_hz))
    count = len(signal.values) // width
    values = (signal.values - np.median(signal.values))[: count * width].reshape(count, width)
    rms = np.sqrt(np.mean(values**2, axis=1)) / level
    time = start + (np.arange(count) + 0.5) * width / signal.rate_hz
    axes.fill_between(time, 0, rms, color="#d9d9d9", linewidth=0)


def _side(judged: Judged, muscle: str) -> str:
    joint = judged.subject.generic_joint()
    actions = {joint.muscle(name).action for name in joint.members(muscle)}
    return actions.pop() if len(actions) == 1 else ""


@in_house_style
def plot(verdict: Verdict) -> Figure:
    """A row for the angle and one for each channel; a column of time for each trial, tinted by its light.

    Grey: the raw signal's rms; dashed: its level (1), which MVC trials (or the training movements) gave.
    """
    assert verdict.judged is not None
    judged, subject = verdict.judged, verdict.judged.subject
    trials = [trial for trial in subject.trials if trial.role != "rest"]
    rows = ["joint angle", *(f"channel {channel.name}" for channel in subject.channels)]
    figure = new_figure(DOUBLE_COLUMN_MM * 1.4, 16 + 22 * len(rows))
    grid = figure.subplots(len(rows), 1, sharex=True, squeeze=False)[:, 0]
    places = _starts(judged, trials)
    for axes, label in zip(grid, rows, strict=True):
        for trial in trials:
            start, end = places[trial.trial]
            light = light_of(verdict.of(label, trial.trial)) if label != "joint angle" or trial.has_angle else "green"
            axes.axvspan(start, end, color=TINT[light], linewidth=0, zorder=-5)
    for trial in trials:
        if trial.trial in judged.angle:
            _draw(grid[0], judged.angle[trial.trial], places[trial.trial][0], "#000000", 180 / np.pi)
    grid[0].set_ylabel("joint angle\n(deg)")
    for axes, channel in zip(grid[1:], subject.channels, strict=True):
        colour, highest = SIDES[_side(judged, channel.muscle)], 0.1
        for trial in trials:
            key = (trial.trial, channel.name)
            if key not in judged.envelopes:
                continue
            start = places[trial.trial][0]
            if channel.kind == "raw":
                _draw_activity(axes, judged.emg[key], judged.levels[channel.name], start)
            _draw(axes, judged.envelopes[key], start, colour)
            highest = max(highest, float(judged.envelopes[key].values.max()))
        axes.axhline(1, color=FAINT, linestyle="--", linewidth=0.6)
        axes.set_ylim(0, 1.15 * max(highest, 1.0))
        held = "\nheld out" if channel.use == "held_out" else ""
        muscle = "" if channel.muscle == channel.name else f"\n({channel.muscle})"
        axes.set_ylabel(f"{channel.name}{muscle}{held}")
    for trial in trials:
        start, end = places[trial.trial]
        text = trial.trial if trial.role == "movement" else f"{trial.trial}\n({trial.role})"
        grid[0].text(start, 1.02, text, transform=grid[0].get_xaxis_transform(), fontsize=6, rotation=20)
    grid[-1].set_xlabel("time (s), trials one after the other")
    grid[-1].set_xlim(-PAUSE_S, max(end for _, end in places.values()) + PAUSE_S)
    figure.align_ylabels(list(grid))
    return figure
