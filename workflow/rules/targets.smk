# What the rules ask for: source files, files of a subject, figures that this study can have.
from deepemg.reconstruct.registry import module_of
from deepemg.study.sources import rule_sources

SCRIPTS = Path(workflow.basedir) / "workflow" / "scripts"


def sources(script, *modules):
    """Source files of a rule, as inputs: it runs again when one of them changes, and only then."""
    return rule_sources(SCRIPTS / f"{script}.py", *modules)


def module_of_method(name):
    """The module of the method behind a name of the configuration."""
    return module_of(STUDY.config.base_method(name))


def get_subject_texts(subject):
    """The three text files of a subject folder, and its own model."""
    return list(SUBJECTS[subject].texts)


def get_texts(wildcards):
    """The same, for a rule of one subject."""
    return get_subject_texts(wildcards.subject)


def get_folder(wildcards):
    """The subject folder, for scripts that read it."""
    return str(SUBJECTS[wildcards.subject].folder)


def get_weights(method):
    """Weights that were trained on virtual subjects, for the names that rest on them."""
    weights = STUDY.config.settings_of(method).get("weights")
    return [weights] if weights else []


def get_fits(subject, file, methods=METHODS):
    """One file of every fit of a subject: each load on its own and all loads together, by every method."""
    loads = [*SUBJECTS[subject].loads, "all"]
    return expand(f"<results>/{{subject}}/{{load}}/{{method}}/{file}", subject=subject, load=loads, method=methods)


def get_all_loads_fits(subject, file, methods=METHODS):
    """One file of the fits for all loads, one per method: the paper has a single NMM for all loads."""
    return expand(f"<results>/{{subject}}/all/{{method}}/{file}", subject=subject, method=methods)


def get_compared_fits(wildcards):
    """Reconstructions of a subject that are compared: of every method, or of loads seen and not seen."""
    if wildcards.comparison == "opponents":
        return get_all_loads_fits(wildcards.subject, "reconstruction.parquet", EVERYONE)
    loads = [*(f"not_{load}" for load in SUBJECTS[wildcards.subject].loads), "all"]
    return expand(
        f"<results>/{wildcards.subject}/{{load}}/{{method}}/reconstruction.parquet", load=loads, method=METHODS
    )


def get_base_name(name):
    """The name of a method that is given the channel in its training trials, without that addition."""
    return name.removesuffix("-given") if name in GIVEN else name


def get_cross_validated_modules(name):
    """The module of a method; ridge regression stands in the script's own imports."""
    return [] if name in RIDGES else [module_of_method(get_base_name(name))]


def get_trained():
    """Methods whose training has a course that a figure can show."""
    return [method for method in METHODS if STUDY.config.base_method(method) == "nmm-paper"]


def get_figures():
    """Figures that this study can have: some need a truth, or a method."""
    hidden, pair = STUDY.hidden_muscles(), STUDY.antagonist_pair()
    return [
        *(["training_loss"] if get_trained() else []),
        *["torque", "torque_error"],
        *(["deep_heatmaps", "deep_error", "band_coverage"] if hidden else []),
        *(["parameters"] if "nmm" in METHODS else []),
        *(["identifiability"] if "nmm" in METHODS and pair else []),
    ]
