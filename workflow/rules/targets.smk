# What the rules ask for: source files, files of a subject, figures that this study can have.
import os

from deepemg.reconstruct.registry import module_of
from deepemg.study.sources import rule_sources

FIRST = "nmm" if "nmm" in METHODS else METHODS[-1]  # the method that pages are about
SCRIPTS = Path(os.path.relpath(workflow.basedir)) / "workflow" / "scripts"  # a copy of the project reruns nothing


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
        f"<results>/{wildcards.subject}/{{load}}/{{method}}/reconstruction.parquet",
        load=loads,
        method=get_unseen_load_methods(),
    )


def get_heatmap_methods():
    """Methods of the heatmaps, among those that are fitted."""
    return [method for method in METHODS if method in STUDY.config.plot_deep_heatmaps.methods]


def get_unseen_load_methods():
    """Methods of the figure of unseen loads, among those that are fitted."""
    return [method for method in METHODS if method in STUDY.config.plot_unseen_load.methods]


def get_unseen_load_subjects():
    """Subjects with so many loads that one can be left out."""
    fewest = STUDY.config.plot_unseen_load.fewest_loads
    return [name for name, subject in SUBJECTS.items() if len(subject.loads) >= fewest]


def get_base_name(name):
    """The name of a method that is given the channel in its training trials, without that addition."""
    return name.removesuffix("-given") if name in GIVEN else name


def get_cross_validated_modules(name):
    """The module of a method; ridge regression stands in the script's own imports."""
    return [] if name in RIDGES else [module_of_method(get_base_name(name))]


def get_trained():
    """Methods whose training has a course that a figure can show."""
    return [method for method in METHODS if STUDY.config.base_method(method) == "nmm-paper"]


def get_nmms():
    """Neural musculoskeletal models among the methods: the paper's, and ours."""
    return [method for method in METHODS if method in ("nmm-paper", "nmm")]


def get_figure_files(name, folder="<results>/figures"):
    """What a figure leaves beside its SVG for a page: PNG, the numbers that it shows, and both for one column."""
    return {
        "png": f"{folder}/{name}.png",
        "csv": f"{folder}/{name}.csv",
        "column_svg": f"{folder}/column/{name}.svg",
        "column_png": f"{folder}/column/{name}.png",
    }


def get_figures():
    """Figures that this study can have, by number: some need a truth, or a method, or loads."""
    hidden, pair = STUDY.hidden_muscles(), STUDY.antagonist_pair()
    return [
        *(["architecture"] if get_nmms() else []),
        "protocol",
        *(["training_loss"] if get_trained() else []),
        *(["deep_heatmaps"] if hidden and get_heatmap_methods() else []),
        *["torque", "torque_error"],
        *(["deep_error"] if hidden else []),
        *(["parameters"] if "nmm" in METHODS else []),
        *(["identifiability"] if "nmm" in METHODS and pair else []),
        *(["unseen_load"] if hidden and get_unseen_load_methods() and get_unseen_load_subjects() else []),
        *(["band_coverage"] if hidden else []),
    ]


def get_promised_files():
    """What a finished study has: signals, fits and page of every subject, tables, figures in every form, the report.

    All of it by name: what is lost is made again, though what was made of it is still there.
    """
    signals = ["quality.json", "kinematics.parquet", "torque.parquet", "torque.sto", "envelopes.parquet", "levels.csv"]
    signals += ["contractions.csv", "held_out.parquet"]
    fits = ["model", "reconstruction.parquet", "parameters.csv", "loss.csv"]
    figures = [*get_figures(), *expand("envelopes/{subject}_{method}", subject=SUBJECTS, method=METHODS)]
    return [
        *expand("<results>/{subject}/{file}", subject=SUBJECTS, file=[*signals, "export", "report.html"]),
        *[path for subject in SUBJECTS for file in fits for path in get_fits(subject, file)],
        *expand("<results>/tables/{table}.csv", table=["subjects", *TABLES]),
        *[path for name in figures for path in [f"<results>/figures/{name}.svg", *get_figure_files(name).values()]],
        *(["<results>/unseen_load/deep_emg.csv"] if "unseen_load" in figures else []),
        *expand("<results>/{file}", file=["metrics.json", "report.html", "provenance.json"]),
        *expand("<results>/{file}", file=["snakemake_report.html", "config.yaml"]),
    ]


def get_report_figures():
    """Figures of the report: those of the study, and figure 4 of the first subject as an example of all."""
    return [*get_figures(), f"envelopes/{next(iter(SUBJECTS))}_{FIRST}"]
