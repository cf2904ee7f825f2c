rule tabulate_subjects:
    input:
        texts=[subject.folder / name for subject in SUBJECTS.values() for name in SUBJECT_TEXTS],
    output:
        table=report(
            "<results>/tables/subjects.csv",
            caption="../report/tabulate_subjects.rst",
            category="Tables",
            labels={"table": "subjects"},
        ),
    log:
        "<logs>/tabulate_subjects.log",
    benchmark:
        "<benchmarks>/tabulate_subjects.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        library=library("arm", "recordings"),
        recordings=RECORDINGS,
    script:
        "../scripts/tabulate_subjects.py"


rule tabulate_parameters:
    input:
        parameters=[file for subject in SUBJECTS for file in fits(subject, "parameters.csv")],
    output:
        table=report(
            "<results>/tables/parameters.csv",
            caption="../report/tabulate_parameters.rst",
            category="Tables",
            labels={"table": "parameters"},
        ),
    log:
        "<logs>/tabulate_parameters.log",
    benchmark:
        "<benchmarks>/tabulate_parameters.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    script:
        "../scripts/tabulate_parameters.py"


rule tabulate_torque:
    input:
        scores=expand("<results>/{subject}/torque_scores.csv", subject=SUBJECTS),
    output:
        table=report(
            "<results>/tables/torque.csv",
            caption="../report/tabulate_torque.rst",
            category="Tables",
            labels={"table": "torque"},
        ),
    log:
        "<logs>/tabulate_torque.log",
    benchmark:
        "<benchmarks>/tabulate_torque.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    script:
        "../scripts/tabulate_torque.py"


rule tabulate_deep_emg:
    input:
        scores=expand("<results>/{subject}/deep_emg_scores.csv", subject=SUBJECTS),
    output:
        table=report(
            "<results>/tables/deep_emg.csv",
            caption="../report/tabulate_deep_emg.rst",
            category="Tables",
            labels={"table": "deep emg"},
        ),
    log:
        "<logs>/tabulate_deep_emg.log",
    benchmark:
        "<benchmarks>/tabulate_deep_emg.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    script:
        "../scripts/tabulate_deep_emg.py"
