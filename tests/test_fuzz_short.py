"""Damaged files and texts, drawn at random: each ends in a result or in a line with an id."""

from __future__ import annotations

import pytest

from deepemg.audit.fuzz import fuzz


def test_no_draw_escapes():
    found = fuzz(150, seed=20261125)
    assert found["draws"].sum() == 150 and not found.attrs["escapes"]
    assert found["format"].nunique() > 12 and found["accepted"].sum() > 0 < found["refused"].sum()


@pytest.mark.long
def test_none_of_ten_thousand_draws_escapes():
    assert not fuzz(10_000, seed=7).attrs["escapes"]
