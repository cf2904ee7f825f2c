"""Importers: a recording or a data set becomes a subject folder, and what it does not say is asked, never guessed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import edfio
import h5py
import numpy as np
import pandas as pd
import pytest
import typer
import yaml
from scipy.io import savemat
from typer.testing import CliRunner

from deepemg.cli import import_
from deepemg.joint.definition import load_joint
from deepemg.joint.opensim import build_model
from deepemg.recordings.importers import IMPORTERS, import_all, importer_of
from deepemg.recordings.importers.draft import Imported
from deepemg.recordings.importers.names import angle_score, load_of, muscle_of, role_of
from deepemg.recordings.problems import RecordingError
from deepemg.recordings.read import read_angle, read_emg
from deepemg.recordings.readers import READERS
from deepemg.recordings.subject import read_subject

PERSON, BORN = "Erika Mustermann", "1980-02-03"
RNG = np.random.default_rng(0)


def emg(seconds: float = 3.0, rate: int = 2000, channels: int = 1) -> np.ndarray:
    return RNG.normal(0, 50, (int(seconds * rate), channels)).round(2)


def angle(rate: int = 100) -> np.ndarray:
    """A curl of three seconds in degrees; no two are the same, as no two recordings are."""
    return 60 - RNG.uniform(40, 50) * np.cos(2 * np.pi * 0.4 * np.arange(0, 3, 1 / rate))


def table(path: Path, columns: dict[str, np.ndarray], above: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(above + pd.DataFrame(columns).to_csv(index=False))


def timed(names: tuple[str, ...], samples: np.ndarray, rate: int, clock: str = "time") -> dict[str, np.ndarray]:
    """Columns of a table: a clock, and one for each name."""
    columns = samples.reshape(len(samples), -1).T
    return {clock: (np.arange(len(samples)) / rate).round(6), **dict(zip(names, columns, strict=True))}


def make_recording(base: Path) -> Path:
    """Two curls at 2 kg, one at an unknown load, one MVC; EMG and angle in files of their own, and a person's file."""
    names = ("R Bizeps (mV)", "R Trizeps lateral (mV)", "L Biceps (mV)", "Deltoid (mV)")
    for trial in ("curl_2kg_r1", "curl_2kg_r2", "curl_fast"):
        above = f"Name,{PERSON},{BORN}\n\n"
        table(base / "day1" / f"{trial}_emg.csv", timed(names, emg(channels=4), 2000), above)
        table(base / "day1" / f"{trial}_angle.csv", timed(("Ellenbogenwinkel [deg]",), angle(), 100))
    table(base / "mvc_biceps_emg.csv", timed(names, emg(channels=4), 2000))
    (base / "info.csv").write_text(f"Name,{PERSON}\nBirth,{BORN}\nHeight,170\n")
    return base


def make_bids(base: Path) -> Path:
    """Two participants with two curls and an MVC: the angle among the channels of one, in motion/ of the other."""
    for person in ("01", "02"):
        for task, run in (("curl4kg", "1"), ("curl4kg", "2"), ("mvc", "1")):
            stem = f"sub-{person}_task-{task}_run-{run}"
            make_bids_emg(base / f"sub-{person}" / "emg", stem, with_angle=person == "01", bad=run == "2")
            if person == "02" and task != "mvc":
                make_bids_motion(base / "sub-02" / "motion", f"{stem}_tracksys-imu")
    for task in ("curl4kg", "mvc"):  # inherited by all of the task
        said = {"TaskName": task, "SamplingFrequency": 2000, "InstitutionName": PERSON}
        (base / f"task-{task}_emg.json").write_text(json.dumps(said))
    (base / "participants.tsv").write_text(
        f"participant_id\tname\tbirth\tage\tsex\theight\tweight\nsub-01\t{PERSON}\t{BORN}\t24\tF\t172\t61\n"
        f"sub-02\t{PERSON}\t{BORN}\t24\tn/a\tn/a\tn/a\n"
    )
    return base


