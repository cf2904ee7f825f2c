# Beside the study: everything a user would pick instead (`snakemake opponents`: one fit per subject for all loads), and each
# load left out of the training and then reconstructed (`snakemake unseen_load`).
SEVERAL_LOADS = [name for name, subject in SUBJECTS.items() if len(subject.loads) > 1]
COMPARED = {"opponents": list(SUBJECTS), "unseen_load": SEVERAL_LOADS}


use rule score_methods as score_comparison with:
    input:
        reconstructions=get_compared_fits,
        torque=rules.run_inverse_dynamics.output.torque,
        held_out=rules.process_held_out.output.held_out,
        code=sources("score_methods"),
    output:
        torque="<results>/{subject}/{comparison}_torque_scores.csv",
        deep_emg="<results>/{subject}/{comparison}_deep_emg_scores.csv",
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
        table="torque|deep_emg",


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


use rule plot_deep_error as plot_comparison with:
    input:
        table="<results>/{comparison}/deep_emg.csv",
        code=sources("plot_deep_error"),
    output:
        svg="<results>/{comparison}/deep_error.svg",
        png="<results>/{comparison}/deep_error.png",
    log:
        "<logs>/plot_comparison/{comparison}.log",
    benchmark:
        "<benchmarks>/plot_comparison/{comparison}.tsv"
    wildcard_constraints:
        comparison="|".join(COMPARED),
    params:
        labels=STUDY.hidden_muscles(),
        references=STUDY.references(),
        methods=lambda w: {
            method: STUDY.config.base_method(method)
            for method in (EVERYONE if w.comparison == "opponents" else METHODS)
        },
        own_fit="load not seen in training",


rule opponents:
    input:
        "<results>/opponents/torque.csv",
        "<results>/opponents/deep_emg.csv",
        rules.tabulate_costs.output,
        *(["<results>/opponents/deep_error.svg"] if STUDY.hidden_muscles() else []),


rule unseen_load:
    input:
        "<results>/unseen_load/torque.csv",
        "<results>/unseen_load/deep_emg.csv",
        *(["<results>/unseen_load/deep_error.svg"] if STUDY.hidden_muscles() else []),
