"""The configuration of a study: config/config.yaml, what a user decides, on top of config/comparison.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, ValidationError

from deepemg.evaluate.metrics import LONGEST_LAG_MS
from deepemg.joint.settings import ForwardSettings
from deepemg.pretrain.tree_settings import TreeTraining
from deepemg.reconstruct.registry import METHODS, MethodName, method_class
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.spelling import cut, short
from deepemg.recordings.yaml_text import read_yaml
from deepemg.settings import as_plain, finding, from_plain, settings_dataclass
from deepemg.signals.settings import (
    COMMON_CLOCK,
    EnvelopeSettings,
    KinematicsSettings,
    QualitySettings,
    SignalSettings,
)
from deepemg.study.command_line import as_values

if TYPE_CHECKING:
    from deepemg.reconstruct.contract import Method

OF, SEED = "of", "seed"  # keys of a variant that are no setting of its method
NOTHING = ("null", "~", "")  # how the command line says None
VARIANT = re.compile(r"[A-Za-z0-9][\w.-]{0,60}")  # fits lie in a folder of this name, and tables hold it
NAMED = "letters, digits, - _ and ., beginning with a letter or digit"
FIX = "correct the value in config"


@settings_dataclass
class FitConfig:
    """The methods and their settings."""

    methods: tuple[MethodName, ...] = Field(
        default=("copy", "so", "mse", "nmm-paper", "nmm"),
        min_length=1,
        description="Methods to fit, in the order of the tables.",
    )
    opponents: tuple[str, ...] = Field(
        default=(), description="Methods and variants that the target `opponents` fits besides."
    )
    forward: ForwardSettings = Field(
        default=ForwardSettings(), description="The musculoskeletal forward model that the methods share."
    )
    settings: dict[MethodName, dict[str, Any]] = Field(
        default_factory=dict,
        description="Settings of methods, by method, where they are not the defaults of the library, which "
        "config/defaults.yaml lists with units, ranges and reasons.",
    )
    variants: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="Names for a method (of) with some of its settings, or the seed, changed. A setting that the "
        "method does not have is refused.",
    )


@settings_dataclass
class ScoreConfig:
    """Scores on the test trials; also for cross_validate."""

    longest_lag_ms: float = Field(
        default=LONGEST_LAG_MS, ge=0, le=1000, description="ms. Largest shift that the lag search tries."
    )


@settings_dataclass
class CrossValidationConfig:
    """Each recorded channel hidden in turn, each trial or load left out. Target cross_validation, not in all."""

    methods: tuple[str, ...] = Field(
        default=("copy", "so", "mse", "nmm-paper", "nmm"),
        min_length=1,
        description="Methods and variants to cross-validate, beside ridge regression on the hidden muscle's own "
        "recordings.",
    )
    given: tuple[str, ...] = Field(
        default=("nmm",),
        description="Methods that are also tried with the hidden channel given in the training trials (rows "
        "<method>-given), which is what ridge regression is given too.",
    )
    leave_out: tuple[Literal["trial", "load", "split"], ...] = Field(
        default=("trial", "load"),
        min_length=1,
        description="What is left out: each trial in turn, each load in turn, or the trials with split test, once.",
    )
    ridge_penalties: tuple[float, ...] = Field(
        default=(0.01, 0.1, 1, 10, 100, 1000),
        min_length=1,
        description="1. Penalties of the standardised regressors; efficient leave-one-out on the training samples "
        "chooses.",
    )


@settings_dataclass
class EnvelopeFigure:
    """Figure 4."""

    every_nth: int = Field(
        default=4,
        ge=1,
        le=20,
        description="Draw every n-th sample, so that the SVG stays small; 4 at 100 Hz still shows a 6 Hz envelope.",
    )


@settings_dataclass
class HeatmapFigure:
    """Figure 5."""

    methods: tuple[MethodName, ...] = Field(
        default=("mse", "nmm-paper", "nmm"),
        min_length=1,
        description="Methods beside the truth, where they are fitted; the paper shows the first two.",
    )
    points: int = Field(default=101, ge=11, le=1001, description="Samples per curl cycle.")
    shortest_s: float = Field(
        default=1.0, ge=0.1, le=10, description="s. Lowest angles closer than this belong to one turn of the movement."
    )
    prominence_deg: float = Field(
        default=30.0,
        ge=1,
        le=120,
        description="deg. A lowest angle counts when the angle rises at least this far on both sides.",
    )


@settings_dataclass
class IdentifiabilityFigure:
    """Figure 10."""

    points: int = Field(default=41, ge=11, le=201, description="Levels of each muscle on the grid of torque errors.")
    widest: tuple[float, float] = Field(
        default=(2.5, 5.0),
        description="1. Largest ratio to the reconstructed level that is shown, of the flexor and of the extensor; the "
        "smallest is its inverse.",
    )


@settings_dataclass
class UnseenLoadFigure:
    """Figure 11: each load left out of the training in turn, by fits of its own."""

    methods: tuple[MethodName, ...] = Field(
        default=("copy", "mse", "nmm-paper", "nmm"),
        description="Methods shown, as far as they are fitted, each with one more fit per subject and load: those of "
        "figure 5, which learn from the training trials, and copy as the line to beat. so learns nothing from them, so "
        "no load is unseen to it.",
    )
    fewest_loads: int = Field(
        default=3,
        ge=2,
        description="Subjects with fewer loads are left out: with two, the training would have seen one only.",
    )


@settings_dataclass
class StudyConfig:
    """One block per rule, named as the rule."""

    data: str = Field(default="data", description="Folder that holds the subject folders.")
    recordings: str | None = Field(
        default=None,
        description="Folder of the signal files where they do not lie in the subject folders; empty = they do.",
    )
    results: str = Field(default="results", description="Folder for everything computed.")
    subjects: tuple[str, ...] = Field(
        default=(), description="Names of the subjects that are run; empty = all that are not excluded."
    )
    rate_hz: float = COMMON_CLOCK
    seed: int = Field(
        default=1, ge=0, description="Start of every random draw; the same seed gives the same numbers on one machine."
    )
    check_recordings: QualitySettings = field(default=QualitySettings())
    process_kinematics: KinematicsSettings = field(default=KinematicsSettings())
    process_emg: EnvelopeSettings = field(default=EnvelopeSettings())
    fit_method: FitConfig = field(default=FitConfig())
    train_trees: TreeTraining = field(default=TreeTraining())
    score_methods: ScoreConfig = field(default=ScoreConfig())
    cross_validate: CrossValidationConfig = field(default=CrossValidationConfig())
    plot_envelopes: EnvelopeFigure = field(default=EnvelopeFigure())
    plot_deep_heatmaps: HeatmapFigure = field(default=HeatmapFigure())
    plot_identifiability: IdentifiabilityFigure = field(default=IdentifiabilityFigure())
    plot_unseen_load: UnseenLoadFigure = field(default=UnseenLoadFigure())

    @property
    def signals(self) -> SignalSettings:
        """Everything between a lab's files and the trials that a method sees."""
        return SignalSettings(self.rate_hz, self.check_recordings, self.process_kinematics, self.process_emg)

    def base_method(self, name: str) -> str:
        """The method behind a name of the configuration."""
        return str(self.fit_method.variants.get(name, {OF: name}).get(OF))

    def settings_of(self, name: str) -> dict[str, Any]:
        """Settings of a method or variant as plain data, where they are not the library's defaults."""
        base = self.base_method(name)
        settings: dict[str, Any] = {"forward": as_plain(self.fit_method.forward)}
        settings |= self.fit_method.settings.get(base, {})  # type: ignore[call-overload]
        changes = self.fit_method.variants.get(name, {})
        settings |= {key: value for key, value in changes.items() if key not in (OF, SEED)}
        if settings.get("parameters") == "nmm-paper":  # mse asks it for its parameters
            settings["paper"] = self.settings_of("nmm-paper")
        return settings

    def method(self, name: str) -> Method:
        """A method or variant. Raises RecordingError where a setting is not one of the method's, or out of range."""
        place = f"fit_method.{'variants' if name in self.fit_method.variants else 'settings'}.{name}"
        found: Method = _checked(method_class(self.base_method(name)), self.settings_of(name), f"config, {place}")
        return found

    def seed_of(self, name: str) -> int:
        """The study's seed, unless a variant has its own."""
        return int(self.fit_method.variants.get(name, {}).get(SEED, self.seed))


