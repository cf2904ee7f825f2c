"""Damage drawn at random: the draws, and the oracle that says what a reader lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from damaged import CLOCK, TEXTS, changed, read, write
from deepemg.audit.fuzz import fuzz, repeat
from deepemg.audit.fuzz_binaries import sound_binaries
from deepemg.audit.fuzz_draws import formats
from deepemg.audit.fuzz_files import PADDING
from deepemg.audit.fuzz_text import lost, values
from deepemg.recordings.extract import extract
from deepemg.recordings.readers import open_file


def test_draws_are_the_same_again_and_none_of_them_escapes():
    table = fuzz(200, seed=300)
    assert not table.attrs["escapes"] and table["draws"].sum() == 200 and set(table["format"]) == set(formats())
    assert (table["accepted"] + table["refused"] == table["draws"]).all()
    assert table["accepted"].sum() > 30 and table["refused"].sum() > 30
    assert replace(repeat(300, 17), seconds=0) == replace(repeat(300, 17), seconds=0)


@pytest.mark.long
def test_ten_thousand_draws():
    assert fuzz(10_000, seed=1).attrs["escapes"] == []


@pytest.mark.parametrize("name", TEXTS)
def test_a_sound_text_is_read_without_loss(tmp_path, name):
    contents = open_file(write(tmp_path, TEXTS[name]))
    signals = [extract(contents, f"#{place}", rate_hz=100.0) for place in range(3, len(contents.columns) + 1)]
    assert [lost(TEXTS[name], signal.values, PADDING.get(name, "")) for signal in signals] == [None] * len(signals)


@pytest.mark.parametrize("name", sound_binaries())
def test_a_sound_binary_is_read(tmp_path, name):
    suffix, content = sound_binaries()[name]
    (tmp_path / f"a{suffix}").write_bytes(content)
    contents = open_file(tmp_path / f"a{suffix}")
    assert all(len(read(contents.path, f"#{place}").values) > 9 for place in range(1, len(contents.columns) + 1))


def test_what_is_lost_is_found():
    found = np.array([float(cell) for cell in values(1)])
    assert lost(CLOCK, found) is None
    shifted = replace(CLOCK, rows=changed(CLOCK.rows, 5, "0.05,1,2,3"))
    for text, read_of_it in ((CLOCK, found[1:]), (CLOCK, found[:-1]), (CLOCK, np.delete(found, 9)), (shifted, found)):
        assert "column 2" in str(lost(text, read_of_it))
