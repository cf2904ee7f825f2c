# Each recorded channel hidden in turn, each trial or load left out in turn: `snakemake cross_validation`. No truth needed.
CROSS_VALIDATED = [*STUDY.config.cross_validate.methods, *GIVEN, *RIDGES]


rule cross_validate:
    input:
        texts=get_texts,
        kinematics=rules.process_kinematics.output.kinematics,
        torque=rules.run_inverse_dynamics.output.torque,
        envelopes=rules.process_emg.output.envelopes,
        contractions=rules.process_contractions.output.contractions,
        weights=lambda w: get_weights(get_base_name(w.method)),
        code=lambda w: sources("cross_validate", *get_cross_validated_modules(w.method)),
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
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        folder=get_folder,
        recordings=STUDY.recordings,
        signals=as_plain(STUDY.config.process_emg),
        base=lambda w: STUDY.config.base_method(get_base_name(w.method)),
        seed=lambda w: STUDY.config.seed_of(get_base_name(w.method)),
        settings=lambda w: STUDY.config.settings_of(get_base_name(w.method)),
        given=lambda w: w.method in GIVEN,
        leave_out=list(STUDY.config.cross_validate.leave_out),
        penalties=list(STUDY.config.cross_validate.ridge_penalties),
        longest_lag_ms=STUDY.config.score_methods.longest_lag_ms,
    script:
        "../scripts/cross_validate.py"


use rule tabulate as tabulate_cross_validation with:
    input:
        parts=[
            f"<results>/{subject}/cross_validation/{channel}/{method}.csv"
            for subject in SUBJECTS
            for channel in STUDY.hideable(subject)
            for method in CROSS_VALIDATED
        ],
        code=sources("tabulate"),
    output:
        table="<results>/opponents/cross_validation.csv",
    log:
        "<logs>/tabulate_cross_validation.log",
    benchmark:
        "<benchmarks>/tabulate_cross_validation.tsv"


rule cross_validation:
    input:
        rules.tabulate_cross_validation.output,
