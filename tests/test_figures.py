"""Figures draw what they are given, say it with units, and come out the same twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter

from deepemg.joint.definition import load_joint
from deepemg.joint.parameters import parameter_scheme
from deepemg.reconstruct.nmm.amortised_posterior import load_weights
from deepemg.recordings.subject import read_subject
from deepemg.report import (
    architecture,
    arm_sketch,
    band_coverage,
    deep_error,
    deep_heatmaps,
    envelopes,
    identifiability,
    opponents,
    parameters,
    protocol,
    style,
    torque,
    torque_error,
    training_loss,
    unseen_load,
)
from deepemg.report.muscle_roles import muscle_roles
from deepemg.report.networks import Network, our_network, paper_network
from deepemg.report.timeline import end_to_end
from figure_layout import drawn_texts, overlaps
from folders import make_folder
from study import untrained_weights

JOINT = load_joint("elbow6")
DEEP = {name: JOINT.muscle(name).label for name in ("BRA", "TRImed")}
SUBJECTS, LOADS = ["S1", "S2", "S3", "S4", "S5"], ["0kg", "2kg", "4kg"]
METHODS = ["copy", "so", "mse", "nmm-paper", "nmm"]
TIME = np.arange(0, 2, 0.1)
RANDOM = np.random.default_rng(7)


def cells(*columns: str, **of: Iterable[object]) -> pd.DataFrame:
    """One row per combination of `of`, with noise between 0 and 1 in `columns`."""
    frame = pd.MultiIndex.from_product(list(of.values()), names=list(of)).to_frame(index=False)
    return frame.assign(**{column: RANDOM.random(len(frame)) for column in columns})


def scores(*columns: str, **of: Iterable[object]) -> pd.DataFrame:
    """A score table with a fit per load, and one fit over all loads scored load by load and altogether."""
    frame = cells(*columns, subject=SUBJECTS, load=[*LOADS, "all"], trial_load=[*LOADS, "all"], method=METHODS, **of)
    return frame[(frame["load"] == "all") | (frame["load"] == frame["trial_load"])].assign(split="test")


def over_time(*columns: str, **of: Iterable[object]) -> pd.DataFrame:
    """Noise over time for every combination of `of`, one trial per load."""
    frame = cells(**of).merge(pd.DataFrame({"time_s": TIME}), how="cross").assign(trial=lambda f: "curl_" + f["load"])
    return frame.assign(**{column: RANDOM.random(len(frame)) for column in columns})


DEEP_EMG = scores("rmse", "nrmse", "r2", "r", "lag_ms", "coverage90", muscle=list(DEEP))
TORQUE_SCORES = scores("rmse_nm", "nrmse", "r2", "r")
LOSS = cells(*training_loss.TERMS, subject=SUBJECTS, load=[*LOADS, "all"], method=["nmm-paper"], epoch=range(5))
PROFILES = cells(
    "value", subject=SUBJECTS, load=LOADS, method=["truth", *METHODS], muscle=list(DEEP), phase=range(0, 101, 10)
)
TORQUE = over_time("torque_nm", subject=SUBJECTS, load=LOADS)
TORQUES = over_time("torque_nm", subject=SUBJECTS, load=LOADS, method=METHODS)
BANDS = [f"{name}{end}" for name in JOINT.muscle_names for end in ("", "_lower", "_upper")]
RECONSTRUCTION = over_time("torque_nm", *BANDS, load=LOADS, split=["test"])
MEASURED = over_time(*(name for name in JOINT.muscle_names if name not in DEEP), load=LOADS).drop(columns="load")
HELD_OUT = over_time(*DEEP, load=LOADS).drop(columns="load")

SCHEME = parameter_scheme(JOINT, "hill32")
PERSONAL = pd.concat(
    [
        SCHEME.table(
            SCHEME.generic + 0.5 * SCHEME.prior_sd, sd=0.5 * SCHEME.prior_sd, identified=RANDOM.random(32) > 0.5
        )
        for _ in SUBJECTS
    ],
    keys=SUBJECTS,
    names=["subject"],
).reset_index("subject")


def personal_with_prior_sd(table: pd.DataFrame) -> pd.DataFrame:
    return parameters.with_prior_sd(table, dict.fromkeys(SUBJECTS, JOINT), SCHEME.name)


LEVELS = np.geomspace(0.4, 2.5, 21), np.geomspace(0.2, 5, 31)
VALLEY = 5 * np.abs(np.subtract.outer(np.log(LEVELS[0]), 0.3 * np.log(LEVELS[1]))) + 0.3
LANDSCAPE = identifiability.Landscape("S1, 4 kg", LEVELS, VALLEY, np.array([[0.04, 0.01], [0.01, 0.3]]), (1.2, 0.5))

ROLES = {name: "hidden" if name in DEEP else "observed" for name in JOINT.muscle_names}
NETWORKS = {
    "nmm-paper": Network(1, 2, 4, 32, 17_414, ("angle", "velocity", "load"), 0, 30, 2),
    "nmm": Network(3, 4, 4, 96, 379_294, tuple("x" * 64), 29, 30, 2),
}
TRIALS = [(f"{load:g}kg {kind}", kind, load, "kg", 9.0) for load in (0, 2, 4) for kind in ("training", "test")]
TRIALS += [(f"mvc_{number}", "MVC", np.nan, None, 4.0) for number in range(6)]
TRIALS += [("hold", "hold", np.nan, None, 6.0), ("rest", "rest", np.nan, None, 5.0)]
PROTOCOL = pd.DataFrame(
    [(subject, *trial) for subject in SUBJECTS for trial in TRIALS],
    columns=["subject", "trial", "kind", "load", "load_unit", "duration_s"],
)
UNSEEN = cells("rmse_seen", "rmse_unseen", subject=SUBJECTS, muscle=list(DEEP), method=METHODS, load=LOADS)
UNSEEN["rmse_unseen"] *= 3  # some lie beyond the axis
VARIANTS = {name: name for name in METHODS} | {f"nmm-without-much-{n}": "nmm" for n in range(31)}
OF_VARIANTS = pd.concat([DEEP_EMG, *(DEEP_EMG[DEEP_EMG["method"] == "nmm"].assign(method=v) for v in VARIANTS)])

FIGURES: dict[str, tuple[Callable[..., Figure], list[str]]] = {
    "architecture": (partial(architecture.plot, NETWORKS, ROLES), ["nmm-paper", "nmm"]),
    "protocol": (partial(protocol.plot, PROTOCOL, JOINT, ROLES), []),
    "training_loss": (partial(training_loss.plot, LOSS), ["nmm-paper"]),
    "envelopes": (partial(envelopes.plot, RECONSTRUCTION, MEASURED, HELD_OUT, JOINT, "mse"), ["mse"]),
    "deep_heatmaps": (partial(deep_heatmaps.plot, PROFILES.query("method not in ('copy', 'so')"), DEEP), METHODS[2:]),
    "torque": (partial(torque.plot, TORQUE, TORQUES), METHODS),
    "torque_error": (partial(torque_error.plot, TORQUE_SCORES), METHODS),
    "deep_error": (partial(deep_error.plot, DEEP_EMG, DEEP), METHODS),
    "parameters": (partial(parameters.plot, personal_with_prior_sd(PERSONAL)), []),
    "identifiability": (partial(identifiability.plot, [LANDSCAPE] * len(SUBJECTS), *DEEP.values()), []),
    "unseen_load": (partial(unseen_load.plot, UNSEEN, DEEP), METHODS),
    "band_coverage": (partial(band_coverage.plot, DEEP_EMG, DEEP), METHODS),
    "opponents": (partial(opponents.plot, OF_VARIANTS, DEEP, VARIANTS), METHODS),
}
WITH_AXES = [name for name in FIGURES if name != "architecture"]


@cache
def drawn_once(name: str) -> Figure:
    return FIGURES[name][0]()


def panels(figure: Figure) -> list[Axes]:
    return [axes for axes in figure.axes if axes.has_data() and axes.axison]


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if isinstance(text, Text)]


@pytest.mark.parametrize("name", WITH_AXES)
def test_every_axis_names_its_unit(name: str) -> None:
    figure = drawn_once(name)
    assert panels(figure)
    unit = re.compile(r"\([^()]+\)")
    for axes in panels(figure):
        for which, siblings, shared in (
            ("x", axes.get_shared_x_axes().get_siblings(axes), figure.get_supxlabel()),
            ("y", axes.get_shared_y_axes().get_siblings(axes), figure.get_supylabel()),
        ):
            axis = axes.xaxis if which == "x" else axes.yaxis
            names_categories = isinstance(axis.get_major_formatter(), FuncFormatter)
            is_width_of_colourbar = which == "x" and axes.get_label() == "<colorbar>"
            if names_categories or is_width_of_colourbar:
                continue
            labels = [getattr(sibling, f"get_{which}label")() for sibling in siblings] + [shared]
            assert any(unit.search(label) for label in labels), f"{which} of {axes.get_title()!r}: {labels}"


@pytest.mark.parametrize("name", FIGURES)
def test_every_method_is_named(name: str) -> None:
    methods = FIGURES[name][1]
    named = "\n".join(texts(drawn_once(name)))
    missing = [method for method in methods if style.METHOD_LABELS[method] not in named]
    absent = [method for method in style.METHOD_COLOURS if method not in methods]
    assert not missing
    assert not [method for method in absent if style.METHOD_LABELS[method] in named]


@pytest.mark.parametrize("name", ["protocol", "deep_heatmaps", "torque", "deep_error"])  # text, images, lines, markers
def test_files_are_the_same_twice(name: str, tmp_path: Path) -> None:
    for run, figure in (("first", drawn_once(name)), ("second", FIGURES[name][0]())):
        (tmp_path / run).mkdir()
        style.save(figure, tmp_path / run / "figure.svg", tmp_path / run / "figure.png")
        assert sorted(path.name for path in (tmp_path / run).iterdir()) == ["figure.png", "figure.svg"]
    for file, start in (("figure.svg", b"<?xml"), ("figure.png", b"\x89PNG")):
        content = (tmp_path / "first" / file).read_bytes()
        assert content.startswith(start)
        assert content == (tmp_path / "second" / file).read_bytes()


def test_methods_keep_colour_and_order() -> None:
    assert len(set(style.METHOD_COLOURS.values())) == len(style.METHOD_COLOURS) == 8
    assert set(style.METHOD_LABELS) == set(style.METHOD_COLOURS)
    assert style.TRUTH_COLOUR not in style.METHOD_COLOURS.values()
    assert style.order_methods(["nmm-paper", "mse", "copy", "mse"]) == ["copy", "mse", "nmm-paper"]
    with pytest.raises(ValueError, match="oracle"):
        style.order_methods(["oracle"])


def test_loads_are_ordered_by_weight() -> None:
    assert style.order_loads(["all", "10kg", "2.5kg", "0kg", "2.5kg"]) == ["0kg", "2.5kg", "10kg", "all"]
    assert [style.load_label(load) for load in ("2kg", "2.75lb", "all")] == ["2 kg", "2.75 lb", "all loads"]


def test_trials_follow_each_other() -> None:
    trials = pd.concat([pd.DataFrame({"trial": name, "time_s": TIME + start}) for name, start in (("b", 4), ("a", 0))])
    shifts = end_to_end(trials)
    assert TIME[0] + 4 + shifts["b"] == pytest.approx(0)
    assert TIME[0] + shifts["a"] > TIME[-1] + 4 + shifts["b"]


def drawn(axes: Axes, colour: str) -> list[np.ndarray]:
    """y values of the lines of one colour."""
    return [np.asarray(line.get_ydata()) for line in axes.get_lines() if to_hex(line.get_color()) == colour.lower()]


def test_envelopes_show_the_test_trials_of_their_load() -> None:
    train = RECONSTRUCTION.assign(split="train", trial=RECONSTRUCTION["trial"] + "_train")
    figure = envelopes.plot(pd.concat([train, RECONSTRUCTION]), MEASURED, HELD_OUT, JOINT, "mse")
    grid = np.array(panels(figure)).reshape(len(JOINT.muscles), len(LOADS))
    for row, muscle in zip(grid, JOINT.muscle_names, strict=True):
        recorded = HELD_OUT if muscle in DEEP else MEASURED
        for axes, load in zip(row, LOADS, strict=True):
            (line,), (black,) = drawn(axes, style.METHOD_COLOURS["mse"]), drawn(axes, style.TRUTH_COLOUR)
            np.testing.assert_array_equal(line, RECONSTRUCTION.loc[RECONSTRUCTION["load"] == load, muscle])
            np.testing.assert_array_equal(black, recorded.loc[recorded["trial"] == f"curl_{load}", muscle])
        assert row[0].yaxis.label.get_fontweight() == ("bold" if muscle in DEEP else "normal")


def test_envelopes_draw_a_group_channel_on_each_member_and_no_truth_where_none_is() -> None:
    grouped = MEASURED.rename(columns={"BIClong": "BIC"}).drop(columns="BICshort")
    figure = envelopes.plot(RECONSTRUCTION, grouped, None, JOINT, "mse", value_label="fraction of training maximum")
    black = {
        muscle: len(drawn(panels(figure)[i * len(LOADS)], style.TRUTH_COLOUR))
        for i, muscle in enumerate(JOINT.muscle_names)
    }
    assert black == {"BIClong": 1, "BICshort": 1, "BRA": 0, "TRIlong": 1, "TRIlat": 1, "TRImed": 0}
    assert "EMG envelope (fraction of training maximum)" in texts(figure)
    assert "truth, held out" not in texts(figure)


def test_heatmap_without_a_curl_says_so() -> None:
    assert "no curl in any test trial" in texts(deep_heatmaps.plot(PROFILES.iloc[:0], DEEP))


def test_heatmap_rows_hold_their_profiles_on_one_scale_per_muscle() -> None:
    gone = (PROFILES["subject"] == "S2") & (PROFILES["method"] == "truth")
    figure = deep_heatmaps.plot(PROFILES[~gone], DEEP)
    images = np.array([axes.images[0] for axes in panels(figure) if axes.images]).reshape(len(DEEP), len(LOADS))
    for row, muscle in zip(images, DEEP, strict=True):
        sets_scale = ~gone & (PROFILES["muscle"] == muscle) & PROFILES["method"].isin(["truth", "nmm"])
        top = PROFILES.loc[sets_scale, "value"].max()
        assert {image.get_clim() for image in row} == {(0, top)}
        for image, load in zip(row, LOADS, strict=True):
            values = image.get_array()
            assert values is not None and np.ma.getmaskarray(values)[1].all()
            of_cell = (PROFILES["load"] == load) & (PROFILES["muscle"] == muscle)
            one = PROFILES[of_cell].query("subject == 'S1' and method == 'mse'")
            np.testing.assert_array_equal(values[(1 + METHODS.index("mse")) * len(SUBJECTS)], one["value"])
    assert "not recorded" in texts(figure)
    assert "not recorded" not in texts(deep_heatmaps.plot(PROFILES, DEEP))


def test_a_heatmap_s_outlier_darkens_no_other_and_is_told() -> None:
    outlier = PROFILES.assign(value=PROFILES["value"].mask(PROFILES["method"] == "mse", 7.0))
    figure = deep_heatmaps.plot(outlier, DEEP)
    images = [axes.images[0] for axes in panels(figure) if axes.images]
    assert all(image.get_clim()[1] < 1 for image in images)
    assert all(to_hex(image.get_cmap()(image.norm(7.0))) == deep_heatmaps.ABOVE.lower() for image in images)
    assert any("above the scale" in text for text in texts(figure))
    assert not any(
        "above the scale" in text for text in texts(deep_heatmaps.plot(PROFILES.query("method == 'nmm'"), DEEP))
    )


def test_observed_muscles_are_shown_as_measured() -> None:
    high = MEASURED.assign(BIClong=MEASURED["BIClong"] + 0.5)  # above 1 here and there, where methods stop
    observed = [name for name in high.columns if name in JOINT.muscle_names]
    copied = RECONSTRUCTION.assign(**{name: high[name].clip(0, 1).to_numpy() for name in observed})
    copied["TRIlat"] += 0.1
    grid = np.array(panels(envelopes.plot(copied, high, HELD_OUT, JOINT, "mse"))).reshape(len(JOINT.muscles), -1)
    for muscle, axes in zip(JOINT.muscle_names, grid[:, 0], strict=True):
        own = drawn(axes, style.METHOD_COLOURS["mse"])
        assert bool(own) == (muscle in DEEP or muscle == "TRIlat"), muscle
    (black,) = drawn(grid[0, 0], style.TRUTH_COLOUR)
    assert black.max() > 1


def test_torque_draws_opensim_in_black_and_each_method_in_its_colour() -> None:
    axes = panels(torque.plot(TORQUE, TORQUES))[1]
    (reference,) = drawn(axes, style.TRUTH_COLOUR)
    np.testing.assert_array_equal(reference, TORQUE.query("subject == 'S1' and load == '2kg'")["torque_nm"])
    for method in METHODS:
        (line,) = drawn(axes, style.METHOD_COLOURS[method])
        expected = TORQUES.query("subject == 'S1' and load == '2kg' and method == @method")["torque_nm"]
        np.testing.assert_array_equal(line, expected)


def test_scores_far_below_the_axis_are_shown_at_its_edge_and_counted() -> None:
    table = DEEP_EMG.reset_index(drop=True)
    worst = table.query("method == 'mse' and muscle == 'BRA' and load == '0kg'").index
    flat = table.query("method == 'copy' and muscle == 'TRImed' and load == 'all' and trial_load != 'all'").index
    table.loc[worst, "r2"], table.loc[flat, "r"] = -50.0, np.nan
    train = table.assign(split="train", rmse=99.0)
    figure = deep_error.plot(pd.concat([table, train]), DEEP)
    grid = np.array(panels(figure)).reshape(len(DEEP), 3)
    arrows = [line for line in grid[0, 2].get_lines() if line.get_marker() == "<"]
    assert [list(np.asarray(line.get_xdata())) for line in arrows] == [[-1] * len(worst)]
    assert grid[0, 2].get_xlim() == grid[1, 2].get_xlim() == (-1, 1)
    assert f"{len(worst)} < \N{MINUS SIGN}1" in [text.get_text() for text in grid[0, 2].texts]
    assert [text.get_text() for text in grid[1, 1].texts] == [f"{len(flat)} flat"]
    assert grid[0, 0].get_xlim()[1] < 2


def test_scores_show_fits_per_load_beside_the_one_fit_and_mark_the_median() -> None:
    axes = panels(torque_error.plot(TORQUE_SCORES))[0]
    bars = [np.asarray(line.get_xdata())[0] for line in axes.get_lines() if line.get_color() == "#000000"]
    points = [line for line in axes.get_lines() if to_hex(line.get_color()) == style.METHOD_COLOURS["mse"].lower()]
    for fill, rows in (("full", "load != 'all'"), ("none", "load == 'all'")):
        shown = [value for line in points if line.get_fillstyle() == fill for value in np.asarray(line.get_xdata())]
        expected = TORQUE_SCORES.query(f"method == 'mse' and trial_load != 'all' and {rows}")["rmse_nm"]
        assert sorted(shown) == sorted(expected)
        assert expected.median() in bars
    assert "one fit for all loads" in texts(torque_error.plot(TORQUE_SCORES))
    per_load = TORQUE_SCORES.query("load != 'all'").drop(columns="trial_load")
    assert "one fit for all loads" not in texts(torque_error.plot(per_load))


def test_a_load_left_out_stands_beside_the_same_load_seen() -> None:
    table = DEEP_EMG[DEEP_EMG["load"] == "all"]
    left_out = table[table["trial_load"] != "all"].assign(load=lambda f: "not_" + f["trial_load"])
    left_out["rmse"] = 2 * left_out["rmse"]
    errors = unseen_load.numbers(pd.concat([table, left_out]))
    assert len(errors) == len(left_out) and set(errors["load"]) == set(LOADS)
    np.testing.assert_allclose(errors["rmse_unseen"], 2 * errors["rmse_seen"])
    assert "no test trial with a truth" in texts(unseen_load.plot(errors.iloc[:0], DEEP))


def test_errors_beyond_the_axis_of_unseen_loads_are_counted() -> None:
    (panel,) = [
        axes for axes in panels(drawn_once("unseen_load")) if axes.get_title("left") == "brachialis\n2 kg left out"
    ]
    end = panel.get_xlim()[1]
    cells = UNSEEN.query("muscle == 'BRA' and load == '2kg'")
    beyond = [int((cells.loc[cells["method"] == method, "rmse_unseen"] > end).sum()) for method in METHODS]
    assert [text.get_text() for text in panel.texts] == [f"{count} >" for count in beyond if count] and any(beyond)
    assert max(np.max(line.get_xdata()) for line in panel.get_lines()) <= end


def test_the_sketch_of_the_arm_is_the_joint_file_s() -> None:
    lengths = JOINT.skeleton.proximal.length, JOINT.skeleton.distal.length
    shoulder, elbow, wrist = (
        arm_sketch.in_plane(JOINT, body, np.array(place), np.pi / 2)
        for body, place in (("humerus", [0, 0, 0]), ("forearm", [0, 0, 0]), ("forearm", [0, -lengths[1], 0]))
    )
    assert np.linalg.norm(elbow - shoulder) == pytest.approx(lengths[0], rel=0.01)
    assert wrist - elbow == pytest.approx([lengths[1], 0], abs=0.02)  # flexed by 90 deg: forward, and level
    for muscle in JOINT.muscles:
        assert len(arm_sketch.muscle_path(JOINT, muscle, 0.5)) == len(muscle.path) > 1
    knee = load_joint("knee4")  # has no paths: labels alone
    figure = protocol.plot(PROTOCOL, knee, dict.fromkeys(knee.muscle_names, "observed"))
    assert {"vastus\nintermedius", "knee angle\n0 = extended,\nflexion positive"} <= set(texts(figure))
    assert overlaps(drawn_texts(figure)) == []


def test_sizes_of_networks_are_those_of_code_and_weights(tmp_path: Path) -> None:
    weights = untrained_weights(tmp_path / "weights.pt")
    ours = our_network({"weights": str(weights)}, JOINT)
    assert (ours.count, ours.layers, ours.heads, ours.width, ours.parameters) == (1, 1, 2, 16, 32)
    assert ours.weights == sum(values.numel() for values in load_weights(weights).networks[0].parameters())
    small, wide = (paper_network({"width": width}, JOINT) for width in (8, 64))
    assert small.weights < wide.weights and wide.width == 64 and small.inputs == ("angle", "velocity", "load")
    assert (small.of_muscles, small.shared) == (5 * len(JOINT.muscles), 2)


def test_protocol_tells_each_trial_by_what_it_is_for(tmp_path: Path) -> None:
    subject = read_subject(make_folder(tmp_path), None)
    trials = protocol.numbers([subject], [{trial.trial: 3.0 for trial in subject.movements}])
    assert list(trials["trial"]) == [trial.trial for trial in subject.trials]
    moves = trials["kind"].isin(["training", "test"])
    assert list(moves) == list(trials["load"].notna()) == list(trials["duration_s"].notna())
    assert list(trials["kind"]) == ["training", "test"] * 2 + ["MVC"]
    hidden = [muscle for muscle, role in muscle_roles(subject).items() if role == "hidden"]
    assert hidden == ["BRA", "TRIlong", "TRImed"]  # one electrode pair records both heads of the biceps


def test_coverage_leaves_methods_without_a_band_out() -> None:
    table = DEEP_EMG.assign(coverage90=DEEP_EMG["coverage90"].mask(DEEP_EMG["method"] == "mse"))
    named = texts(band_coverage.plot(table, DEEP))
    assert "copy" in named and "MSE" not in named


def test_parameters_are_shown_in_prior_standard_deviations() -> None:
    table = personal_with_prior_sd(PERSONAL)
    assert ((table["personal"] - table["generic"]) / table["prior_sd"]).to_numpy() == pytest.approx(0.5)
    grown = PERSONAL.assign(generic=2 * PERSONAL["generic"])
    lengths = personal_with_prior_sd(grown).query("parameter == 'optimal_fibre_length'")
    before = table.query("parameter == 'optimal_fibre_length'")
    assert lengths["prior_sd"].to_numpy() == pytest.approx(2 * before["prior_sd"].to_numpy())
