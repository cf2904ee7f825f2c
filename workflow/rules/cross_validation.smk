# Each recorded channel hidden in turn, each trial or load left out in turn: `snakemake cross_validation`. No truth needed.
RIDGES = ["ridge-emg", "ridge-motion", "ridge-all"]
CROSS_VALIDATED = [*config["cross_validate"]["methods"], *SHOWN, *RIDGES]


rule cross_validate:
    input:
        texts=subject_texts,
        kinematics=rules.process_kinematics.output.kinematics,
        torque=rules.run_inverse_dynamics.output.torque,
        envelopes=rules.process_emg.output.envelopes,
        contractions=rules.process_contractions.output.contractions,
        trained=lambda w: trained_of(as_hidden(w.method)),
    output:
        scores="<results>/{subject}/cross_validation/{channel}/{method}.csv",
    log:
        "<logs>/cross_validate/{subject}/{channel}/{method}.log",
    benchmark:
        "<benchmarks>/cross_validate/{subject}/{channel}/{method}.tsv"
    wildcard_constraints:
        channel="[A-Za-z0-9]+",
        method="|".join(CROSS_VALIDATED),
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        library=library("arm", "recordings", "signals", "reconstruct", "evaluate"),
        recordings=RECORDINGS,
        base=lambda w: base(as_hidden(w.method)),
        seed=lambda w: variant_seed(config["fit_method"], as_hidden(w.method), config["seed"]),
        settings=lambda w: variant_settings(config["fit_method"], as_hidden(w.method)),
        shown=lambda w: w.method in SHOWN,
        penalties=config["cross_validate"]["ridge_penalties"],
        longest_lag_ms=config["score_methods"]["longest_lag_ms"],
    script:
        "../scripts/cross_validate.py"


rule tabulate_cross_validation:
    input:
        scores=[
            f"<results>/{subject}/cross_validation/{channel}/{method}.csv"
            for subject in SUBJECTS
            for channel in hideable(subject)
            for method in CROSS_VALIDATED
        ],
    output:
        table="<results>/opponents/cross_validation.csv",
    log:
        "<logs>/tabulate_cross_validation.log",
    benchmark:
        "<benchmarks>/tabulate_cross_validation.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    script:
        "../scripts/tabulate_cross_validation.py"


rule cross_validation:
    input:
        rules.tabulate_cross_validation.output,