def make_bids_emg(folder: Path, stem: str, *, with_angle: bool, bad: bool) -> None:
    values = [(name, emg()[:, 0], 2000, "uV") for name in ("E1", "E2", "E3")]
    values += [("elbow flexion", angle(), 100, "deg")] if with_angle else []
    signals = [
        edfio.EdfSignal(samples, rate, label=name, physical_dimension=unit, physical_range=(-1000, 1000))
        for name, samples, rate, unit in values
    ]
    folder.mkdir(parents=True, exist_ok=True)
    edfio.Edf(signals, patient=edfio.Patient(name=PERSON.replace(" ", "_"))).write(folder / f"{stem}_emg.edf")
    rows = ["name\ttype\tunits\ttarget_muscle\tstatus", "E1\tEMG\tuV\tBiceps brachii, long head\tgood"]
    rows += [f"E2\tEMG\tuV\ttriceps brachii\t{'bad' if bad else 'good'}"]
    rows += ["E3\tEMG\tuV\tPronator teres, Brachioradialis\tgood"]
    rows += ["elbow flexion\tMISC\tdeg\tn/a\tgood"] if with_angle else []
    (folder / f"{stem}_channels.tsv").write_text("\n".join(rows) + "\n")


def make_bids_motion(folder: Path, stem: str) -> None:
    folder.mkdir(exist_ok=True)
    np.savetxt(folder / f"{stem}_motion.tsv", np.column_stack([angle(), angle()]), fmt="%.4f", delimiter="\t")
    rows = ["name\tcomponent\ttype\ttracked_point\tunits", "s\tx\tJNTANG\tshoulder\tdeg", "e\tx\tJNTANG\telbow\tdeg"]
    (folder / f"{stem}_channels.tsv").write_text("\n".join(rows) + "\n")
    (folder / f"{stem}_motion.json").write_text('{"SamplingFrequency": 100}')


def make_zenodo(base: Path) -> Path:
    """Two people, three elbow-only trials each and one of elbow and shoulder."""
    names = ("DELTAnt", "PECT", "TRILong", "TRILat", "TRIMed", "BICLong", "BICShort", "BRA", "BRD")
    for person in ("S2", "S10"):
        folder = base / person
        for trial in ("SJ/T0", "SJ/T1", "SJ/T10", "MJ/T0"):
            table(folder / trial / "emgRaw.csv", timed(names, emg(channels=9), 2000, "TIME"))
            for file, values in (("humanPositions", np.deg2rad(angle())), ("muscleTorque", angle())):
                table(folder / trial / f"{file}.csv", timed(("elbow_flexion",), values, 100, "TIME"))
        table(folder / "MVC" / "emgMVCElbow.csv", timed(names, emg(channels=9), 2000, "TIME"))
        build_model(load_joint("elbow7"), muscle_model="millard", path_from="table").printToXML(
            str(folder / "scaledModel.osim")
        )
        said = {"name": PERSON, "birth": BORN, "age": 25.0, "sex": "M", "weight": 75.0, "height": 177.0,
                "measures": {"arm": 0.3054, "elbowWidth": 0.088, "forearm": 0.2516, "hand": 0.185}}  # fmt: skip
        (folder / f"{person}.json").write_text(json.dumps(said))
    return base


def struct_of(person: int) -> dict:
    """A subject of the struct; what stands in experiment_data is as the documents leave it open."""
    curl = {
        f"{speed}_{load}kg": {
            "sample_rate": 1111.0, "weight": float(load),
            "emg": {name: emg(rate=1000)[:, 0] for name in ("biceps_long", "biceps_short", "triceps_lateral")},
            "elbow_angle": np.deg2rad(angle(1000)),
        }
        for speed in ("slow", "fast") for load in (2, 4)
    }  # fmt: skip
    meta = {"id": person, "age": 30, "weight": 70.0, "height": 180.0, "sex": "male", "name": PERSON, "saved_at": BORN,
            "acromion_epicondyle_length": 31.0, "epicondyle_syloid_length": 25.5, "diseases": PERSON}  # fmt: skip
    mvc = {"sample_rate": 100.0, "hand_flexor_max_force": 210.5, "hand_extensor_max_force": 150.0}
    return {"id": person, "meta": meta, "mvc_measurement": mvc, "experiment_data": {"lower": curl, "upper": curl}}


def make_grimmelsmann(base: Path) -> Path:
    base.mkdir()
    savemat(base / "EMGdata.mat", {"EMGdata": {f"subject_{n}": struct_of(n) for n in (3, 20)}}, long_field_names=True)
    return base


