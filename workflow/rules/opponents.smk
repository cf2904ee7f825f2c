# Everything a user would pick instead, one fit per subject for all loads: `snakemake opponents`, tens of minutes.
EVERYONE = [*METHODS, *OPPONENTS]


use rule score_methods as score_opponents with:
    input:
        reconstructions=lambda w: all_loads_fits(w.subject, "reconstruction.parquet", EVERYONE),
        kinematics=rules.process_kinematics.output.kinematics,
        torque=rules.run_inverse_dynamics.output.torque,
        held_out=rules.process_held_out.output.held_out,
    output:
        torque="<results>/{subject}/opponents_torque_scores.csv",
        deep_emg="<results>/{subject}/opponents_deep_emg_scores.csv",
    log:
        "<logs>/score_opponents/{subject}.log",
    benchmark:
        "<benchmarks>/score_opponents/{subject}.tsv"


use rule tabulate_torque as tabulate_opponents_torque with:
    input:
        scores=expand("<results>/{subject}/opponents_torque_scores.csv", subject=SUBJECTS),
    output:
        table="<results>/opponents/torque.csv",
    log:
        "<logs>/tabulate_opponents_torque.log",
    benchmark:
        "<benchmarks>/tabulate_opponents_torque.tsv"


use rule tabulate_deep_emg as tabulate_opponents_deep_emg with:
    input:
        scores=expand("<results>/{subject}/opponents_deep_emg_scores.csv", subject=SUBJECTS),
    output:
        table="<results>/opponents/deep_emg.csv",
    log:
        "<logs>/tabulate_opponents_deep_emg.log",
    benchmark:
        "<benchmarks>/tabulate_opponents_deep_emg.tsv"


rule tabulate_costs:
    input:
        # The benchmark files are written beside them by the same jobs; they cannot be inputs.
        losses=[file for subject in SUBJECTS for file in all_loads_fits(subject, "loss.csv", EVERYONE)],
    output:
        table="<results>/opponents/costs.csv",
    log:
        "<logs>/tabulate_costs.log",
    benchmark:
        "<benchmarks>/tabulate_costs.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        library=library("evaluate"),
        benchmarks=f"{config['results']}/benchmarks/fit_method",
        methods={method: base(method) for method in EVERYONE},
    script:
        "../scripts/tabulate_costs.py"


use rule plot_deep_error as plot_opponents with:
    input:
        table=rules.tabulate_opponents_deep_emg.output.table,
    output:
        svg="<results>/opponents/deep_error.svg",
        png="<results>/opponents/deep_error.png",
    log:
        "<logs>/plot_opponents.log",
    benchmark:
        "<benchmarks>/plot_opponents.tsv"
    params:
        library=library("signals", "report"),
        labels=HELD_OUT,
        levels=EMG_LEVELS,
        methods={method: base(method) for method in EVERYONE},


rule opponents:
    input:
        *([rules.plot_opponents.output] if HELD_OUT else []),
        rules.tabulate_opponents_torque.output,
        rules.tabulate_opponents_deep_emg.output,
        rules.tabulate_costs.output,
