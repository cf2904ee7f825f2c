# Models go to JSON, to PyTorch's format where there is a network, to joblib's where there are trees.
rule train_trees:
    output:
        model=config["fit_method"]["trees"]["model"],
    log:
        "<logs>/train_trees.log",
    benchmark:
        "<benchmarks>/train_trees.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        library=library("arm", "reconstruct"),
        seed=config["seed"],
        settings=config["fit_method"]["trees"],
    script:
        "../scripts/train_trees.py"


rule fit_method:
    input:
        texts=subject_texts,
        kinematics=rules.process_kinematics.output.kinematics,
        torque=rules.run_inverse_dynamics.output.torque,
        envelopes=rules.process_emg.output.envelopes,
        contractions=rules.process_contractions.output.contractions,
        trained=lambda w: trained_of(w.method),
    output:
        model="<results>/{subject}/{load}/{method}/model.json",
        reconstruction="<results>/{subject}/{load}/{method}/reconstruction.parquet",
        parameters="<results>/{subject}/{load}/{method}/parameters.csv",
        loss="<results>/{subject}/{load}/{method}/loss.csv",
    log:
        "<logs>/fit_method/{subject}/{load}/{method}.log",
    benchmark:
        "<benchmarks>/fit_method/{subject}/{load}/{method}.tsv"
    wildcard_constraints:
        method=names_of("copy", "so", "mse", "hybrid", "moco"),
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        library=library("arm", "recordings", "signals", "reconstruct"),
        recordings=RECORDINGS,
        base=lambda w: base(w.method),
        seed=lambda w: variant_seed(config["fit_method"], w.method, config["seed"]),
        settings=lambda w: variant_settings(config["fit_method"], w.method),
    script:
        "../scripts/fit_method.py"


use rule fit_method as fit_nmm_paper with:
    output:
        model="<results>/{subject}/{load}/{method}/weights.pt",
        reconstruction="<results>/{subject}/{load}/{method}/reconstruction.parquet",
        parameters="<results>/{subject}/{load}/{method}/parameters.csv",
        loss="<results>/{subject}/{load}/{method}/loss.csv",
    wildcard_constraints:
        method=names_of("nmm-paper"),


use rule fit_nmm_paper as fit_nmm with:
    wildcard_constraints:
        method=names_of("nmm"),


use rule fit_nmm_paper as fit_trees with:
    output:
        model="<results>/{subject}/{load}/{method}/model.joblib",
        reconstruction="<results>/{subject}/{load}/{method}/reconstruction.parquet",
        parameters="<results>/{subject}/{load}/{method}/parameters.csv",
        loss="<results>/{subject}/{load}/{method}/loss.csv",
    wildcard_constraints:
        method=names_of("trees"),
