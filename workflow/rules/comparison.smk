# Beside the study: everything a user would pick instead (`snakemake opponents`: one fit per subject for all loads), and each
# load left out of the training and then reconstructed (figure 11; `snakemake unseen_load` has its tables too).
COMPARED = {"opponents": list(SUBJECTS), "unseen_load": get_unseen_load_subjects()}


use rule score_methods as score_comparison with:
    input:
        reconstructions=get_compared_fits,
        kinematics=rules.process_kinematics.output.kinematics,
        torque=rules.run_inverse_dynamics.output.torque,
        held_out=rules.process_held_out.output.held_out,
        code=sources("score_methods"),
    output:
        torque="<results>/{subject}/{comparison}_torque_scores.csv",
        deep_emg="<results>/{subject}/{comparison}_deep_emg_scores.csv",
        by_phase="<results>/{subject}/{comparison}_deep_emg_by_phase_scores.csv",
    log:
        "<logs>/score_comparison/{comparison}/{subject}.log",
    benchmark:
        "<benchmarks>/score_comparison/{comparison}/{subject}.tsv"
    wildcard_constraints:
        comparison="|".join(COMPARED),


use rule tabulate as tabulate_comparison with:
    input:
        parts=lambda w: expand(
            f"<results>/{{subject}}/{w.comparison}_{w.table}_scores.csv", subject=COMPARED[w.comparison]
        ),
        code=sources("tabulate"),
    output:
        table="<results>/{comparison}/{table}.csv",
    log:
        "<logs>/tabulate_comparison/{comparison}/{table}.log",
    benchmark:
        "<benchmarks>/tabulate_comparison/{comparison}/{table}.tsv"
    wildcard_constraints:
        comparison="|".join(COMPARED),
        table="torque|deep_emg|deep_emg_by_phase",


rule tabulate_costs:
    input:
        # The benchmark files are written beside them by the same jobs; they cannot be inputs.
        losses=[file for subject in SUBJECTS for file in get_all_loads_fits(subject, "loss.csv", EVERYONE)],
        code=sources("tabulate_costs"),
    output:
        table="<results>/opponents/costs.csv",
    log:
        "<logs>/tabulate_costs.log",
    benchmark:
        "<benchmarks>/tabulate_costs.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        benchmarks=f"{config['results']}/benchmarks/fit_method",
        methods={method: STUDY.config.base_method(method) for method in EVERYONE},
    script:
        "../scripts/tabulate_costs.py"


rule plot_opponents:
    input:
        table="<results>/opponents/deep_emg.csv",
        code=sources("plot_opponents"),
    output:
        **get_figure_files("deep_error", "<results>/opponents"),
        svg=report(
            "<results>/opponents/deep_error.svg",
            caption="../report/plot_opponents.rst",
            category="Figures",
            labels={"figure": "all methods and variants"},
        ),
    log:
        "<logs>/plot_opponents.log",
    benchmark:
        "<benchmarks>/plot_opponents.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        labels=STUDY.hidden_muscles(),
        references=STUDY.references(),
        methods={method: STUDY.config.base_method(method) for method in EVERYONE},
    script:
        "../scripts/plot_opponents.py"


rule opponents:
    input:
        "<results>/opponents/torque.csv",
        "<results>/opponents/deep_emg.csv",
        "<results>/opponents/deep_emg_by_phase.csv",
        rules.tabulate_costs.output,
        *(["<results>/opponents/deep_error.svg"] if STUDY.hidden_muscles() else []),


rule unseen_load:
    input:
        "<results>/unseen_load/torque.csv",
        "<results>/unseen_load/deep_emg.csv",
        *(["<results>/figures/unseen_load.svg"] if "unseen_load" in get_figures() else []),
