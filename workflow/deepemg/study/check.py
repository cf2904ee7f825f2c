"""What is decided before a job starts: settings, embedded inputs, subjects, and whether they fit together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepemg.joint.definition import Joint
from deepemg.reconstruct.registry import METHODS
from deepemg.recordings.check import check_folders, find_subjects, is_excluded
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.subject import SubjectFolder, read_subject
from deepemg.study.config import StudyConfig, read_config
from deepemg.study.embedded import fetch_embedded

TRAINED_ONCE = ("nmm", "trees")  # methods whose weights know the muscles of one joint
FITTED_HERE = ("copy", "so", "mse", "nmm-paper")  # to the subject itself, whatever its joint
SOURCES = ("workflow", "config", "resources")  # of the project
WEIGHTS = "nmm"  # the one whose weights are an input of the study


@dataclass(frozen=True)
class Study:
    """A study that can start: its configuration, and its subjects by name."""

    config: StudyConfig
    subjects: dict[str, SubjectFolder]
    excluded: tuple[str, ...] = ()

    @property
    def recordings(self) -> Path | None:
        """Folder of the signal files where they do not lie in the subject folders."""
        return Path(self.config.recordings) if self.config.recordings else None

    def hidden_muscles(self) -> dict[str, str]:
        """Labels of the muscles that some subject held out, by name: what can be scored."""
        found: dict[str, str] = {}
        for subject in self.subjects.values():
            joint = subject.generic_joint()
            for channel in subject.channels_used("held_out"):
                found |= {name: joint.muscle(name).label for name in joint.members(channel.muscle)}
        return found

    def antagonist_pair(self) -> tuple[str, str] | None:
        """A hidden flexor and a hidden extensor of the first subject's joint, or None."""
        joint = next(iter(self.subjects.values())).generic_joint()
        hidden = [joint.muscle(name) for name in self.hidden_muscles() if name in joint.muscle_names]
        flexor, extensor = (next((m.name for m in hidden if m.action == side), None) for side in ("flexor", "extensor"))
        return (flexor, extensor) if flexor and extensor else None

    def references(self) -> list[str]:
        """What an envelope of 1 means, over all subjects."""
        return sorted({subject.reference for subject in self.subjects.values()})

    def hideable(self, subject: str) -> list[str]:
        """Muscles, or groups of heads, that a channel of their own records, where another channel is left."""
        channels = self.subjects[subject].channels_used("observed")
        recorded = list(dict.fromkeys(channel.muscle for channel in channels))
        return recorded if len(recorded) > 1 else []


def check_study(values: Mapping[str, Any], *, inputs: bool = True) -> Study:
    """Read the configuration and the subjects; with `inputs` fetch what is embedded, and check all of it.

    Jobs leave `inputs` out: the run that started them has done it. Raises RecordingError with every problem at once.
    """
    config = read_config(values)
    if inputs:
        check_results(config)
        check_methods(config)
        names = [name for name in _fitted(config) if config.base_method(name) == WEIGHTS]
        weights = [config.settings_of(name).get("weights") for name in names]
        for path in dict.fromkeys([config.data, *filter(None, weights)]):
            fetch_embedded(Path(path))
    recordings = Path(config.recordings) if config.recordings else None
    if inputs:
        band_high_hz = config.process_emg.band_high_hz
        checked = check_folders(Path(config.data), recordings, band_high_hz=band_high_hz, only=config.subjects)
        refused = [problem for found in checked.values() for problem in found.refused]
        if refused:
            raise RecordingError(refused)
    everyone, only = find_subjects(Path(config.data)), config.subjects
    excluded = tuple(folder.name for folder in everyone if not only and is_excluded(folder))
    chosen = [folder for folder in everyone if (folder.name in only if only else folder.name not in excluded)]
    study = Study(config, {folder.name: read_subject(folder, recordings) for folder in chosen}, excluded)
    if inputs:
        check_weights(study)
    return study


def check_results(config: StudyConfig) -> None:
    """Refuse results in the folder of the subjects, of one of them, of the recordings, or of the program's sources.

    `snakemake --delete-all-output` deletes there, and names of subjects are names of folders in both. Raises
    RecordingError.
    """
    results = Path(config.results).resolve()
    taken = [folder for folder in (config.data, config.recordings) if folder and results == Path(folder).resolve()]
    taken += [str(folder) for folder in (results, *results.parents) if (folder / "subject.yaml").exists()]
    for folder in SOURCES:
        place = Path(folder).resolve()
        if results.is_relative_to(place) or place.is_relative_to(results):
            taken.append(folder)
    if taken:
        expected, fix = f"a folder apart from {', '.join(taken)}", "name another one, such as results=results/mine"
        raise RecordingError([Problem("DE-132", "results", config.results, expected, fix)])


def check_methods(config: StudyConfig) -> None:
    """Make every method and variant of the configuration. Raises RecordingError with what is wrong in any of them.

    What is wrong with a method is not told again for each of its variants.
    """
    fit, problems, wrong = config.fit_method, list[Problem](), set[str]()
    for name in dict.fromkeys([*METHODS, *fit.variants, *_fitted(config)]):
        base = config.base_method(name)
        if base not in METHODS:
            known = ", ".join([*METHODS, *fit.variants])
            problems.append(Problem("DE-096", "config", repr(name), f"one of {known}", "correct the name"))
        elif base not in wrong:
            try:
                config.method(name)
            except RecordingError as error:
                problems += error.problems
                wrong.add(name)
    if problems:
        raise RecordingError(problems)


def check_weights(study: Study) -> None:
    """Methods that were trained once, against the joints and the signal settings of the study.

    Raises RecordingError where weights could not read a subject.
    """
    names = [name for name in study.config.fit_method.methods if study.config.base_method(name) in TRAINED_ONCE]
    if not names:
        return
    from deepemg.reconstruct.nmm.amortised_posterior import load_weights  # torch takes seconds, and others need none
    from deepemg.reconstruct.nmm.slots import SLOTS
    from deepemg.reconstruct.nmm.trained_with import TrainedWith

    problems = [
        Problem(
            "DE-091",
            str(subject.folder),
            f"muscles {', '.join(unknown)}",
            f"those that the weights of {' and '.join(names)} know ({', '.join(SLOTS)})",
            f'leave the methods out: --config "fit_method={{methods: [{", ".join(FITTED_HERE)}]}}"',
        )
        for subject in study.subjects.values()
        if (unknown := _unknown(subject.generic_joint(), SLOTS))
    ]
    if problems:
        raise RecordingError(problems)
    for name in names:
        weights, trained_with = study.config.settings_of(name).get("weights"), TrainedWith.now()
        if study.config.base_method(name) == WEIGHTS:
            try:
                trained_with = load_weights(weights).trained_with
            except RecordingError:  # a damaged file, which says so
                raise
            except (FileNotFoundError, ValueError) as error:
                missing = isinstance(error, FileNotFoundError)
                found = "no such file" if missing else str(error).removeprefix(f"{weights}: ")
                fix = "bring it, name another (weights), train it (make weights), or leave the method out"
                raise RecordingError([Problem("DE-093", str(weights), found, "trained weights", fix)]) from error
        trained_with.check_signals(study.config.process_emg, study.config.method(name).forward)


def _unknown(joint: Joint, known: tuple[str, ...]) -> list[str]:
    return [name for name in joint.muscle_names if name not in known]


def _fitted(config: StudyConfig) -> list[str]:
    """Names that some target fits."""
    crossed = config.cross_validate
    return list(
        dict.fromkeys([*config.fit_method.methods, *config.fit_method.opponents, *crossed.methods, *crossed.given])
    )
