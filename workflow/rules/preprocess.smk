rule process_kinematics:
    input:
        texts=subject_texts,
        signals=lambda w: SUBJECTS[w.subject].kinematics_files(),
        quality=rules.check_recordings.output.quality,
    output:
        kinematics="<results>/{subject}/kinematics.parquet",
    log:
        "<logs>/process_kinematics/{subject}.log",
    benchmark:
        "<benchmarks>/process_kinematics/{subject}.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        library=library("arm", "recordings", "signals"),
        recordings=RECORDINGS,
        rate_hz=config["rate_hz"],
        settings=config["process_kinematics"],
    script:
        "../scripts/process_kinematics.py"


rule run_inverse_dynamics:
    input:
        texts=subject_texts,
        kinematics=rules.process_kinematics.output.kinematics,
    output:
        torque="<results>/{subject}/torque.sto",
    log:
        "<logs>/run_inverse_dynamics/{subject}.log",
    benchmark:
        "<benchmarks>/run_inverse_dynamics/{subject}.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        library=library("arm", "recordings", "signals"),
        recordings=RECORDINGS,
    script:
        "../scripts/run_inverse_dynamics.py"


rule process_emg:
    input:
        texts=subject_texts,
        signals=lambda w: SUBJECTS[w.subject].files("observed"),
        kinematics=rules.process_kinematics.output.kinematics,
    output:
        envelopes="<results>/{subject}/envelopes.parquet",
    log:
        "<logs>/process_emg/{subject}.log",
    benchmark:
        "<benchmarks>/process_emg/{subject}.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        library=library("arm", "recordings", "signals"),
        recordings=RECORDINGS,
        settings=config["process_emg"],
    script:
        "../scripts/process_emg.py"


rule process_contractions:
    input:
        texts=subject_texts,
        signals=lambda w: SUBJECTS[w.subject].checked_files(),
        quality=rules.check_recordings.output.quality,
    output:
        contractions="<results>/{subject}/contractions.csv",
    log:
        "<logs>/process_contractions/{subject}.log",
    benchmark:
        "<benchmarks>/process_contractions/{subject}.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        library=library("arm", "recordings", "signals"),
        recordings=RECORDINGS,
        settings=config["process_emg"],
    script:
        "../scripts/process_contractions.py"


rule process_held_out:
    input:
        # The truth. Only scores, figures and pages may read what comes of it.
        texts=subject_texts,
        signals=lambda w: SUBJECTS[w.subject].files("held_out"),
        kinematics=rules.process_kinematics.output.kinematics,
    output:
        held_out="<results>/{subject}/held_out.parquet",
    log:
        "<logs>/process_held_out/{subject}.log",
    benchmark:
        "<benchmarks>/process_held_out/{subject}.tsv"
    # A fault in it is told before the fits take their time.
    priority: 50
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        library=library("arm", "recordings", "signals"),
        recordings=RECORDINGS,
        settings=config["process_emg"],
    script:
        "../scripts/process_held_out.py"