def read_config(values: Mapping[str, Any]) -> StudyConfig:
    """The configuration out of what Snakemake read. Raises RecordingError with a line for every wrong key or value."""
    given, fit = dict(values), values.get("fit_method")
    if isinstance(fit, Mapping):
        given["fit_method"] = {key: as_values(fit[key]) if key in ("settings", "variants") else fit[key] for key in fit}
    if given.get("recordings") in NOTHING:
        given["recordings"] = None
    config: StudyConfig = _checked(StudyConfig, given, "config")
    wrong = [
        Problem("DE-094", f"config, fit_method.variants.{cut(name)}", "no name of a folder", NAMED, FIX)
        for name in config.fit_method.variants
        if not VARIANT.fullmatch(name)
    ]
    wrong += [
        Problem(
            "DE-096",
            f"config, fit_method.variants.{name}",
            short(str(base)),
            f"of: one of {', '.join(METHODS)}",
            "name a method",
        )
        for name in config.fit_method.variants
        if (base := config.base_method(name)) not in METHODS
    ]
    if wrong:
        raise RecordingError(wrong)
    return config


def read_settings(folder: Path = Path("config")) -> SignalSettings:
    """Signal settings of the study in the current folder; the library's where there is no config."""
    path = folder / "config.yaml"
    if not path.is_file():
        return SignalSettings()
    values = read_yaml(path) or {}
    if not isinstance(values, Mapping):
        raise RecordingError([Problem("DE-094", str(path), "no keys", "keys with values, such as seed: 1", FIX)])
    return read_config(values).signals


def _checked(kind: type, values: dict[str, Any], place: str) -> Any:
    """Settings of a class, or a Problem for each field that is wrong."""
    try:
        return from_plain(kind, values)
    except ValidationError as error:
        raise RecordingError([_problem(entry, place, kind) for entry in error.errors()]) from None


def _problem(entry: Any, place: str, kind: type) -> Problem:
    """One finding of pydantic as one line."""
    where = ".".join([place, *(str(part) for part in entry["loc"])])
    if entry["type"] == "unexpected_keyword_argument":
        return Problem("DE-095", where, *finding(entry, kind), "correct the name, or remove it")
    return Problem("DE-094", where, *finding(entry, kind), FIX)