def make_toro(base: Path) -> Path:
    """Two people, two loads, flexion and pronation, training and test sets."""
    for person in (1, 2):
        folder = base / f"subject {person}"
        folder.mkdir(parents=True)
        for movement in ("flex", "pronsup"):
            for split in ("train", "test"):
                for load in (0, 1360):
                    columns = np.column_stack([emg(channels=4), angle(2000)])
                    np.savetxt(folder / f"{person}_{movement}_{split}_{load}.txt", columns, fmt="%.4f", delimiter="\t")
        said = f"ID: {person}\nName: {PERSON}\nBirth: {BORN}\nAge: 25\nHeight: 1.68\nWeight: 60 kg\nGender: F\n"
        (folder / "subject_info.txt").write_text(said)
    return base


MAKERS: dict[str, tuple[Callable[[Path], Path], str | None]] = {
    "recording": (make_recording, None),
    "bids_emg": (make_bids, "sub-01"),
    "zenodo_11209324": (make_zenodo, "S2"),
    "grimmelsmann_2023": (make_grimmelsmann, "subject_20"),
    "toro_ossaba_2023": (make_toro, "subject 1"),
}


def run(name: str, tmp_path: Path, **options: object) -> Imported:
    """Import the source that a maker makes as data/S06."""
    maker, person = MAKERS[name]
    source = tmp_path / "source"
    if not source.exists():
        maker(source)
    return IMPORTERS[name].run(source, tmp_path / "data" / "S06", **{"person": person, **options})


def rows(imported: Imported, name: str) -> pd.DataFrame:
    return pd.read_csv(imported.folder / name, dtype=str, keep_default_na=False)


def description(imported: Imported) -> dict:
    return yaml.safe_load((imported.folder / "subject.yaml").read_text())


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def asked(folder: Path) -> set[str]:
    """Ids of what refuses the folder before any sample is read."""
    from deepemg.recordings.check import check_texts

    return {problem.id for problem in check_texts(folder, band_high_hz=450).refused}


@pytest.mark.parametrize("name", IMPORTERS)
def test_every_importer_has_a_source_to_be_tested_with(name):
    assert name in MAKERS


@pytest.mark.parametrize("name", MAKERS)
def test_nothing_of_a_person_is_told_and_no_source_is_changed(name, tmp_path):
    MAKERS[name][0](tmp_path / "source")
    before = snapshot(tmp_path / "source")
    imported = run(name, tmp_path)
    assert snapshot(tmp_path / "source") == before
    written = [path for path in imported.folder.rglob("*") if path.is_file()]
    copied = set(before.values())
    texts = [path.read_text() for path in written if path.read_bytes() not in copied]
    assert set(imported.texts) == {"subject.yaml", "channels.csv", "trials.csv"} and len(texts) >= 3
    told = "\n".join([*texts, *imported.remarks, *map(str, written)])
    for word in (PERSON, *PERSON.split(), PERSON.replace(" ", "_"), BORN):
        assert word not in told
    assert not any("info" in path.name or path.name.startswith("participants") for path in written)
    assert not any(path.suffix == ".json" for path in written)


@pytest.mark.parametrize("name", MAKERS)
def test_a_subject_that_is_there_is_refused_in_one_line(name, tmp_path):
    run(name, tmp_path)
    before = snapshot(tmp_path / "data")
    with pytest.raises(RecordingError, match=r"^DE-068 .*S06: found a subject folder already; .*$") as refused:
        run(name, tmp_path)
    assert "\n" not in str(refused.value) and snapshot(tmp_path / "data") == before


