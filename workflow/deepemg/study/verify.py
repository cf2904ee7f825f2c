"""The released tables made again: from the released fits, or from fits made anew."""

from __future__ import annotations

import io
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from deepemg.child_processes import process_pool
from deepemg.evaluate.score_tables import score_deep_emg, score_deep_emg_by_phase, score_torque
from deepemg.reconstruct.fits import FIT, at_load, reconstruct_trials, with_names
from deepemg.reconstruct.load import load
from deepemg.recordings.protocol import protocol_table
from deepemg.recordings.subject import read_subject
from deepemg.report.digests import WEIGHTS, trained_weights
from deepemg.report.released_tables import KEYS, fits_of, read_cells
from deepemg.signals.read import read
from deepemg.signals.recording import Recording
from deepemg.study.compare_tables import Comparison, Difference, compare_tables
from deepemg.study.config import StudyConfig, read_config
from deepemg.study.embedded import fetch_embedded

Tables = dict[str, pd.DataFrame]
Fit = tuple[str, ...]  # subject, load, method
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")  # as the study's jobs


def released_config(released: Path) -> dict[str, Any]:
    """The configuration of a release. Raises FileNotFoundError where nothing was released."""
    file = released / "config.yaml"
    if not file.is_file():
        raise FileNotFoundError(f"{file}: no such file; expected a release (make release)")
    return dict(yaml.safe_load(file.read_text()))


def read_release(released: Path) -> dict[str, Any]:
    """The same; fits, recordings and trained weights are pulled where they are absent."""
    config = released_config(released)
    for path in (Path(config["data"]), released / WEIGHTS, *map(Path, trained_weights(config))):
        fetch_embedded(path)
    return config


def chosen_fits(released: Path, patterns: Sequence[str]) -> list[Fit]:
    """Released fits whose subject/load/method is like one of the patterns, with * for any; all without a pattern.

    Raises ValueError where a pattern is like none.
    """
    fits = fits_of(released / "tables")
    for pattern in patterns:
        if not any(fnmatchcase("/".join(fit), pattern) for fit in fits):
            raise ValueError(f"found no fit like {pattern!r}; expected subject/load/method, as in S1/4kg/nmm or 'S1/*'")
    return [fit for fit in fits if not patterns or any(fnmatchcase("/".join(fit), one) for one in patterns)]


def recompute(
    config: Mapping[str, Any], fits: Sequence[Fit], weights: Path | None, jobs: int, variables: Mapping[str, str]
) -> Iterator[Tables]:
    """Tables of one subject after the other, as they are done, by `jobs` processes.

    `weights` is the folder of the fits; without, they are made anew. `variables` are set for the processes.
    """
    study = read_config(config)
    os.environ.update(ONE_THREAD | dict(variables))  # of the processes that start now
    with process_pool(jobs) as pool:
        running = [
            pool.submit(subject_tables, study, name, [fit[1:] for fit in fits if fit[0] == name], weights)
            for name in dict.fromkeys(subject for subject, *_ in fits)
        ]
        for done in as_completed(running):
            yield done.result()


def subject_tables(config: StudyConfig, name: str, fits: Sequence[Sequence[str]], weights: Path | None) -> Tables:
    """The tables of one subject: its recording read, every trial reconstructed by each fit (load, method)."""
    folder, recordings = Path(config.data) / name, Path(config.recordings) if config.recordings else None
    recording = read(folder, recordings, settings=config.signals)
    motion, lag = _motion(recording), config.score_methods.longest_lag_ms
    parts: dict[str, list[pd.DataFrame]] = {table: [] for table in KEYS}
    parts["subjects"].append(protocol_table([read_subject(folder, recordings)]))
    for load_label, method in fits:
        names = dict(zip(FIT, (name, load_label, method), strict=True))
        training, trials = at_load(recording, load_label)
        if weights is None:
            fitted = config.method(method).fit(training, seed=config.seed_of(method))
        else:
            fitted = load(weights / name / load_label / method)
        found = reconstruct_trials(fitted, trials)
        scored = score_deep_emg(found, recording.held_out, **names, rate_hz=config.rate_hz, longest_lag_ms=lag)
        parts["parameters"].append(with_names(fitted.parameters(), names))
        parts["torque"].append(score_torque(found, motion, **names))
        parts["deep_emg"].append(scored)
        parts["deep_emg_by_phase"].append(score_deep_emg_by_phase(found, recording.held_out, motion, **names))
    return {table: pd.concat(rows) for table, rows in parts.items()}


def _motion(recording: Recording) -> pd.DataFrame:
    """trial, time_s, angle_rad, velocity_rad_s, torque_nm of every trial, as the workflow's tables have them."""
    values = {"time_s": "time_s", "angle_rad": "angle", "velocity_rad_s": "velocity", "torque_nm": "torque"}
    columns = ({"trial": t.name} | {name: getattr(t, of) for name, of in values.items()} for t in recording.trials)
    return pd.concat([pd.DataFrame(trial) for trial in columns])


def as_written(parts: Sequence[Tables]) -> Tables:
    """Tables of several subjects below each other, every cell as text, as a CSV file has it."""
    return {
        name: read_cells(io.StringIO(pd.concat([part[name] for part in parts]).to_csv(index=False))) for name in KEYS
    }


def compare_release(released: Path, found: Tables, *, refit: bool, fits: Collection[Fit] | None = None) -> Comparison:
    """Every cell of the released tables beside the same cell of others; `refit`: of fits made anew.

    With `fits` only their rows, and those of their subjects. A table that an older release has not is named, as a
    column is.
    """
    result = Comparison()
    for name in KEYS:
        file = released / "tables" / f"{name}.csv"
        if file.exists():
            result += compare_tables(name, _rows(read_cells(file), fits), _rows(found[name], fits), refit=refit)
        else:
            result.differences.append(Difference(f"{name}.csv", "none", "one", cells=0))
    return result


def _rows(table: pd.DataFrame, fits: Collection[Fit] | None) -> pd.DataFrame:
    """The rows of a table that are of one of the fits, or of a subject of theirs; all without."""
    if fits is None:
        return table
    names = [name for name in FIT if name in table]
    wanted = {fit[: len(names)] for fit in fits}
    return table[[row in wanted for row in table[names].itertuples(index=False, name=None)]]
