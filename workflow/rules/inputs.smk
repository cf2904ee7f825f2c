# What the rules ask for: tables, figures, files of a subject, fingerprints of the library.
import hashlib

from deepemg.arm.definition import load_arm
from deepemg.reconstruct.registry import TRAINED_ON
from deepemg.reconstruct.variants import base_method, variant_seed, variant_settings

TABLES = ["subjects", "parameters", "torque", "deep_emg"]


def base(method):
    """The method behind a name of the config."""
    return base_method(config["fit_method"], method)


def names_of(*bases):
    """Names of the config whose method is one of these, as a wildcard constraint."""
    return "|".join(name for name in sorted({*METHODS, *OPPONENTS}) if base(name) in bases) or "none"


def trained_of(method):
    """What was trained on virtual subjects, for the names that rest on it."""
    key = {"nmm": "prior", "trees": "model"}.get(base(method))
    return [variant_settings(config["fit_method"], method)[key]] if key else []


for subject in SUBJECTS.values():
    for method in METHODS:
        known = load_arm(TRAINED_ON[base(method)]).muscle_names if base(method) in TRAINED_ON else None
        strange = [name for name in subject.generic_arm().muscle_names if known and name not in known]
        if strange and workflow.is_main_process:
            raise WorkflowError(
                f"DE-091 {subject.folder}: {method} was trained on {', '.join(known)} and does not know "
                f"{', '.join(strange)}; leave it out: --config fit_method={{methods: [...]}}"
            )

# Figures 5 and 8 need hidden muscles whose truth, or own recording, was put aside.
HELD_OUT = {
    muscle: subject.generic_arm().muscle(muscle).label
    for subject in SUBJECTS.values()
    for channel in subject.channels_used("held_out")
    for muscle in subject.generic_arm().members(channel.muscle)
}
# Figure 10 needs a flexor and an extensor among them.
OPPOSED = [
    next((name for name in HELD_OUT if name in arm.muscle_names and arm.muscle(name).action == action), None)
    for arm in [next(iter(SUBJECTS.values())).generic_arm()]
    for action in ("flexor", "extensor")
]
TRAINED = [method for method in METHODS if base(method) == "nmm-paper"]
SHOWN = [f"{method}-shown" for method in config["cross_validate"]["shown"]]
FIGURES = [
    *(["training_loss"] if TRAINED else []),
    *["torque", "torque_error"],
    *(["deep_heatmaps", "deep_error", "band_coverage"] if HELD_OUT else []),
    *(["parameters"] if "nmm" in METHODS else []),
    *(["identifiability"] if "nmm" in METHODS and all(OPPOSED) else []),
]
EMG_LEVELS = sorted({subject.emg_level for subject in SUBJECTS.values()})


def all_loads_fits(subject, file, methods=METHODS):
    """One file of the fits for all loads, one per method: the paper has a single NMM for all loads."""
    return expand(f"<results>/{{subject}}/all/{{method}}/{file}", subject=subject, method=methods)


def library(*parts):
    """Fingerprint of parts of the library, as a param: a rule runs again when one of them changes, and only then."""
    package = LIBRARY / "deepemg"
    files = sorted(package.glob("*.py")) + [path for part in parts for path in sorted((package / part).rglob("*"))]
    sources = [path for path in files if path.suffix in {".py", ".yaml", ".csv", ".j2"}]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def subject_texts(wildcards):
    """The three text files of a subject folder."""
    return [SUBJECTS[wildcards.subject].folder / name for name in SUBJECT_TEXTS]


def fits(subject, file, methods=METHODS):
    """One file of every fit of a subject: each load on its own and all loads together, by every method."""
    loads = [*SUBJECTS[subject].loads, "all"]
    return expand(
        f"<results>/{{subject}}/{{load}}/{{method}}/{file}",
        subject=subject,
        load=loads,
        method=methods,
    )


def unseen_load_fits(subject):
    """Reconstructions of every load by fits that have not seen it, and by those that have."""
    unseen = [f"{UNSEEN}{load}" for load in SUBJECTS[subject].loads]
    return expand(
        f"<results>/{subject}/{{load}}/{{method}}/reconstruction.parquet", load=[*unseen, "all"], method=METHODS
    )


def hideable(subject):
    """Muscles, or groups of heads, that a channel of their own records, where another channel is left."""
    recorded = list(dict.fromkeys(channel.muscle for channel in SUBJECTS[subject].channels_used("observed")))
    return recorded if len(recorded) > 1 else []


def as_hidden(method):
    """The name of a method that is told a channel in its training trials, without that addition."""
    return method.removesuffix("-shown") if method in SHOWN else method