@pytest.mark.parametrize("name", MAKERS)
def test_a_source_that_is_something_else_is_refused_in_one_line(name, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.txt").write_text(f"{PERSON} was here\n")
    for source in (other, other / "notes.txt", other / "nothing"):
        with pytest.raises(RecordingError, match=r"^DE-068 .*expected .*Fix: .*$") as refused:
            IMPORTERS[name].run(source, tmp_path / "data" / "S06")
        assert PERSON not in str(refused.value) and "\n" not in str(refused.value)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("name", MAKERS)
def test_every_signal_of_what_was_imported_can_be_read(name, tmp_path):
    imported = run(name, tmp_path, load="0 kg")
    subject = read_subject(imported.folder)
    for trial in subject.trials:
        for channel in subject.channels:
            if subject.records(channel, trial):
                found = read_emg(subject, channel, trial)
                assert found.duration_s == pytest.approx(3.0, rel=0.15) and np.std(found.values) > 1
        if trial.role == "movement":
            found = read_angle(subject, trial)
            assert found.duration_s == pytest.approx(3.0, rel=0.15) and 1.5 < np.max(found.values) < 2


@pytest.mark.parametrize("name", [name for name in MAKERS if name != "grimmelsmann_2023"])
def test_links_point_to_the_recording(name, tmp_path):
    imported = run(name, tmp_path, link=True)
    links = [path for path in imported.folder.rglob("*") if path.is_file() and path.name not in imported.texts]
    assert links and all(path.stat().st_nlink == 2 and not path.is_symlink() for path in links)
    assert "linked" in imported.remarks[0]


def test_a_recording_asks_only_for_the_load_that_no_name_says(tmp_path):
    imported = run("recording", tmp_path)
    channels, trials = rows(imported, "channels.csv"), rows(imported, "trials.csv")
    assert channels[["column", "muscle", "unit", "kind", "rate_hz", "use"]].values.tolist() == [
        ["R Bizeps (mV)", "BIC", "mV", "raw", "2000", "observed"],
        ["R Trizeps lateral (mV)", "TRIlat", "mV", "raw", "2000", "observed"],
    ]
    assert trials.drop(columns="emg_file").values.tolist() == [
        ["curl_2kg_r1", "movement", "2", "kg", "train", "day1/curl_2kg_r1_angle.csv"],
        ["curl_2kg_r2", "movement", "2", "kg", "test", "day1/curl_2kg_r2_angle.csv"],
        ["curl_fast", "movement", "", "", "", "day1/curl_fast_angle.csv"],
        ["mvc_biceps_emg", "mvc", "", "", "", ""],
    ]
    said = description(imported)
    assert said["side"] == "right" and said["id"] == "S06" and said["joint"] == "elbow7"
    assert said["kinematics"] == {"column": "Ellenbogenwinkel [deg]", "unit": "deg", "rate_hz": 100}
    assert "# height_m: ?" in imported.texts["subject.yaml"] and "Deltoid" in imported.texts["subject.yaml"]
    assert "trials.csv asks for load of 1 trial, load_unit of 1 trial" in imported.remarks
    assert asked(imported.folder) == {"DE-002"}


def test_a_load_given_by_hand_answers_what_names_leave_open(tmp_path):
    imported = run("recording", tmp_path, load="1.5 kg")
    assert rows(imported, "trials.csv")[["load", "load_unit"]].values.tolist() == [["2", "kg"]] * 2 + [
        ["1.5", "kg"],
        ["", ""],
    ]
    assert not any("asks" in remark for remark in imported.remarks) and asked(imported.folder) == set()
    shutil.rmtree(imported.folder)
    with pytest.raises(RecordingError, match=r"DE-068 --load: found '1.5'; expected a number and kg, lb or g"):
        run("recording", tmp_path, load="1.5")


def test_columns_of_unknown_muscles_ask_for_them(tmp_path):
    table(tmp_path / "a.csv", {"emg 1": emg()[:, 0], "emg 2": emg()[:, 0], "elbow angle": emg()[:, 0]})
    imported = IMPORTERS["recording"].run(tmp_path / "a.csv", tmp_path / "data" / "S06")
    assert rows(imported, "channels.csv")[["muscle", "unit", "rate_hz"]].values.tolist() == [["", "", ""]] * 2
    assert [remark for remark in imported.remarks if "asks" in remark] == [
        "channels.csv asks for muscle of 2 channels, unit of 2 channels, rate_hz of 2 channels",
        "trials.csv asks for load of 1 trial, load_unit of 1 trial",
        "subject.yaml asks for the unit of the angle",
    ]
    assert asked(imported.folder)


def test_what_stands_before_a_colon_may_be_a_person_and_is_neither_written_nor_told(tmp_path):
    columns = {f"{PERSON}:biceps (uV)": emg()[:, 0], f"{PERSON}:elbow flexion (deg)": angle(2000)}
    table(tmp_path / "a.csv", columns | {f"{PERSON}:ECR (uV)": emg()[:, 0]})
    imported = IMPORTERS["recording"].run(tmp_path / "a.csv", tmp_path / "data" / "S06")
    assert PERSON not in "\n".join([*imported.texts.values(), *imported.remarks])
    assert rows(imported, "channels.csv")[["name", "column"]].values.tolist() == [["biceps", "#1"]]
    assert description(imported)["kinematics"]["column"] == "#2"


def test_files_about_a_person_are_not_opened_but_trials_of_one_are(tmp_path):
    for name in ("Subject_03_curl_2kg", "subject", "participant list"):
        table(tmp_path / "source" / f"{name}.csv", {f"{name} biceps (uV)": emg()[:, 0]})
    imported = IMPORTERS["recording"].run(tmp_path / "source", tmp_path / "data" / "S06")
    assert list(rows(imported, "trials.csv")["trial"]) == ["Subject_03_curl_2kg"]


def test_two_columns_that_may_be_the_angle_are_told_and_none_is_taken(tmp_path):
    table(tmp_path / "a.csv", {"biceps (uV)": emg()[:, 0], "a_angle (deg)": emg()[:, 0], "b_angle (deg)": emg()[:, 0]})
    imported = IMPORTERS["recording"].run(tmp_path / "a.csv", tmp_path / "data" / "S06")
    assert description(imported)["kinematics"] == {}
    assert "columns that may be the elbow's angle: a_angle (deg), b_angle (deg)" in imported.remarks


def test_the_format_that_is_named_must_be_that_of_the_files(tmp_path):
    make_recording(tmp_path / "source")
    with pytest.raises(
        RecordingError, match=r"DE-068 .*found csv, by the content of the files; expected edf as was said"
    ):
        importer_of("edf").run(tmp_path / "source", tmp_path / "data" / "S06")
    assert len(importer_of("csv").run(tmp_path / "source", tmp_path / "data" / "S06").texts) == 3
    with pytest.raises(RecordingError, match=r"DE-068 deepemg import: found 'zenodo_1120932'.*'zenodo_11209324'\? "):
        importer_of("zenodo_1120932")


def test_a_recording_that_lies_in_the_subject_folder_stays_there(tmp_path):
    folder = make_recording(tmp_path / "data" / "S06")
    before = snapshot(folder)
    IMPORTERS["recording"].run(folder, folder)
    assert {name: text for name, text in snapshot(folder).items() if name in before} == before
    assert (folder / "subject.yaml").is_file()


def test_a_file_that_is_there_and_differs_is_not_overwritten(tmp_path):
    folder = tmp_path / "data" / "S06"
    table(folder / "day1" / "curl_fast_emg.csv", {"a": angle()})
    with pytest.raises(RecordingError, match=r"DE-068 .*curl_fast_emg.csv: found a file that is there already"):
        run("recording", tmp_path)
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["curl_fast_emg.csv"]


@pytest.mark.parametrize("name", ["recording", "grimmelsmann_2023"])
def test_an_import_that_was_killed_before_its_last_file_goes_on(name, tmp_path):
    folder = run(name, tmp_path).folder
    whole = snapshot(folder)
    for left in ("subject.yaml", "trials.csv"):  # the last two that are written
        (folder / left).unlink()
        run(name, tmp_path)
        assert snapshot(folder) == whole
        (folder / "subject.yaml").unlink()
    (folder / "channels.csv").write_text("of a lab")
    with pytest.raises(RecordingError, match=r"DE-068 .*channels.csv: found a file that is there already"):
        run(name, tmp_path)


def test_cube_asks_for_the_unit_of_the_load_alone(cube, tmp_path):
    imported = importer_of("noraxon_mr3").run(cube, tmp_path / "data" / "S06", link=True)
    channels, trials = rows(imported, "channels.csv"), rows(imported, "trials.csv")
    assert channels[["name", "muscle", "unit", "rate_hz"]].values.tolist() == [
        ["BICEPS BR.", "BIC", "uV", "2000"],
        ["BRACHIORAD.", "BRD", "uV", "2000"],
        ["LAT. TRICEPS", "TRIlat", "uV", "2000"],
    ]
    assert list(trials["load"]) == ["2.75", "2.75", "4.4", "4.4", "5.5", "5.5"] and set(trials["load_unit"]) == {""}
    assert list(trials["split"]) == ["train", "test"] * 3 and list(trials["trial"]) == list(trials["emg_file"])
    assert description(imported)["kinematics"]["unit"] == "deg" and description(imported)["side"] == "right"
    assert imported.remarks[-1] == "trials.csv asks for load_unit of 6 trials"
    text = (imported.folder / "trials.csv").read_text()
    (imported.folder / "trials.csv").write_text(text.replace(",,train", ",lb,train").replace(",,test", ",lb,test"))
    assert asked(imported.folder) == set()


@pytest.mark.skipif("c3d" not in READERS, reason="no reader of C3D")
def test_c3d_gives_two_muscles_and_the_angle_from_markers(cube, tmp_path):
    imported = importer_of("c3d").run(cube.parent / "c3d_box_lift", tmp_path / "data" / "S06", link=True)
    assert rows(imported, "channels.csv")[["column", "muscle", "unit", "rate_hz"]].values.tolist() == [
        ["Biceps.EMG4", "BIC", "V", "2000"], ["Triceps.EMG5", "TRI", "V", "2000"]
    ]  # fmt: skip
    spots = {"proximal": "ACRO_tip", "joint": ["EPICl", "EPICm"], "distal": ["STYLr", "STYLu"]}
    assert description(imported)["kinematics"] == {"markers": spots}
    assert "Delt_ant.EMG1" in imported.texts["subject.yaml"] and "Subject" not in imported.texts["subject.yaml"]


def test_bids_takes_good_channels_by_their_target_muscle(tmp_path):
    imported = run("bids_emg", tmp_path)
    assert rows(imported, "channels.csv")[["name", "muscle", "unit", "rate_hz"]].values.tolist() == [
        ["E1", "BIClong", "uV", "2000"], ["E2", "TRI", "uV", "2000"]
    ]  # fmt: skip
    assert rows(imported, "trials.csv").drop(columns=["emg_file", "kinematics_file"]).values.tolist() == [
        ["task-curl4kg_run-1", "movement", "4", "kg", "train", ""],
        ["task-curl4kg_run-2", "movement", "4", "kg", "test", "E1"],
        ["task-mvc_run-1", "mvc", "", "", "", ""],
    ]
    said = description(imported)
    assert (said["sex"], said["mass_kg"]["value"], said["height_m"]["value"]) == ("female", 61, 1.72)
    assert said["kinematics"] == {"column": "elbow flexion", "unit": "deg"}
    assert "bad by channels.tsv, left out: E2 in 1 recording" in imported.remarks
    assert any("E3" in remark for remark in imported.remarks) and asked(imported.folder) == set()


def test_bids_takes_the_angle_from_motion_beside_the_emg(tmp_path):
    imported = run("bids_emg", tmp_path, person="sub-02")
    assert description(imported)["kinematics"] == {"column": "#2", "unit": "deg", "rate_hz": 100}
    files = list(rows(imported, "trials.csv")["kinematics_file"])
    assert files[0] == "motion/sub-02_task-curl4kg_run-1_tracksys-imu_motion.tsv" and files[2] == ""
    assert asked(imported.folder) == set()


def test_zenodo_holds_the_deep_muscles_out_and_asks_for_the_load(tmp_path):
    imported = run("zenodo_11209324", tmp_path)
    channels, trials = rows(imported, "channels.csv"), rows(imported, "trials.csv")
    assert channels[["column", "muscle", "unit", "use"]].values.tolist() == [
        ["TRILong", "TRIlong", "au", "observed"], ["TRILat", "TRIlat", "au", "observed"],
        ["TRIMed", "TRImed", "au", "held_out"], ["BICLong", "BIClong", "au", "observed"],
        ["BICShort", "BICshort", "au", "observed"], ["BRA", "BRA", "au", "held_out"], ["BRD", "BRD", "au", "observed"],
    ]  # fmt: skip
    assert set(channels["rate_hz"]) == {"2000"}
    assert list(trials["trial"]) == ["SJ_T0", "SJ_T1", "SJ_T10", "MVC_elbow"]
    assert list(trials["split"]) == ["train", "train", "test", ""] and list(trials["role"]) == ["movement"] * 3 + [
        "mvc"
    ]
    said = description(imported)
    assert said["kinematics"] == {"column": "elbow_flexion", "unit": "rad", "rate_hz": 100}
    assert said["model"] == "scaledModel.osim" and (imported.folder / said["model"]).is_file()
    assert said["height_m"] == {"value": 1.77, "source": "measured"} and said["forearm_m"]["value"] == 0.2516
    assert said["hand_m"]["source"] == "estimated" and said["sex"] == "male" and "torque" not in said
    assert any("brachioradialis and brachialis in the other order" in remark for remark in imported.remarks)
    assert (imported.folder / "SJ/T0/muscleTorque.csv").is_file() and not (imported.folder / "MJ").exists()
    assert asked(imported.folder) == {"DE-002"}
    shutil.rmtree(imported.folder)
    assert asked(run("zenodo_11209324", tmp_path, load="0 kg").folder) == set()


def test_grimmelsmann_s_struct_becomes_tables(tmp_path):
    imported = run("grimmelsmann_2023", tmp_path)
    assert rows(imported, "channels.csv")[["name", "muscle", "unit", "rate_hz"]].values.tolist() == [
        ["biceps_long", "BIClong", "au", "1111"], ["biceps_short", "BICshort", "au", "1111"],
        ["triceps_lateral", "TRIlat", "au", "1111"],
    ]  # fmt: skip
    trials = rows(imported, "trials.csv")
    assert list(trials["trial"]) == ["lower_slow_2kg", "lower_slow_4kg", "lower_fast_2kg", "lower_fast_4kg"]
    assert list(trials["load"]) == ["2", "4", "2", "4"] and set(trials["load_unit"]) == {"kg"}
    assert list(trials["split"]) == ["train", "train", "test", "test"]
    said = description(imported)
    assert said["kinematics"] == {"column": "angle", "unit": "rad", "rate_hz": 1111}
    assert (
        said["upper_arm_m"]["value"] == 0.31 and said["forearm_m"]["value"] == 0.255 and said["mass_kg"]["value"] == 70
    )
    assert "flexor 210.5" in imported.texts["subject.yaml"] and asked(imported.folder) == set()
    assert any("4 trials in the upper posture" in remark for remark in imported.remarks)
    struct = struct_of(20)["experiment_data"]["lower"]["slow_2kg"]
    table = pd.read_csv(imported.folder / "lower_slow_2kg_emg.csv")
    assert table.shape == (len(struct["elbow_angle"]), 3)


def test_grimmelsmann_is_read_from_version_7_3_too(tmp_path):
    def store(group: h5py.Group, struct: dict) -> None:
        for name, value in struct.items():
            if isinstance(value, dict):
                store(group.create_group(name), value)
            elif isinstance(value, str):
                stored = group.create_dataset(name, data=np.array([[ord(letter)] for letter in value], dtype=np.uint16))
                stored.attrs["MATLAB_class"] = np.bytes_("char")
            else:
                group.create_dataset(name, data=np.atleast_2d(value))

    with h5py.File(tmp_path / "EMGdata.mat", "w") as file:
        store(file.create_group("EMGdata"), {"subject_7": struct_of(7)})
    imported = IMPORTERS["grimmelsmann_2023"].run(tmp_path / "EMGdata.mat", tmp_path / "data" / "S06")
    assert len(rows(imported, "channels.csv")) == 3 and len(rows(imported, "trials.csv")) == 4
    assert description(imported)["sex"] == "male"


def test_a_struct_without_muscles_tells_its_fields(tmp_path):
    struct = {"meta": {"name": PERSON}, "experiment_data": {"run": {"ch1": angle(), "who": PERSON}}}
    savemat(tmp_path / "a.mat", {"EMGdata": {"subject_1": struct}})
    with pytest.raises(
        RecordingError, match=r"DE-068 .*found run.ch1, run.who in subject_1.experiment_data"
    ) as refused:
        IMPORTERS["grimmelsmann_2023"].run(tmp_path / "a.mat", tmp_path / "data" / "S06")
    assert PERSON not in str(refused.value)


def test_toro_ossaba_takes_flexion_by_column_numbers_with_its_own_split(tmp_path):
    imported = run("toro_ossaba_2023", tmp_path)
    assert rows(imported, "channels.csv")[["column", "muscle", "unit", "rate_hz"]].values.tolist() == [
        ["#1", "BIC", "au", "2000"], ["#2", "TRI", "au", "2000"]
    ]  # fmt: skip
    assert rows(imported, "trials.csv").drop(columns="kinematics_file").values.tolist() == [
        ["flex_0g_train", "movement", "0", "g", "train", "1_flex_train_0.txt"],
        ["flex_0g_test", "movement", "0", "g", "test", "1_flex_test_0.txt"],
        ["flex_1360g_train", "movement", "1360", "g", "train", "1_flex_train_1360.txt"],
        ["flex_1360g_test", "movement", "1360", "g", "test", "1_flex_test_1360.txt"],
    ]
    said = description(imported)
    assert said["kinematics"] == {"column": "#5", "unit": "deg", "rate_hz": 2000} and said["sex"] == "female"
    assert (said["mass_kg"]["value"], said["height_m"]["value"]) == (60, 1.68)
    assert any("states no rate" in remark for remark in imported.remarks) and asked(imported.folder) == set()


@pytest.mark.parametrize("name", [name for name in MAKERS if name != "recording"])
def test_all_people_are_imported_once_and_one_must_be_named_otherwise(name, tmp_path):
    source = MAKERS[name][0](tmp_path / "source")
    with pytest.raises(
        RecordingError, match=r"DE-068 .*found 2 recordings \(.*\); expected one of them. Fix: --person"
    ):
        IMPORTERS[name].run(source, tmp_path / "data" / "S06")
    remarks, problems = import_all(IMPORTERS[name], source, tmp_path / "people", load="0 kg")
    assert not problems and remarks[0].startswith("P01") and all(": " in remark for remark in remarks)
    assert sorted(path.name for path in (tmp_path / "people").iterdir()) == ["P01", "P02"]
    before = snapshot(tmp_path / "people")
    for text in ("subject.yaml", "trials.csv"):  # the last that are written; what is there already is the same
        (tmp_path / "people" / "P02" / text).unlink()
    remarks, problems = import_all(IMPORTERS[name], source, tmp_path / "people", load="0 kg")
    assert not problems and remarks[-1] == "1 of 2 subjects were there already"
    assert snapshot(tmp_path / "people") == before


def test_the_command_tells_what_was_made_and_what_is_asked(tmp_path, monkeypatch):
    app = typer.Typer()
    app.command(name=import_.NAME)(import_.main)
    make_toro(tmp_path / "source")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["toro_ossaba_2023", "source", "S06", "--person", "subject 2", "--link"])
    lines = done.output.splitlines()
    assert done.exit_code == 0 and lines[0] == "S06: 2 channels, 4 trials, 4 files linked"
    assert lines[-1] == "then: deepemg check S06" and (tmp_path / "data" / "S06" / "subject.yaml").is_file()
    done = CliRunner().invoke(app, ["toro_ossaba_2023", "source", "data/people", "--all"])
    assert done.exit_code == 0 and (tmp_path / "data" / "people" / "P02" / "subject.yaml").is_file()


