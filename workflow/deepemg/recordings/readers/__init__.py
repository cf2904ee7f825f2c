"""Readers of signal files, one module per format: `header(path)` and `read(path, column, rate_hz=, part=)`."""

from types import ModuleType

from deepemg.recordings.readers import csv, noraxon_mr3

READERS: dict[str, ModuleType] = {"csv": csv, "noraxon_mr3": noraxon_mr3}
