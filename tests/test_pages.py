"""Pages: the hidden muscles first, what they rest on, nothing from a network, and the numbers of the tables."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest

from browser import open_page
from deepemg.evaluate.phases import PHASES
from deepemg.joint.definition import load_joint
from deepemg.reconstruct.nmm.method import NMM
from deepemg.reconstruct.paper_nmm.method import PaperNMM
from deepemg.report.pages.cells import MISSING, cell, known
from deepemg.report.pages.findings import Tables, finding
from deepemg.report.pages.study_page import ReportFigure, render_study
from deepemg.report.pages.subject_page import answers, downloads, render_subject, with_marks
from deepemg.report.pages.zoomable import zoomable
from deepemg.settings import as_plain

JOINT = load_joint("elbow6")
HIDDEN = {name: JOINT.muscle(name).label for name in ("BRA", "TRImed")}
OBSERVED = [name for name in JOINT.muscle_names if name not in HIDDEN]
METHODS = ["copy", "nmm"]
TIME = np.arange(0, 2, 0.01)
RANDOM = np.random.default_rng(7)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0L9 9" stroke="black"/></svg>'


def scores(*columns: str, **of: list[str]) -> pd.DataFrame:
    """A fit per load and one for all loads, scored load by load and pooled, for two subjects; noise."""
    index = {
        "subject": ["S1", "S2"],
        "load": ["0kg", "2kg", "all"],
        "method": METHODS,
        "split": ["train", "test"],
        **of,
    }
    frame = pd.MultiIndex.from_product([*index.values(), ["0kg", "2kg", "all"]], names=[*index, "trial_load"])
    table = frame.to_frame(index=False)
    table = table[(table["load"] == "all") | (table["load"] == table["trial_load"])]
    return table.assign(**{column: RANDOM.random(len(table)) for column in columns})


DEEP_EMG = scores("rmse", "nrmse", "r2", "r", "lag_ms", "coverage90", muscle=list(HIDDEN))
TORQUE = scores("rmse_nm", "nrmse", "r2", "r")
PARAMETERS = pd.DataFrame(
    {
        "subject": "S1", "load": "all", "method": "nmm", "muscle": list(JOINT.muscle_names),
        "parameter": "optimal_fibre_length", "unit": "m", "generic": 0.1, "lower": 0.05, "upper": 0.2,
        "personal": 0.125, "sd": 0.01, "identified": [True] + [False] * 5, "at_bound": [False] * 5 + [True],
        "prior_sd": 0.02,
    }
)  # fmt: skip
SUBJECTS = pd.DataFrame(
    {"subject": ["S1", "S2"], "mass_kg": [70.0, 80.0], "thigh_m": np.nan, "n_trials": 4, "n_mvc": 2, "loads": "0kg 2kg"}
)
BY_PHASE = pd.concat(
    [scores("bias", "bias_without_level", muscle=list(HIDDEN)).assign(phase=phase, samples=9) for phase in PHASES]
)
PRIORS = {"TRImed": ["triceps long head", "triceps lateral head"]}
TABLES = Tables(SUBJECTS, PARAMETERS, TORQUE, DEEP_EMG, BY_PHASE, "nmm", HIDDEN, PRIORS)


def trials(columns: dict[str, float]) -> pd.DataFrame:
    """Constant columns over two trials."""
    own = [pd.DataFrame({"trial": name, "load": name, "time_s": TIME, **columns}) for name in ("0kg", "2kg")]
    return pd.concat(own, ignore_index=True)


BANDS = {
    f"{name}{end}": level for name in JOINT.muscle_names for end, level in (("", 0.3), ("_lower", 0.1), ("_upper", 0.6))
}
RECONSTRUCTION = trials(BANDS)
MEASURED, TRUTH = trials(dict.fromkeys(OBSERVED, 1.25)), trials(dict.fromkeys(HIDDEN, 0.4))
QUALITY = pd.DataFrame(
    {"trial": ["0kg", "2kg"], "channel": "emg1", "rms_uv": [10.0, 20.0], "median_frequency_hz": 80.0,
     "power_in_band": 0.9, "flags": [[], ["DE-109 mains hum"]]}
)  # fmt: skip
ANGLES = pd.DataFrame({"trial": ["0kg"], "min_deg": [3.2], "max_deg": [110.4], "flags": [[]]})


class Page(HTMLParser):
    """Elements, addresses and text of a page; refuses tags that do not nest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        given = dict(attrs)
        self.loaded += [given[name] or "" for name in ("src", "srcset") if name in given]
        if "href" in given:
            (self.links if tag == "a" else self.loaded).append(given["href"] or "")
        if tag not in ("meta", "img", "link", "br", "source", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data if self.open and self.open[-1] not in ("style", "script") else ""


def subject_page(subject: str = "S1", reference: str = "mvc", **changes: Any) -> str:
    indistinct = {HIDDEN["TRImed"]: ["triceps lateral head"]}
    own = DEEP_EMG[(DEEP_EMG["subject"] == "S1") & (DEEP_EMG["split"] == "test")]
    pooled = own[(own["load"] == "all") & (own["method"] == "nmm") & (own["trial_load"] == "all")]
    content: dict[str, Any] = {
        "joint": "elbow", "reference": reference, "observed": OBSERVED, "has_truth": True, "tested": True,
        "indistinct": indistinct, "answers": answers(RECONSTRUCTION, pooled, HIDDEN, indistinct), "answer": (SVG, SVG),
        "inputs": pd.DataFrame({"channel": ["emg1"], "unit": ["uV"], "level": [314.6], "format": [None]}),
        "quality": QUALITY, "angles": ANGLES, "zoomable": zoomable(RECONSTRUCTION, MEASURED, TRUTH, JOINT),
        "envelopes": {"copy": (SVG, SVG), "nmm": (SVG, SVG)}, "torque_figure": (SVG, SVG), "deep_emg": own,
        "torque": TORQUE[(TORQUE["subject"] == "S1") & (TORQUE["split"] == "test")], "parameters": PARAMETERS,
        "downloads": downloads("nmm", ["2kg.csv"]), "method": "nmm", "provenance": {"commit": "abc", "data": "d.dir"},
    }  # fmt: skip
    return render_subject(subject, {"loads": "0kg 2kg", "thigh_m": None}, **(content | changes))


def study_page(**changes: Any) -> str:
    figures = [ReportFigure("deep_error", "Figure 8. Errors.", finding("deep_error", TABLES), SVG, SVG)]
    content: dict[str, Any] = {
        "value_label": "fraction of MVC",
        "pages": {"S1": "S1/report.html", "S2": "S2/report.html"},
    }
    content |= {"settings": {"nmm-paper": as_plain(PaperNMM(epochs=777)), "nmm": as_plain(NMM())}}
    return render_study(TABLES, figures, provenance={"commit": "abc"}, **(content | changes))


def test_numbers_have_the_digits_that_mean_something():
    assert cell(3.68e-16, "rmse_nm") == "0.00" and cell(0.0531, "rmse") == "0.053" and cell(-0.0, "r") == "0.00"
    assert cell(1234.5) == "1234" and cell(0.011662) == "0.0117" and cell(True) == "yes"
    assert cell(float("nan")) == cell(None) == cell("") == cell([]) == MISSING and cell(["a", "b"]) == "a, b"


def test_what_nobody_knows_has_no_column():
    assert list(known(SUBJECTS)) == ["subject", "mass_kg", "n_trials", "n_mvc", "loads"]
    for html in (subject_page(), study_page()):
        assert "thigh" not in html and "n/a" not in Page(html).text.split()


@pytest.mark.parametrize("make", [subject_page, study_page])
def test_nothing_of_a_page_is_elsewhere(make):
    html = make()
    parsed = Page(html)
    assert parsed.loaded and all(address.startswith("data:") for address in parsed.loaded)
    assert all(not re.match("https?:|//", address) for address in parsed.links)
    assert "@import" not in html and not re.search(r"url\((?!data:)", html)
    assert "abc" in parsed.text  # the footer


def test_our_method_is_first_and_the_others_are_folded():
    html = subject_page()
    assert html.index(["NMM (ours)", " as a picture"][0]) < html.index("copy")
    assert re.search(r"<details open>\s*<summary>[^\n]*NMM \(ours\)", html)
    assert re.search(r"<details>\s*<summary>[^\n]*copy", html)


def test_the_answer_is_that_of_the_tables():
    own = DEEP_EMG[(DEEP_EMG["subject"] == "S1") & (DEEP_EMG["split"] == "test") & (DEEP_EMG["method"] == "nmm")]
    pooled = own[(own["load"] == "all") & (own["trial_load"] == "all")]
    brachialis, triceps = answers(RECONSTRUCTION, pooled, HIDDEN, {HIDDEN["TRImed"]: ["triceps lateral head"]})
    assert brachialis["mean"] == pytest.approx(0.3) and brachialis["width"] == pytest.approx(0.5)
    assert brachialis["rmse"] == pooled.set_index("muscle").loc["BRA", "rmse"]
    assert not brachialis["doubles"] and triceps["doubles"] == ["triceps lateral head"]
    text = Page(subject_page()).text
    assert text.index("A prior, not measured") < text.index("Inputs as they were read")
    nothing = answers(RECONSTRUCTION.assign(BRA_lower=np.nan), pooled.iloc[:0], {"BRA": "brachialis"}, {})[0]
    assert nothing["width"] is None and nothing["rmse"] is None


def test_observed_muscles_are_shown_as_measured_and_hidden_ones_with_band_and_truth():
    found = zoomable(RECONSTRUCTION, MEASURED, TRUTH, JOINT)
    by_label = {muscle["label"]: muscle for muscle in found["muscles"]}
    biceps, brachialis = by_label[JOINT.muscle("BIClong").label], by_label["brachialis"]
    assert max(filter(None, biceps["measured"])) == 1.25 and biceps["mean"] is None and not biceps["hidden"]
    assert set(filter(None, brachialis["truth"])) == {0.4} and set(filter(None, brachialis["upper"])) == {0.6}
    assert [muscle["hidden"] for muscle in found["muscles"]] == [True, True, False, False, False, False]
    assert len(found["time_s"]) == len(brachialis["mean"]) and brachialis["mean"].count(None) == 2
    assert np.all(np.diff(found["time_s"]) > 0) and len(found["time_s"]) < len(RECONSTRUCTION) / 3
    json.dumps(found, allow_nan=False)


def test_bars_stand_where_the_numbers_are():
    marks = with_marks(PARAMETERS)[0]["marks"]
    assert marks["generic"] == pytest.approx(33.3) and marks["personal"] == pytest.approx(50.0)
    assert marks["sd"] == pytest.approx((43.3, 13.4), abs=0.05) and marks["prior"][0] == pytest.approx(11.4, abs=0.05)


def test_a_page_escapes_what_it_is_given():
    quality = QUALITY.assign(channel="<img src=x>", flags=[["<b>hum</b>"], []])
    parsed = Page(subject_page("<script>alert(1)</script>", quality=quality))
    assert "b" not in parsed.seen and "x" not in parsed.loaded
    assert "Subject <script>alert(1)</script>" in parsed.text
    spoilt = zoomable(RECONSTRUCTION.replace({"trial": {"0kg": "</script><img src=x>"}}), MEASURED, None, JOINT)
    assert "x" not in Page(subject_page(zoomable=spoilt)).loaded


def test_a_page_states_its_limits():
    with_mvc, without = Page(subject_page()).text, Page(subject_page(reference="training maximum")).text
    assert f"{HIDDEN['TRImed']}: prior, not measured." in with_mvc
    assert "not %MVC" in without and "not %MVC" not in with_mvc
    assert "1 of 6 parameters stand at a bound and 1 are identified" in with_mvc
    assert "stays as it is when two that pull against each other" in with_mvc
    assert "1 of 3 ask for a look" in with_mvc and "2kg: DE-109 mains hum" in with_mvc
    assert "No score" in Page(subject_page(deep_emg=DEEP_EMG.iloc[:0])).text and "No score" not in with_mvc


def test_findings_are_those_of_the_tables():
    cells = DEEP_EMG[(DEEP_EMG["split"] == "test") & (DEEP_EMG["load"] != "all") & (DEEP_EMG["muscle"] == "BRA")]
    ours, others = (cells[cells["method"] == name].set_index(["subject", "load"])["rmse"] for name in ("nmm", "copy"))
    said = finding("deep_error", TABLES)
    assert f"NMM (ours) {ours.median():.3f}, {ours.mean():.3f} [{ours.max():.3f}]" in said
    assert f"is best in {int((ours <= others).sum())} of 4 cells" in said
    assert f"closer than copy in {int((ours < others).sum())} of 4" in said
    assert f"{HIDDEN['TRImed'].capitalize()} (prior, not measured), RMSE" in said and "Brachialis, RMSE" in said
    covers = cells.loc[cells["method"] == "nmm", "coverage90"]
    said = finding("band_coverage", TABLES)
    assert f"Brachialis: NMM (ours) {covers.mean():.2f} [{covers.min():.2f}]; copy" in said
    assert f"NMM (ours) has 0.8 or more in {int((covers >= 0.8).sum())} of 4 cells" in said
    assert "1 of 6 parameters are identified, 1 stand" in finding("parameters", TABLES)
    assert finding("training_loss", TABLES) == "" == finding("unseen_load", TABLES)


def test_the_report_has_every_row_of_the_test_trials():
    parsed = Page(study_page())
    tested = [t[(t["split"] == "test") & (t["trial_load"] != "all")] for t in (DEEP_EMG, TORQUE)]
    heads = 2 + 4 + 2  # an overview of each hidden muscle, four tables, and its phases
    rows = 2 * len(METHODS) + 2 * 2 * len(METHODS) + len(SUBJECTS) + len(PARAMETERS) + sum(map(len, tested))
    assert parsed.seen.count("tr") == heads + rows
    assert {"S1/report.html", "S2/report.html", "tables/deep_emg.csv", "snakemake_report.html"} <= set(parsed.links)
    assert all(phase in parsed.text for phase in PHASES) and "closer in" in parsed.text
    label = HIDDEN["TRImed"].capitalize()
    assert f"{label} (prior, not measured): test trials" in parsed.text  # the caption of its overview
    assert f"{label}: prior, not measured. Its moment arm has the shape of that of triceps long head" in parsed.text
    assert "Brachialis: test trials" in parsed.text
    assert "math" in parsed.seen and "Algorithm 1" in parsed.text
    assert "Repeat 777 times" in parsed.text  # the settings of the study, not those of the library


@pytest.mark.parametrize("width", [1400, 500])  # no window of Chromium is narrower
@pytest.mark.parametrize("make", [subject_page, study_page])
def test_a_browser_draws_a_page_without_complaint(tmp_path, make, width):
    path = tmp_path / "page.html"
    path.write_text(make() + "<script>document.body.dataset.width = document.documentElement.scrollWidth</script>")
    opened = open_page(path, tmp_path, width=width)
    assert opened.console == [] and opened.png.stat().st_size > 5000
    assert re.search(r'data-width="(\d+)"', opened.dom)[1] == str(width)  # nothing sticks out sideways
    if make is subject_page:
        assert opened.dom.count("<canvas") == len(JOINT.muscles)
    else:
        assert opened.dom.count('class="filter"') == 4


def test_a_page_may_ask_nothing_of_a_network(tmp_path):
    """The browser refuses it by what the page's own head says, and complains."""
    path = tmp_path / "page.html"
    path.write_text(study_page().replace("</body>", "<img src='https://example.org/x.png'></body>"))
    assert any(
        "example.org" in line and "Content Security Policy" in line for line in open_page(path, tmp_path).console
    )


def test_a_page_is_read_without_scripts(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(subject_page())
    with_scripts = open_page(path, tmp_path, height=4000).png.stat().st_size
    assert open_page(path, tmp_path, height=4000, scripts=False).png.stat().st_size > 0.4 * with_scripts
