rule check_recordings:
    input:
        texts=get_texts,
        signals=lambda w: SUBJECTS[w.subject].checked_files(),
        code=sources("check_recordings"),
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
    params:
        folder=get_folder,
        recordings=STUDY.recordings,
        settings=as_plain(STUDY.config.signals),
    script:
        "../scripts/check_recordings.py"
