rule check_recordings:
    input:
        texts=subject_texts,
        signals=lambda w: SUBJECTS[w.subject].checked_files(),
    output:
        quality="<results>/{subject}/quality.json",
    log:
        "<logs>/check_recordings/{subject}.log",
    benchmark:
        "<benchmarks>/check_recordings/{subject}.tsv"
    # Every subject is checked before any is processed.
    priority: 100
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        library=library("arm", "recordings", "signals"),
        recordings=RECORDINGS,
        settings=config["check_recordings"],
        emg=config["process_emg"],
    script:
        "../scripts/check_recordings.py"
