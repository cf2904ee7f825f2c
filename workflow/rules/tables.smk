TABLES = {  # of all subjects: the subject's file that each is made of
    "parameters": lambda subject: get_fits(subject, "parameters.csv"),
    "torque": lambda subject: [f"<results>/{subject}/torque_scores.csv"],
    "deep_emg": lambda subject: [f"<results>/{subject}/deep_emg_scores.csv"],
    "deep_emg_by_phase": lambda subject: [f"<results>/{subject}/deep_emg_by_phase_scores.csv"],
}


rule tabulate_subjects:
    input:
        texts=[file for name in SUBJECTS for file in get_subject_texts(name)],
        code=sources("tabulate_subjects"),
    output:
        table=report(
            "<results>/tables/subjects.csv",
            caption="../report/tabulate_subjects.rst",
            category="Tables",
            labels={"table": "1 subjects"},
        ),
    log:
        "<logs>/tabulate_subjects.log",
    benchmark:
        "<benchmarks>/tabulate_subjects.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        folders=[str(subject.folder) for subject in SUBJECTS.values()],
        recordings=STUDY.recordings,
    script:
        "../scripts/tabulate_subjects.py"


rule tabulate:
    input:
        parts=lambda w: [file for subject in SUBJECTS for file in TABLES[w.table](subject)],
        code=sources("tabulate"),
    output:
        table=report(
            "<results>/tables/{table}.csv",
            caption="../report/tabulate.rst",
            category="Tables",
            labels={"table": "{table}"},
        ),
    log:
        "<logs>/tabulate/{table}.log",
    benchmark:
        "<benchmarks>/tabulate/{table}.tsv"
    wildcard_constraints:
        table="|".join(TABLES),
    conda:
        "../../envs/study.yaml"
    script:
        "../scripts/tabulate.py"


rule write_metrics:
    input:
        deep_emg="<results>/tables/deep_emg.csv",
        torque="<results>/tables/torque.csv",
        by_phase="<results>/tables/deep_emg_by_phase.csv",
        code=sources("write_metrics"),
    output:
        metrics="<results>/metrics.json",
    log:
        "<logs>/write_metrics.log",
    benchmark:
        "<benchmarks>/write_metrics.tsv"
    conda:
        "../../envs/study.yaml"
    script:
        "../scripts/write_metrics.py"
