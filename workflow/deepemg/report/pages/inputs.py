"""What the page says of the channels of a subject: unit, rate, use, the level that is 1, and what was found in them."""

from __future__ import annotations

import pandas as pd

from deepemg.recordings.subject import SubjectFolder


def inputs_table(subject: SubjectFolder, levels: pd.DataFrame) -> pd.DataFrame:
    """A row per channel: channel, muscle, use, kind, column, unit, rate_hz, level, level_unit.

    `levels` is levels.csv: channel, level, unit. Held-out channels have none there.
    """
    level = levels.set_index("channel")
    rows = [
        {
            "channel": channel.name,
            "muscle": channel.muscle,
            "use": channel.use.replace("_", " "),
            "kind": channel.kind,
            "column": channel.column,
            "unit": channel.unit,
            "rate_hz": channel.rate_hz,
            "level": level["level"].get(channel.name),
            "level unit": level["unit"].get(channel.name),
        }
        for channel in subject.channels
    ]
    return pd.DataFrame(rows)


def quality_by_channel(quality: pd.DataFrame) -> pd.DataFrame:
    """A row per channel: in how many trials it was recorded, its range of rms and median frequency, and all flags.

    `quality`: a row per channel and trial, as `trial_tables.quality_of_signals` gives it.
    """
    rows = []
    for channel, own in quality.groupby("channel", sort=False):
        flags = [f"{trial}: {flag}" for trial, found in zip(own["trial"], own["flags"], strict=True) for flag in found]
        rows.append(
            {
                "channel": channel,
                "trials": len(own),
                "rms (uV)": _span(own["rms_uv"], 1),
                "median frequency (Hz)": _span(own["median_frequency_hz"], 0),
                "power in band": _span(own["power_in_band"], 2),
                "flags": flags,
            }
        )
    return pd.DataFrame(
        rows, columns=["channel", "trials", "rms (uV)", "median frequency (Hz)", "power in band", "flags"]
    )


def _span(values: pd.Series, digits: int) -> str | None:
    """From the smallest to the largest; None where none is known."""
    known = values.dropna()
    return f"{known.min():.{digits}f} to {known.max():.{digits}f}" if len(known) else None
