rule train_trees:
    input:
        code=sources("train_trees"),
    output:
        weights=STUDY.config.settings_of("trees")["weights"],
    log:
        "<logs>/train_trees.log",
    benchmark:
        "<benchmarks>/train_trees.tsv"
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        seed=STUDY.config.seed,
        settings=as_plain(STUDY.config.train_trees),
    script:
        "../scripts/train_trees.py"


rule fit_method:
    input:
        texts=get_texts,
        kinematics=rules.process_kinematics.output.kinematics,
        torque=rules.run_inverse_dynamics.output.torque,
        envelopes=rules.process_emg.output.envelopes,
        contractions=rules.process_contractions.output.contractions,
        weights=lambda w: get_weights(w.method),
        code=lambda w: sources("fit_method", module_of_method(w.method)),
    output:
        model="<results>/{subject}/{load}/{method}/model",
        reconstruction="<results>/{subject}/{load}/{method}/reconstruction.parquet",
        parameters="<results>/{subject}/{load}/{method}/parameters.csv",
        loss="<results>/{subject}/{load}/{method}/loss.csv",
    log:
        "<logs>/fit_method/{subject}/{load}/{method}.log",
    benchmark:
        "<benchmarks>/fit_method/{subject}/{load}/{method}.tsv"
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        folder=get_folder,
        recordings=STUDY.recordings,
        signals=as_plain(STUDY.config.process_emg),
        base=lambda w: STUDY.config.base_method(w.method),
        seed=lambda w: STUDY.config.seed_of(w.method),
        settings=lambda w: STUDY.config.settings_of(w.method),
    script:
        "../scripts/fit_method.py"
