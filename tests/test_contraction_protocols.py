"""Which contractions to record: what a protocol is, how long it takes, what is read of it, and where it goes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pandas as pd
import pytest
import torch
from typer.testing import CliRunner

from conftest import ROOT
from deepemg.cli import new as new_command
from deepemg.cli import simulate as simulate_command
from deepemg.cli.main import app
from deepemg.generated_sections import START, with_section
from deepemg.pretrain import contraction_worth
from deepemg.pretrain.contraction_protocols import (
    ContractionProtocol,
    compared_with,
    contractions_of,
    instruction_sections,
    minutes,
    read_protocols,
    recommended_protocol,
    recommended_protocols,
    timetable,
)
from deepemg.pretrain.virtual_trials import place_of_strength
from deepemg.reconstruct.nmm.amortised_posterior import AmortisedPosterior, load_weights
from deepemg.reconstruct.nmm.parameter_scale import ParameterScale
from deepemg.recordings.check import check_texts
from deepemg.recordings.subject import read_subject
from deepemg.report.contraction_worth import COLOURS, MARKERS, plot
from deepemg.simulate.assumptions import load_assumptions, vary
from deepemg.simulate.cohort import Cohort
from deepemg.simulate.protocol import Isometric, isometric_trials, with_isometric
from figure_layout import drawn_texts, outside, overlaps
from study import untrained_weights

PROTOCOLS = read_protocols()
NAMES = {protocol.name: protocol for protocol in PROTOCOLS}
MVC = {"pull": ["flexion", "extension"], "angle": [90], "level": ["max"]}
LABELS = {"BRA": "brachialis", "TRImed": "triceps medial head"}


@pytest.fixture(scope="module")
def amortised(tmp_path_factory: pytest.TempPathFactory) -> AmortisedPosterior:
    return load_weights(untrained_weights(tmp_path_factory.mktemp("weights") / "nmm.pt"))


def planned(*entries: dict) -> ContractionProtocol:
    return ContractionProtocol("some", "line", contractions_of(list(entries)), None)


# Time.


def test_own_muscles_rest_while_the_others_work() -> None:
    """Two minutes after a maximal flexion, whatever extensors do meanwhile; the last rest counts."""
    done = timetable(planned(MVC, {"pull": ["flexion"], "angle": [90], "level": [0.3]}).contractions)
    assert [(t.start_s, t.end_s, t.rested_s) for t in done] == [(0, 5, 125), (25, 30, 150), (125, 131, 161)]
    assert minutes(planned(MVC)) == 2.5
    again = planned(MVC, {"pull": ["flexion"], "angle": [90], "level": ["max"]})
    assert minutes(again) == pytest.approx(250 / 60)


def test_harder_holds_need_longer_rest_and_another_angle_takes_time() -> None:
    def starts(*entries: dict) -> list[float]:
        return [timed.start_s for timed in timetable(planned(*entries).contractions)]

    assert starts({"pull": ["flexion"], "angle": [90], "level": [0.15, 0.3, 0.6, 0.3]}) == [0, 26, 62, 128]
    assert starts({"pull": ["flexion"], "angle": [90, 45], "level": [0.15]}) == [0, 36]
    turned = {"pull": ["flexion"], "angle": [90], "level": [0.15], "forearm": ["supinated", "pronated"]}
    assert starts(turned) == [0, 36]


def test_a_ramp_has_no_pauses_and_the_rest_of_its_highest_level() -> None:
    ramp = planned({"pull": ["flexion"], "angle": [90, 45], "level": [0.2, 0.4, 0.6], "ramp": True})
    done = timetable(ramp.contractions)
    assert [timed.start_s for timed in done] == [0, 5, 10, 75, 80, 85]
    assert done[-1].end_s == 90 and minutes(ramp) == 2.5


# Protocols.


def test_protocols_have_names_of_their_own_both_maximal_contractions_and_the_time_they_say() -> None:
    assert len(NAMES) == len(PROTOCOLS) and set(compared_with().values()) <= set(NAMES)
    for protocol in PROTOCOLS:
        assert {c.pull for c in protocol.contractions if c.role == "mvc"} == {"flexion", "extension"}
        assert all(15 <= c.angle_deg <= 120 for c in protocol.contractions)  # what the training has seen
        assert len({contraction_worth.place_of(c) for c in protocol.contractions}) == len(protocol.contractions)
        if protocol.about:
            assert 0.84 < minutes(protocol) / protocol.about < 1.1, protocol.name
    for about in (5, 10):
        assert sum(protocol.about == about for protocol in PROTOCOLS) >= 6
    assert not NAMES[compared_with()["none"]].read


def test_where_some_have_torque_the_others_are_not_read() -> None:
    held = {"pull": ["flexion"], "angle": [90], "level": [0.3]}
    without = MVC | {"torque": False}
    assert len(planned(without).read) == 2
    assert [c.role for c in planned(without, held).read] == ["hold"]
    assert planned(without | {"angle_noted": False}).read == ()


def test_recommended_protocols_are_those_that_the_commands_know() -> None:
    keys = list(recommended_protocols())
    for command, option in ((new_command.main, "protocol"), (simulate_command.main, "contractions")):
        annotated = str(get_type_hints(command)[option])
        assert all(repr(key) in annotated for key in keys), option
    with pytest.raises(ValueError, match="no contraction protocol called 'ten'; there are five-minutes, ten-minutes"):
        recommended_protocol("ten")


def test_instructions_go_into_the_document() -> None:
    page, sections = (ROOT / "docs" / "add-a-subject.md").read_text(), instruction_sections()
    for key, protocol in recommended_protocols().items():
        assert START.format(name=key) in page and with_section(page, key, sections[key])
        rows = sections[key].splitlines()[4:]
        assert len(rows) == len(protocol.contractions)
        assert all(f"`{c.trial}`" in row for c, row in zip(protocol.contractions, rows, strict=True))


# The study on virtual subjects.


def some_protocols() -> tuple[ContractionProtocol, ...]:
    return tuple(
        NAMES[name] for name in (*compared_with().values(), *(p.name for p in recommended_protocols().values()))
    )


def test_bodies_and_movements_do_not_depend_on_the_contractions() -> None:
    few, many = (contraction_worth.everything(some) for some in (some_protocols()[:2], PROTOCOLS))
    one, two = (
        contraction_worth.recruit(contraction_worth.assumptions_of(places), 6, 1, seed=1)[0] for places in (few, many)
    )
    for name in ("angle", "torque", "envelopes", "excitations", "parameters"):
        assert torch.equal(getattr(one, name), getattr(two, name))
    assert one.is_mvc.all() and two.isometric.present.all() and two.isometric.torque_known.all()
    assert two.isometric.envelopes.shape[1] == len(many) == len(set(many))


def test_a_virtual_contraction_is_what_the_protocol_says() -> None:
    places = contraction_worth.everything(PROTOCOLS)
    group = contraction_worth.recruit(contraction_worth.assumptions_of(places), 90, 1, seed=2)[0].isometric
    angle = torch.rad2deg(group.angle).mean(0)
    torque = group.torque.median(0).values
    for number, (pull, angle_deg, level, forearm) in enumerate(places):
        assert angle[number] == pytest.approx(angle_deg, abs=2.5)
        assert bool(group.pronated[:, number].all()) == (forearm == "pronated")
        assert (torque[number] > 0) == (pull == "flexion")
        if level and forearm == "supinated":
            ratio = torque[number] / torque[places.index((pull, angle_deg, None, "supinated"))]
            assert ratio == pytest.approx(level, abs=0.15)


def test_only_what_a_protocol_measures_is_read(amortised: AmortisedPosterior) -> None:
    places = contraction_worth.everything(PROTOCOLS)
    group = contraction_worth.recruit(contraction_worth.assumptions_of(places), 6, 3, seed=3)[0]
    protocol = NAMES["MVC without torque"]
    inside = torch.tensor([place in [contraction_worth.place_of(c) for c in protocol.read] for place in places])
    torque = torch.full_like(group.isometric.torque, -77.0)
    envelopes = torch.where(inside[:, None], group.isometric.envelopes, 9.0)
    poisoned = replace(group, isometric=replace(group.isometric, torque=torque, envelopes=envelopes))
    one, two = (
        contraction_worth.scores(amortised, *contraction_worth.as_recorded(some, protocol, places))
        for some in (group, poisoned)
    )
    assert one.equals(two)
    other = contraction_worth.as_recorded(group, NAMES["MVC with torque"], places)
    assert not one.equals(contraction_worth.scores(amortised, *other))
    assert other[0].isometric.torque_known.sum() == 2 * len(group.size)


def test_a_row_for_each_protocol_and_muscle(amortised: AmortisedPosterior, tmp_path: Path) -> None:
    protocols = some_protocols()
    scored = contraction_worth.scored_protocols(amortised, protocols, 6)
    table = contraction_worth.worth_table(scored, protocols)
    assert list(table["protocol"]) == 2 * [protocol.name for protocol in protocols]
    assert set(table["muscle"]) == set(LABELS) and table.drop(columns="about").notna().all(axis=None)
    own = table[table["protocol"] == compared_with()["none"]]
    assert (own[["gain", "gain_low", "gain_high"]].abs() < 1e-9).all(axis=None)
    assert contraction_worth.contraction_sections(tmp_path) == {}
    table.to_csv(tmp_path / "contraction_protocols.csv", index=False)
    section = contraction_worth.contraction_sections(tmp_path)["contractions"]
    assert section.count("\n") == 2 + 1 + len(protocols) and "contraction_protocols.png" in section
    page = (ROOT / "docs" / "nmm.md").read_text()
    assert section in with_section(page, "contractions", section)


def test_a_gain_is_of_the_same_subjects() -> None:
    """Subjects differ by far more than protocols do, and yet a tenth less error in all of them is certain."""
    rng = np.random.default_rng(0)
    errors = pd.DataFrame({"none": rng.lognormal(-2.5, 0.8, 200)})
    errors["tenth"] = 0.9 * errors["none"]
    errors["chance"] = errors["none"] * rng.lognormal(0, 0.3, 200)
    found = contraction_worth.gains(errors, "none")
    assert found.loc["tenth"].to_numpy() == pytest.approx([10, 10, 10])
    chance = found.loc["chance"]
    assert chance["low"] < chance["gain"] < chance["high"] and chance["high"] - chance["low"] > 2


def test_strength_is_found_among_the_parameters() -> None:
    scheme = ParameterScale().scheme
    place = place_of_strength("BRA")
    assert (scheme.muscles[place], scheme.parameters[place]) == ("BRA", "max_isometric_force")


@pytest.mark.parametrize("width_mm", [180.0, 90.0])
def test_the_figure_can_be_read(width_mm: float) -> None:
    rng, rows = np.random.default_rng(0), []
    for muscle in LABELS:
        for protocol in PROTOCOLS:
            gain = rng.uniform(0, 10)
            rows.append((protocol.name, protocol.line, minutes(protocol), muscle, gain, gain - 1, gain + 1.5))
    table = pd.DataFrame(rows, columns=["protocol", "line", "minutes", "muscle", "gain", "gain_low", "gain_high"])
    assert table["line"].nunique() <= min(len(COLOURS), len(MARKERS))
    figure = plot(table, LABELS, width_mm=width_mm)
    texts = drawn_texts(figure)
    assert overlaps(texts) == [] and outside(figure, texts) == []
    assert {"isometric contractions, rests included (min)", *table["line"]} <= {text.text for text in texts}


# Where a protocol goes: a folder to be filled in, and simulated subjects.


def test_a_template_has_the_contractions_in_their_order(tmp_path: Path) -> None:
    for key, protocol in recommended_protocols().items():
        done = CliRunner().invoke(app, ["new", f"S-{key}", "--data", str(tmp_path), "--protocol", key])
        assert done.exit_code == 0, done.output
        problems = check_texts(tmp_path / f"S-{key}", band_high_hz=450).problems
        assert {problem.id for problem in problems} == {"DE-040"}  # the signal files are not there yet, nothing else
        subject = read_subject(tmp_path / f"S-{key}")
        trials = [trial for trial in subject.trials if trial.role != "movement"]
        assert [(t.trial, t.role) for t in trials] == [(c.trial, c.role) for c in protocol.contractions]
        assert all(
            trial.has_angle and subject.torque_path(trial).name == f"{trial.trial}_torque.csv" for trial in trials
        )


def test_a_template_that_was_killed_before_its_last_file_goes_on(tmp_path: Path) -> None:
    command, folder = ["new", "S1", "--data", str(tmp_path)], tmp_path / "S1"
    CliRunner().invoke(app, command)
    whole = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert "DE-069" in str(CliRunner().invoke(app, command).exception)
    (folder / "subject.yaml").unlink()
    (folder / "trials.csv").unlink()
    assert CliRunner().invoke(app, command).exit_code == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == whole
    (folder / "subject.yaml").unlink()
    (folder / "channels.csv").write_text("of a lab")
    assert "DE-069" in str(CliRunner().invoke(app, command).exception)
    assert (folder / "channels.csv").read_text() == "of a lab" and not (folder / "subject.yaml").exists()


def test_a_ramp_is_one_file_and_a_turned_forearm_a_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ramp = {"pull": ["flexion"], "angle": [90], "level": [0.2, 0.4], "ramp": True, "forearm": ["pronated"]}
    protocol = planned(MVC, ramp)
    monkeypatch.setattr("deepemg.pretrain.contraction_protocols.recommended_protocol", lambda _: protocol)
    CliRunner().invoke(app, ["new", "S1", "--data", str(tmp_path), "--protocol", "five-minutes"])
    trials = read_subject(tmp_path / "S1").trials[-3:]
    assert [trial.forearm for trial in trials] == ["supinated", "pronated", "pronated"]
    assert trials[1].emg_file == trials[2].emg_file == "hold_flexion_90deg_20_pronated_emg.csv"
    with pytest.raises(Exception, match="no simulated arm does"):
        simulate_command._isometric("five-minutes")


@pytest.mark.parametrize("key", recommended_protocols())
def test_simulated_subjects_can_do_it(key: str) -> None:
    assumptions = with_isometric(load_assumptions(), simulate_command._isometric(key))
    trials, protocol = isometric_trials(assumptions), recommended_protocol(key)
    pulls = {"flexor": "flexion", "extensor": "extension"}
    assert [(pulls[t.action], t.angle_deg, t.level, t.dynamometer) for t in trials] == [
        (c.pull, c.angle_deg, c.level, c.torque) for c in protocol.contractions
    ]
    assert len({trial.name for trial in trials}) == len(trials)
    assert Cohort(1, "T1", assumptions).source != Cohort(1, "T1", load_assumptions()).source


def test_the_second_generator_has_contractions_of_its_own(tmp_path: Path) -> None:
    asked = ["simulate", "--seed", "1", "--tier", "T5", "--contractions", "five-minutes", "--out", str(tmp_path / "x")]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 2 and "contractions of its own" in done.output and not (tmp_path / "x").exists()


@pytest.mark.parametrize(("action", "angle"), [("flexor", 45.0), ("extensor", 115.0)])
def test_a_simulated_hold_reaches_its_level_at_other_angles(action: str, angle: float) -> None:
    from deepemg.simulate.cohort import simulate_trial

    short = vary(load_assumptions(), {"hold": {"rest": 0.1, "ramp": 0.5, "hold": 0.5}})
    cohort = Cohort(1, "T2", short)
    subject, found = cohort.subject(1), []
    for level in (0.15, 0.3):
        trial = Isometric("hold", "hold", action, angle, level, True)  # type: ignore[arg-type]
        truth = simulate_trial(cohort, subject, trial, cohort.streams(1, "hold"))
        assert np.allclose(np.rad2deg(truth.angle), angle, atol=0.5)
        found.append(float(np.median(truth.torque[150:210])))
    assert found[1] / found[0] == pytest.approx(2, rel=0.15) and (found[0] > 0) == (action == "flexor")
