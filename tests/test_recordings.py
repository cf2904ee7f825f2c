"""Readers and folder checks: what is read is what was written, and every fault ends in one line with a stable id."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import edfio
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deepemg.joint.storage import read_storage, write_storage
from deepemg.recordings import check
from deepemg.recordings.check import find_subjects
from deepemg.recordings.extract import extract
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.read import read_angle, read_emg, read_measured_torque
from deepemg.recordings.readers import format_of, open_file
from deepemg.recordings.subject import Channel, SubjectFolder, TrialRow, read_subject
from deepemg.signals.emg import low_pass
from deepemg.signals.envelopes import channel_envelope, channel_whitening, subject_envelopes
from deepemg.signals.kinematics import subject_kinematics
from deepemg.signals.normalisation import reference_level
from deepemg.signals.quality import recording_quality
from deepemg.signals.settings import EnvelopeSettings, KinematicsSettings
from deepemg.study.check import check_study
from folders import RATE, add, edit, make_folder, measured

EMG = EnvelopeSettings()


def check_folder(folder: Path, recordings: Path | None = None) -> list[Problem]:
    """What is found in the texts of a folder."""
    return list(check.check_texts(folder, recordings, band_high_hz=EMG.band_high_hz).problems)


quality_of = recording_quality


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "data")


def test_a_good_folder_has_no_problem(folder):
    assert check_folder(folder) == []
    assert [path.name for path in find_subjects(folder.parent)] == ["P1"]
    subject = read_subject(folder)
    assert subject.loads == ("0kg", "2kg") and len(subject.movements) == 4 and len(subject.mvc_trials) == 1
    quality = quality_of(subject)
    assert quality["reference"] == "mvc" and len(quality["channels"]) == 10 and len(quality["kinematics"]) == 4


FAULTS = [
    ("a missing signal file", lambda f: (f / "2_test_emg.csv").unlink(), "DE-040", "2_test_emg.csv"),
    ("a missing column", lambda f: edit(f / "2_train_emg.csv", "bic,lat", "bic,other"), "DE-041", "lat"),
    ("a missing sheet column", lambda f: edit(f / "channels.csv", ",unit,", ",units,"), "DE-010", "unit"),
    ("an unknown muscle", lambda f: edit(f / "channels.csv", "TRIlat", "TRIlateral"), "DE-020", "TRIlateral"),
    ("an unknown unit", lambda f: edit(f / "channels.csv", "uV", "amp"), "DE-004", "amp"),
    ("a unit that does not fit the kind", lambda f: edit(f / "channels.csv", ",uV,raw", ",1,raw"), "DE-022", "raw"),
    ("a load in stones", lambda f: edit(f / "trials.csv", ",kg,", ",st,"), "DE-004", "st"),
    ("a load that is no number", lambda f: edit(f / "trials.csv", "movement,2,", "movement,two,"), "DE-005", "two"),
    ("no training trial", lambda f: edit(f / "trials.csv", "0,kg,train", "0,kg,test"), "DE-032", "0kg"),
    ("a trial twice", lambda f: edit(f / "trials.csv", "0_test,", "0_train,"), "DE-030", "0_train"),
    ("a muscle twice", lambda f: edit(f / "channels.csv", "TRIlat", "BIClong"), "DE-021", "BIClong"),
    ("another id", lambda f: edit(f / "subject.yaml", "id: P1", "id: P2"), "DE-007", "P1"),
    ("an unknown joint", lambda f: edit(f / "subject.yaml", "elbow6", "knee"), "DE-008", "knee"),
    ("an unknown key", lambda f: edit(f / "subject.yaml", "id: P1", "id: P1\nweight: 3"), "DE-003", "weight"),
    ("joint and arm together", lambda f: edit(f / "subject.yaml", "id: P1", "id: P1\narm: elbow6"), "DE-003", "arm"),
    ("neither joint nor arm", lambda f: edit(f / "subject.yaml", "joint: elbow6", ""), "DE-002", "no joint"),
    ("broken yaml", lambda f: (f / "subject.yaml").write_text("id: [P1"), "DE-006", "subject.yaml"),
    ("a mass in grams", lambda f: edit(f / "subject.yaml", "value: 70", "value: 70000"), "DE-014", "then write 70."),
    ("a reserved id", lambda f: edit(f / "subject.yaml", "id: P1", "id: tables"), "DE-005", "tables"),
    ("an infinite rate", lambda f: edit(f / "channels.csv", ",1000,", ",inf,"), "DE-005", "inf"),
    ("a rate below the band", lambda f: edit(f / "channels.csv", ",1000,", ",512,"), "DE-024", "512"),
    ("a wrong brace", lambda f: edit(f / "channels.csv", "{emg_file}", "{file}"), "DE-025", "{file}"),
    ("an open brace", lambda f: edit(f / "channels.csv", "{emg_file}", "{emg_file"), "DE-025", "{emg_file"),
    ("an empty sheet", lambda f: (f / "channels.csv").write_text(""), "DE-012", "channels.csv"),
    ("a sheet in Latin-1", lambda f: (f / "trials.csv").write_bytes(b"trial,gr\xf6\xdfe\n"), "DE-010", "no column"),
    ("a cell too many", lambda f: edit(f / "trials.csv", "_angle.csv\n2", "_angle.csv,,7\n2"), "DE-012", "in row 3"),
    ("yaml in Latin-1", lambda f: (f / "subject.yaml").write_bytes(b"id: J\xfcrg"), "DE-005", "letters"),
    ("unnamed cells", lambda f: edit(f / "2_test_emg.csv", "bic,lat\n", "bic,lat\n1,5,1,5\n"), "DE-056", "2_test"),
    ("a torque nobody describes", lambda f: add(f / "trials.csv", "torque_file", mvc="t.csv"), "DE-034", "row 6"),
    ("an unknown posture", lambda f: add(f / "trials.csv", "posture", mvc="lying"), "DE-035", "overhead, horizontal"),
    ("no trials sheet", lambda f: (f / "trials.csv").unlink(), "DE-001", "trials.csv"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "identity", "named"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_each_fault_is_one_line_that_names_it(folder, spoil, identity, named):
    spoil(folder)
    problems = [problem for problem in check_folder(folder) if problem.id == identity]
    assert problems, check_folder(folder)
    line = str(problems[0])
    assert named in line and "\n" not in line and "Fix: " in line


def test_an_older_sheet_says_arm_where_a_newer_one_says_joint(folder):
    new = read_subject(folder)
    edit(folder / "subject.yaml", "joint: elbow6", "arm: elbow6")
    old = read_subject(folder)
    assert check_folder(folder) == [] and old.description == new.description
    assert old.generic_joint().name == new.generic_joint().name == "elbow6"


def test_all_problems_of_all_folders_at_once(folder):
    other = folder.parent / "P3"
    shutil.copytree(folder, other)
    edit(other / "subject.yaml", "id: P1", "id: P3")
    (folder / "0_test_emg.csv").unlink()
    edit(other / "channels.csv", "TRIlat", "TRIfoo")
    with pytest.raises(RecordingError) as caught:
        check_study({"data": str(folder.parent), "fit_method": {"methods": ["copy"]}})
    assert {problem.id for problem in caught.value.problems} == {"DE-040", "DE-020"}


CELLS = [
    ("a gap", lambda lines: [*lines[:50], "," + lines[50].split(",")[1], *lines[51:]], "DE-052", "row 51"),
    ("a word", lambda lines: [*lines[:50], "abc,1", *lines[51:]], "DE-052", "row 51"),
    ("infinity", lambda lines: [*lines[:50], "inf,1", *lines[51:]], "DE-052", "row 51"),
    ("no samples", lambda lines: lines[:1], "DE-052", "no samples"),
]


@pytest.mark.parametrize(("spoil", "identity", "named"), [c[1:] for c in CELLS], ids=[c[0] for c in CELLS])
def test_bad_cells_name_their_row(folder, spoil, identity, named):
    path = folder / "0_train_emg.csv"
    path.write_text("\n".join(spoil(path.read_text().splitlines())) + "\n")
    with pytest.raises(RecordingError) as caught:
        quality_of(read_subject(folder))
    assert any(problem.id == identity and named in str(problem) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("step", "identity"), [(lambda t: t.drop(50), "DE-055"), (lambda t: t.assign(time=t["time"] * 60000), "DE-059"),
                           (lambda t: t.iloc[::-1], "DE-055")], ids=["missing sample", "no such unit", "backwards"],
)  # fmt: skip
def test_time_must_be_even_and_as_declared(folder, step, identity):
    path = folder / "0_train_angle.csv"
    step(pd.read_csv(path)).to_csv(path, index=False)
    with pytest.raises(RecordingError) as caught:
        read_angle(read_subject(folder), read_subject(folder).movements[0])
    assert caught.value.problems[0].id == identity


def faults(folder: Path) -> list[str]:
    """Lines that the samples of a folder are refused with."""
    with pytest.raises(RecordingError) as caught:
        quality_of(read_subject(folder))
    return [str(problem) for problem in caught.value.problems]


def change(path: Path, column: str, make: Callable[[pd.Series], Any]) -> None:
    table = pd.read_csv(path)
    table[column] = make(table[column])
    table.to_csv(path, index=False)


def test_a_wrong_unit_is_one_line_however_many_files_have_it(folder):
    edit(folder / "channels.csv", "bic,{emg_file},bic,BIC,uV", "bic,{emg_file},bic,BIC,V")
    (line,) = faults(folder)
    assert line.startswith("DE-070") and "0_train_emg.csv and 4 more files, channel bic" in line


def test_a_dead_channel_and_an_envelope_are_no_raw_emg(folder):
    change(folder / "2_train_emg.csv", "lat", lambda lat: 50 + 10 * np.sin(2 * np.pi * 2 * np.arange(len(lat)) / RATE))
    change(folder / "2_test_emg.csv", "lat", lambda lat: 0 * lat)
    assert [line[:6] for line in faults(folder)] == ["DE-071", "DE-070"]


@pytest.mark.parametrize(
    ("make", "unit"),
    [(np.deg2rad, "deg"), (lambda deg: deg, "rad"), (lambda deg: 180 - deg, "deg"), (lambda deg: -deg, "deg")],
    ids=["radians called degrees", "degrees called radians", "180 is straight", "flexion negative"],
)
def test_an_angle_that_no_elbow_has_is_refused(folder, make, unit):
    edit(folder / "subject.yaml", "unit: deg", f"unit: {unit}")
    for path in folder.glob("*_angle.csv"):
        change(path, "angle", make)
    (line,) = faults(folder)
    assert line.startswith("DE-073") and "and 3 more files" in line


@pytest.mark.parametrize(
    "spoil",
    [
        lambda f: pd.read_csv(f / "0_train_emg.csv").iloc[: int(3.5 * RATE)].to_csv(f / "0_train_emg.csv", index=False),
        lambda f: change(f / "0_train_angle.csv", "time", lambda time: time + 100),
        lambda f: edit(f / "channels.csv", ",1000,", ",1100,"),
    ],
    ids=["shorter EMG", "another start", "another rate"],
)
def test_clocks_that_differ_are_refused(folder, spoil):
    spoil(folder)
    assert all(line.startswith("DE-072") for line in faults(folder))


def test_a_recording_too_short_for_a_curl_is_refused(folder):
    edit(folder / "trials.csv", "0_train_angle.csv", "0_train_angle.csv,1,1.5")
    edit(folder / "trials.csv", "kinematics_file", "kinematics_file,start_s,end_s")
    (_, emg) = lines = faults(folder)
    assert [line[:6] for line in lines] == ["DE-074"] * 2 and "channel bic and 1 more place" in emg


def test_movements_louder_than_the_mvc_and_angles_outside_the_joint_are_flagged(folder):
    change(folder / "0_train_emg.csv", "bic", lambda bic: 9 * bic)
    change(folder / "0_test_angle.csv", "angle", lambda angle: angle + 35)
    quality = quality_of(read_subject(folder))
    flagged = [(row["trial"], row["channel"], row["flags"]) for row in quality["channels"] if row["flags"]]
    assert [row[:2] for row in flagged] == [("0_train", "bic")] and "times the largest MVC" in flagged[0][2][0]
    outside = {row["trial"]: row["flags"] for row in quality["kinematics"] if row["flags"]}
    assert list(outside) == ["0_test"] and "outside the joint's 0 to 130 deg" in outside["0_test"][0]
    beyond = {row["trial"]: row["outside_joint"] for row in quality["kinematics"]}
    assert beyond.pop("0_test") > 0.1 and set(beyond.values()) == {0}


def test_nothing_outside_a_trial_s_part_is_read(folder):
    """Train and test share one file without MVC: what is in the test half changes nothing in the training half."""
    (folder / "trials.csv").write_text(
        "trial,role,load,load_unit,split,emg_file,kinematics_file,start_s,end_s\n"
        "a,movement,0,kg,train,0_train_emg.csv,0_train_angle.csv,,1.999\n"
        "b,movement,0,kg,test,0_train_emg.csv,0_train_angle.csv,2,\n"
    )
    clock = pd.DataFrame({"trial": "a", "time_s": np.arange(0, 1.9, 0.01)})

    def training() -> np.ndarray:
        subject = read_subject(folder)
        signals = (
            read_angle(subject, subject.movements[0]).values,
            read_emg(subject, subject.channels[0], subject.movements[0]).values,
        )
        assert [len(signal) for signal in signals] == [200, 2000]
        both = pd.concat([clock, clock.assign(trial="b", time_s=clock["time_s"] + 2)])
        envelopes, _ = subject_envelopes(subject, "observed", both, EMG)
        return envelopes.loc[envelopes["trial"] == "a", "BIClong"].to_numpy()

    before = training()
    change(folder / "0_train_emg.csv", "bic", lambda bic: bic.where(np.arange(len(bic)) < 2 * RATE, 777 * bic))
    assert np.array_equal(training(), before)
    change(folder / "0_train_emg.csv", "bic", lambda bic: bic.where(np.arange(len(bic)) < 2 * RATE))
    assert np.array_equal(read_emg(read_subject(folder), *_first(folder)).values, _plain_emg(folder)[: 2 * RATE])


def _first(folder: Path) -> tuple[Channel, TrialRow]:
    subject = read_subject(folder)
    return subject.channels[0], subject.movements[0]


def _plain_emg(folder: Path) -> np.ndarray:
    return pd.read_csv(folder / "0_train_emg.csv")["bic"].to_numpy()


def test_envelopes_that_are_fractions_already_keep_their_level(folder):
    edit(folder / "channels.csv", "lat,{emg_file},lat,TRIlat,uV,raw", "lat,{emg_file},lat,TRIlat,1,envelope")
    for path in folder.glob("*_emg.csv"):
        change(path, "lat", lambda lat: 0.2)
    subject = read_subject(folder)
    assert check_folder(folder) == []
    clock = pd.concat(pd.DataFrame({"trial": t.trial, "time_s": np.arange(0, 4, 0.01)}) for t in subject.movements)
    assert subject_envelopes(subject, "observed", clock, EMG)[0]["TRIlat"].to_numpy() == pytest.approx(0.2)


def test_levels_say_what_an_envelope_of_one_is(folder):
    edit(folder / "channels.csv", "lat,{emg_file},lat,TRIlat,uV,raw", "lat,{emg_file},lat,TRIlat,1,envelope")
    clock = pd.DataFrame({"trial": "0_train", "time_s": np.arange(0, 3.9, 0.01)})
    subject = read_subject(folder)
    envelopes, levels = subject_envelopes(subject, "observed", pd.concat([clock, clock.assign(trial="2_train")]), EMG)
    assert list(envelopes.columns) == ["trial", "time_s", "BIClong", "BICshort", "TRIlat"]
    assert list(levels.columns) == ["channel", "level", "unit", "reference"]
    assert list(levels["channel"]) == ["bic", "lat"] and list(levels["unit"]) == ["uV", "1"]
    assert list(levels["reference"]) == ["mvc", "mvc"]
    biceps = subject.channels[0]
    whitening = channel_whitening(subject, biceps, EMG)
    mvc = channel_envelope(subject, biceps, subject.mvc_trials[0], EMG, whitening)
    expected = reference_level([mvc.values], [], rate_hz=RATE, window_s=EMG.mvc_window_s)
    assert list(levels["level"]) == [pytest.approx(expected), 1]
    edit(folder / "trials.csv", "mvc,mvc", "mvc,rest")
    _, without = subject_envelopes(read_subject(folder), "observed", clock, EMG)
    assert list(without["reference"]) == ["training maximum"] * 2 and without["level"][0] < levels["level"][0]


def in_edf(folder: Path, unit: str) -> None:
    """Rewrite the EMG files as EDF; angles stay CSV."""
    for path in folder.glob("*_emg.csv"):
        table = pd.read_csv(path)
        edfio.Edf(
            [
                edfio.EdfSignal(
                    table[name].to_numpy(), RATE, label=name, physical_dimension=unit, physical_range=(-2000, 2000)
                )
                for name in table
            ]
        ).write(path.with_suffix(".edf"))
        path.unlink()
    sheet = folder / "trials.csv"
    sheet.write_text(sheet.read_text().replace("_emg.csv", "_emg.edf"))


def test_emg_may_be_edf_while_angles_are_csv(folder):
    subject = read_subject(folder)
    before = read_emg(subject, subject.channels[0], subject.movements[0]).values
    in_edf(folder, "uV")
    subject = read_subject(folder)
    assert check_folder(folder) == []
    assert quality_of(subject)["channels"]
    after = read_emg(subject, subject.channels[0], subject.movements[0]).values
    assert after == pytest.approx(before, abs=4000 / 2**16)


def test_a_unit_that_an_edf_file_contradicts_is_found_before_anything_is_read(folder):
    in_edf(folder, "mV")
    problems = check_folder(folder)
    (line,) = map(str, problems)
    assert line.startswith("DE-042") and "unit mV in it" in line and "channel bic and 1 more place" in line


def test_torque_and_angle_of_a_trial_without_movement_are_checked_and_read(folder):
    measured(folder)
    subject = read_subject(folder)
    (trial,) = subject.mvc_trials
    assert check_folder(folder) == []
    assert len(quality_of(subject)["kinematics"]) == 4  # numbers of curls only
    torque = read_measured_torque(subject, trial)
    assert torque.rate_hz == 100 and torque.values == pytest.approx(60 + np.sin(torque.time_s))
    assert read_angle(subject, trial).values == pytest.approx(np.pi / 2)
    path = folder / "mvc_joint.csv"
    assert path in subject.checked_files() and path not in subject.kinematics_files()


def test_torque_files_may_follow_a_pattern(folder):
    measured(folder)
    edit(folder / "subject.yaml", "column: moment", "file: '{trial}_joint.csv', column: moment")
    subject = read_subject(folder)
    assert check_folder(folder) == [] and subject.torque_path(subject.mvc_trials[0]) == folder / "mvc_joint.csv"
    edit(folder / "subject.yaml", "{trial}_joint", "{name}_joint")
    assert [problem.id for problem in check_folder(folder)] == ["DE-025"]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda f: (f / "mvc_joint.csv").unlink(), ["DE-040"]),
        (lambda f: edit(f / "mvc_joint.csv", "moment,angle", "torque,elbow"), ["DE-041", "DE-041"]),
        (lambda f: edit(f / "subject.yaml", "unit: N m", "unit: kg m2"), ["DE-004"]),
    ],
    ids=["missing file", "missing columns", "another unit"],
)
def test_torque_that_is_not_there_as_declared_is_a_problem(folder, spoil, expected):
    measured(folder)
    spoil(folder)
    assert [problem.id for problem in check_folder(folder)] == expected


def test_a_unit_of_torque_is_known_in_every_spelling(folder):
    measured(folder)
    moment = pd.read_csv(folder / "mvc_joint.csv")["moment"].to_numpy()
    sheet = folder / "trials.csv"
    sheet.write_text(sheet.read_text().replace("mvc_joint.csv", "mvc.edf"))
    for unit, expected in (("Nm", []), ("N.m", []), ("mNm", ["DE-042"])):
        signals = [
            edfio.EdfSignal(moment, 100, label="moment", physical_dimension=unit),
            edfio.EdfSignal(np.full(len(moment), 90.0), 100, label="angle", physical_dimension="deg"),
        ]
        edfio.Edf(signals).write(folder / "mvc.edf")
        assert [problem.id for problem in check_folder(folder)] == expected, unit


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda f: change(f / "mvc_joint.csv", "moment", lambda moment: 0 * moment), ["DE-075"]),
        (lambda f: change(f / "mvc_joint.csv", "moment", lambda moment: moment.where(moment.index != 7)), ["DE-052"]),
        (lambda f: change(f / "mvc_joint.csv", "angle", lambda angle: angle.where(angle.index != 7)), ["DE-052"]),
        (lambda f: pd.read_csv(f / "mvc_joint.csv").iloc[:150].to_csv(f / "mvc_joint.csv"), ["DE-072"]),
    ],
    ids=["zero", "a gap", "a gap in the angle", "shorter than the EMG"],
)
def test_torque_that_no_muscle_gives_is_refused(folder, spoil, expected):
    measured(folder)
    spoil(folder)
    assert [line[:6] for line in faults(folder)] == expected


def test_a_torque_of_zero_is_fine_at_rest(folder):
    measured(folder)
    change(folder / "mvc_joint.csv", "moment", lambda moment: 0 * moment)
    edit(folder / "trials.csv", "mvc,mvc", "mvc,rest")
    assert quality_of(read_subject(folder))["reference"] == "training maximum"


def test_a_silent_channel_is_fine_at_rest(folder):
    time_s = np.arange(2 * RATE) / RATE
    for quiet in (0.1 + 0 * time_s, 20 * np.sin(2 * np.pi * 3 * time_s)):  # nothing, or a movement artefact
        change(folder / "mvc_emg.csv", "bic", lambda column, quiet=quiet: np.resize(quiet, len(column)))
        assert faults(folder)[0][:6] in ("DE-070", "DE-071")
    edit(folder / "trials.csv", "mvc,mvc", "mvc,rest")
    quality_of(read_subject(folder))


def test_posture_goes_from_the_sheet_to_the_kinematics(folder):
    add(folder / "trials.csv", "posture", **{"0_test": "overhead"})
    assert check_folder(folder) == []
    table = subject_kinematics(read_subject(folder), rate_hz=100, settings=KinematicsSettings())
    assert list(table.columns[:6]) == ["trial", "split", "load", "load_kg", "posture", "time_s"]
    assert table.groupby("trial")["posture"].unique().map(list).to_dict() == {
        "0_test": ["overhead"], "0_train": [""], "2_test": [""], "2_train": [""]
    }  # fmt: skip


def known(folder: Path) -> SubjectFolder:
    """The lateral head becomes a known excitation: 0.2 in movements, rising to 0.8 in the MVC trial."""
    edit(folder / "channels.csv", "lat,{emg_file},lat,TRIlat,uV,raw", "lat,{emg_file},lat,TRIlat,1,excitation")
    for path in folder.glob("*_emg.csv"):
        change(path, "lat", lambda lat: 0.2)
    change(folder / "mvc_emg.csv", "lat", lambda lat: np.linspace(0, 0.8, len(lat)))
    return read_subject(folder)


def lateral(subject: SubjectFolder) -> np.ndarray:
    clock = pd.concat(pd.DataFrame({"trial": t.trial, "time_s": np.arange(0, 4, 0.01)}) for t in subject.movements)
    return subject_envelopes(subject, "observed", clock, EMG)[0]["TRIlat"].to_numpy()


def test_a_known_excitation_is_a_fraction_of_what_the_mvc_trials_reached(folder):
    subject = known(folder)
    assert check_folder(folder) == []
    reached = low_pass(np.linspace(0, 0.8, 2 * RATE), rate_hz=RATE, cutoff_hz=EMG.envelope_cutoff_hz, order=EMG.order)
    level = reference_level([reached], [], rate_hz=RATE, window_s=EMG.mvc_window_s)
    assert level == pytest.approx(0.7, abs=0.01)
    assert lateral(subject) == pytest.approx(0.2 / level)


def test_a_known_excitation_without_mvc_stays_and_is_not_read_at_rest(folder):
    edit(folder / "trials.csv", "mvc,mvc", "mvc,rest")
    subject = known(folder)
    change(folder / "mvc_emg.csv", "lat", lambda lat: "unread")
    assert quality_of(subject) and lateral(subject) == pytest.approx(0.2)


def test_trailing_commas_quotes_and_empty_lines_shift_nothing(folder):
    subject = read_subject(folder)
    trial = subject.movements[0]
    before = read_emg(subject, subject.channels[0], trial).values
    path = folder / trial.emg_file
    head, *rows = path.read_text().splitlines()
    path.write_text("\n".join([head, *(row + "," for row in rows), "", ""]))
    sheet = folder / "channels.csv"
    names, *lines = sheet.read_text().splitlines()
    quoted = ",".join(f'"{name}"' for name in names.split(","))
    sheet.write_text("\n".join([quoted, *lines[:1], "", ",,,,,,,", *lines[1:]]))
    assert check_folder(folder) == []
    assert np.array_equal(read_emg(read_subject(folder), subject.channels[0], trial).values, before)
    edit(sheet, "TRIlat", "TRIfoo")
    assert "row 5" in str(check_folder(folder)[0])


def test_units_and_spellings_read_alike(folder):
    subject = read_subject(folder)
    channel, trial = subject.channels[0], subject.movements[0]
    plain = read_emg(subject, channel, trial)
    path = folder / trial.emg_file
    text = path.read_text()
    path.write_text("\ufeff" + text.replace("\n", "\r\n"), newline="")
    assert np.array_equal(read_emg(subject, channel, trial).values, plain.values)
    edit(folder / "channels.csv", "bic,{emg_file},bic,BIC,uV", "bic,{emg_file},bic,BIC,mV")
    changed = read_subject(folder)
    assert read_emg(changed, changed.channels[0], trial).values == pytest.approx(1000 * plain.values)


def test_compressed_files_read_alike(folder):
    subject = read_subject(folder)
    trial = subject.movements[0]
    packed = folder / "packed.csv.gz"
    packed.write_bytes(gzip.compress((folder / trial.emg_file).read_bytes()))
    assert [column.name for column in open_file(packed).columns] == ["bic", "lat"]
    plain = extract(open_file(folder / trial.emg_file), "lat", rate_hz=1000)
    assert np.array_equal(extract(open_file(packed), "lat", rate_hz=1000).values, plain.values)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated_bytes_are_read_or_refused_but_never_crash(folder, data):
    original = (folder / "0_train_angle.csv").read_bytes()[:2000]
    mutated = bytearray(original)
    for _ in range(data.draw(st.integers(1, 6))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    path = folder / "mutated.csv"
    path.write_bytes(bytes(mutated))
    try:
        contents = open_file(path)
        if "angle" in [column.name for column in contents.columns]:
            assert np.isfinite(extract(contents, "angle", rate_hz=100).values).all()
    except RecordingError as error:
        assert all(problem.id.startswith("DE-") for problem in error.problems)


def test_storage_files_survive_a_round_trip(tmp_path):
    time = np.arange(0, 1, 0.01)
    write_storage(tmp_path / "a.sto", time, {"elbow_flexion_moment": np.sin(time)}, name="test")
    table = read_storage(tmp_path / "a.sto")
    assert table["elbow_flexion_moment"].to_numpy() == pytest.approx(np.sin(time), abs=1e-11)
    text = (tmp_path / "a.sto").read_text()
    assert "version=1" in text and "inDegrees=no" in text
    (tmp_path / "b.sto").write_text("\n".join(text.splitlines()[:-5]))
    with pytest.raises(ValueError, match="95"):
        read_storage(tmp_path / "b.sto")
    (tmp_path / "c.sto").write_text("time\tx\n0\t1\n")
    with pytest.raises(ValueError, match="endheader"):
        read_storage(tmp_path / "c.sto")


def test_noraxon_export_reads_with_its_own_rate_and_unit(cube):
    path = cube / "load4p4_T1" / "Noraxon Ultium-RT BICEPS BR..csv"
    contents = open_file(path)
    assert format_of(path) == "noraxon_mr3" and [column.name for column in contents.columns] == ["time", "value"]
    signal = extract(contents, "value", rate_hz=2000)
    assert len(signal.values) == 53280 and signal.rate_hz == 2000 and signal.unit == "uV"
    assert signal.values[:3] == pytest.approx([-1.836199637, -2.446588453, -2.446588453])
    other = extract(contents, "value", rate_hz=1000)
    assert other.rate_hz == 2000 and [note.id for note in other.notes] == ["DE-057"]


def test_a_truncated_noraxon_export_is_refused(cube, tmp_path):
    source = cube / "load4p4_T1" / "Noraxon MyoMotion-Joints-Elbow RT-Flexion.csv"
    path = tmp_path / "cut.csv"
    path.write_bytes(source.read_bytes()[:20000])
    with pytest.raises(RecordingError):
        extract(open_file(path), "value", rate_hz=200)
    with pytest.raises(RecordingError, match="DE-060"):
        open_file(tmp_path / _plain(tmp_path), "noraxon_mr3")


def _plain(folder: Path) -> str:
    (folder / "plain.csv").write_text("time,value\n0,1\n")
    return "plain.csv"


def test_the_cube_folder_is_in_order(cube, root):
    folder = root / "examples" / "cube" / "CUBE1"
    assert [p.id for p in check_folder(folder, cube)] == ["DE-122"]  # nobody knows the unit of its loads
    assert {p.id for p in check_folder(folder, cube.parent)} == {"DE-122", "DE-040"}
    subject = read_subject(folder, cube)
    assert subject.loads == ("2.75lb", "4.4lb", "5.5lb")
    assert subject.movements[0].load_kg == pytest.approx(1.247, abs=1e-3)


def test_a_wrong_unit_of_a_noraxon_file_is_found_before_anything_is_read(cube, root, tmp_path):
    folder = tmp_path / "CUBE1"
    shutil.copytree(root / "examples" / "cube" / "CUBE1", folder)
    edit(folder / "channels.csv", ",BIC,uV", ",BIC,mV")
    assert {problem.id for problem in check_folder(folder, cube)} == {"DE-042", "DE-122"}
