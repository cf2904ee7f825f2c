rule process_kinematics:
    input:
        texts=get_texts,
        signals=lambda w: SUBJECTS[w.subject].kinematics_files(),
        quality=rules.check_recordings.output.quality,
        code=sources("process_kinematics"),
    output:
        kinematics="<results>/{subject}/kinematics.parquet",
    log:
        "<logs>/process_kinematics/{subject}.log",
    benchmark:
        "<benchmarks>/process_kinematics/{subject}.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        folder=get_folder,
        recordings=STUDY.recordings,
        rate_hz=STUDY.config.rate_hz,
        settings=as_plain(STUDY.config.process_kinematics),
    script:
        "../scripts/process_kinematics.py"


rule run_inverse_dynamics:
    input:
        texts=get_texts,
        kinematics=rules.process_kinematics.output.kinematics,
        code=sources("run_inverse_dynamics"),
    output:
        torque="<results>/{subject}/torque.parquet",
        storage="<results>/{subject}/torque.sto",
    log:
        "<logs>/run_inverse_dynamics/{subject}.log",
    benchmark:
        "<benchmarks>/run_inverse_dynamics/{subject}.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        folder=get_folder,
        recordings=STUDY.recordings,
    script:
        "../scripts/run_inverse_dynamics.py"


rule process_emg:
    input:
        texts=get_texts,
        signals=lambda w: SUBJECTS[w.subject].files("observed"),
        kinematics=rules.process_kinematics.output.kinematics,
        code=sources("process_emg"),
    output:
        envelopes="<results>/{subject}/envelopes.parquet",
        levels="<results>/{subject}/levels.csv",
    log:
        "<logs>/process_emg/{subject}.log",
    benchmark:
        "<benchmarks>/process_emg/{subject}.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        folder=get_folder,
        recordings=STUDY.recordings,
        settings=as_plain(STUDY.config.process_emg),
    script:
        "../scripts/process_emg.py"


rule process_contractions:
    input:
        texts=get_texts,
        signals=lambda w: SUBJECTS[w.subject].checked_files(),
        levels=rules.process_emg.output.levels,
        code=sources("process_contractions"),
    output:
        contractions="<results>/{subject}/contractions.csv",
    log:
        "<logs>/process_contractions/{subject}.log",
    benchmark:
        "<benchmarks>/process_contractions/{subject}.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        folder=get_folder,
        recordings=STUDY.recordings,
        settings=as_plain(STUDY.config.process_emg),
    script:
        "../scripts/process_contractions.py"


rule process_held_out:
    input:
        # The truth. Only scores, figures and pages may read what comes of it.
        texts=get_texts,
        signals=lambda w: [*SUBJECTS[w.subject].files("held_out"), *SUBJECTS[w.subject].joint_files()],
        kinematics=rules.process_kinematics.output.kinematics,
        code=sources("process_held_out"),
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
    params:
        folder=get_folder,
        recordings=STUDY.recordings,
        settings=as_plain(STUDY.config.signals),
    script:
        "../scripts/process_held_out.py"