NAMES = {
    "BIC": ("BICEPS BR.", "Bic_L", "Biceps.EMG4", "EMG BB", "data.emg.biceps", "RBIC"),
    "BICshort": ("Bizeps kurz", "BICShort"),
    "TRI": ("Triceps L", "Trizeps"),
    "TRIlong": ("Triceps long head", "Trizeps, langer Kopf"),
    "TRIlat": ("LAT. TRICEPS", "TRILat", "Trizeps, seitlicher Kopf"),
    "TRImed": ("M. triceps brachii caput mediale", "MED. TRICEPS"),
    "BRA": ("Brachialis",),
    "BRD": ("BRACHIORAD.", "brachio-radialis"),
    None: (
        "Biceps femoris",
        "trial 3",
        "Trigno 5",
        "Biceps/Triceps",
        "Delt_ant.EMG1",
        "R BICEPS BRACHII: ACC.X 1",
        "Brachio",
    ),
}


def test_muscles_are_known_by_plain_names_alone():
    for muscle, names in NAMES.items():
        assert {name: muscle_of(name) for name in names} == dict.fromkeys(names, muscle)


@pytest.mark.parametrize(
    ("name", "load", "role"),
    [
        ("load2p75_T1", ("2.75", ""), None),
        ("curl_2,5kg_r1", ("2.5", "kg"), "movement"),
        ("flex_1360g", ("1360", "g"), "movement"),
        ("mvc_flexion", None, "mvc"),
        ("curl_max_speed", None, "movement"),
        ("last_2", None, None),
        ("hold_90deg_3lb", ("3", "lb"), "hold"),
        ("rest", None, "rest"),
        ("unloaded", ("0", "kg"), None),
        ("2kg_4kg", None, None),
        ("test_3", None, None),
    ],
)
def test_loads_and_roles_are_known_by_plain_names_alone(name, load, role):
    assert (load_of(name), role_of(name)) == (load, role)


def test_the_elbow_s_angle_is_known_by_its_name():
    plain = ("Noraxon MyoMotion-Joints-Elbow RT-Flexion", "elbow_flexion", "Ellenbogenwinkel", "joint angle", "Flexion")
    others = ("shoulder_elv", "pro_sup", "Forearm RT-Pitch", "elbow_velocity", "wrist flexion", "Elbow pronation")
    assert all(map(angle_score, plain)) and not any(map(angle_score, others))
