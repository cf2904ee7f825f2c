# Deep-muscle EMG from joint motion, load and surface EMG. Run: snakemake --cores 8 all
from snakemake.utils import min_version

min_version("9.27")


configfile: "config/comparison.yaml"
configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


pathvars:
    results=config["results"],
    logs=f"{config['results']}/logs",
    benchmarks=f"{config['results']}/benchmarks",


include: "workflow/rules/common.smk"
include: "workflow/rules/targets.smk"
include: "workflow/rules/check.smk"
include: "workflow/rules/preprocess.smk"
include: "workflow/rules/fit.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/comparison.smk"
include: "workflow/rules/cross_validation.smk"
include: "workflow/rules/run.smk"
include: "workflow/rules/content.smk"


rule all:
    default_target: True
    input:
        get_promised_files(),
