# Each load left out of the training and then reconstructed: `snakemake unseen_load`, some minutes.
SEVERAL_LOADS = [name for name, subject in SUBJECTS.items() if len(subject.loads) > 1]


use rule score_methods as score_unseen_load with:
    input:
        reconstructions=lambda w: unseen_load_fits(w.subject),
        kinematics=rules.process_kinematics.output.kinematics,
        torque=rules.run_inverse_dynamics.output.torque,
        held_out=rules.process_held_out.output.held_out,
    output:
        torque="<results>/{subject}/unseen_load_torque_scores.csv",
        deep_emg="<results>/{subject}/unseen_load_deep_emg_scores.csv",
    log:
        "<logs>/score_unseen_load/{subject}.log",
    benchmark:
        "<benchmarks>/score_unseen_load/{subject}.tsv"


use rule tabulate_torque as tabulate_unseen_load_torque with:
    input:
        scores=expand("<results>/{subject}/unseen_load_torque_scores.csv", subject=SEVERAL_LOADS),
    output:
        table="<results>/unseen_load/torque.csv",
    log:
        "<logs>/tabulate_unseen_load_torque.log",
    benchmark:
        "<benchmarks>/tabulate_unseen_load_torque.tsv"


use rule tabulate_deep_emg as tabulate_unseen_load_deep_emg with:
    input:
        scores=expand("<results>/{subject}/unseen_load_deep_emg_scores.csv", subject=SEVERAL_LOADS),
    output:
        table="<results>/unseen_load/deep_emg.csv",
    log:
        "<logs>/tabulate_unseen_load_deep_emg.log",
    benchmark:
        "<benchmarks>/tabulate_unseen_load_deep_emg.tsv"


use rule plot_deep_error as plot_unseen_load with:
    input:
        table=rules.tabulate_unseen_load_deep_emg.output.table,
    output:
        svg="<results>/unseen_load/deep_error.svg",
        png="<results>/unseen_load/deep_error.png",
    log:
        "<logs>/plot_unseen_load.log",
    benchmark:
        "<benchmarks>/plot_unseen_load.tsv"
    params:
        library=library("signals", "report"),
        labels=HELD_OUT,
        levels=EMG_LEVELS,
        own_fit="load not seen in training",


rule unseen_load:
    input:
        *([rules.plot_unseen_load.output] if HELD_OUT else []),
        rules.tabulate_unseen_load_torque.output,
        rules.tabulate_unseen_load_deep_emg.output,
