# Names of the config by the file that their model goes to: JSON, or PyTorch's where there is a network.
NAMES = {
    file: "|".join(name for name in sorted({*METHODS, *OPPONENTS}) if (base(name) == "nmm-paper") == network) or "none"
    for file, network in (("model.json", False), ("weights.pt", True))
}


rule fit_method:
    input:
        texts=subject_texts,
        kinematics=rules.process_kinematics.output.kinematics,
        torque=rules.run_inverse_dynamics.output.torque,
        envelopes=rules.process_emg.output.envelopes,
        contractions=rules.process_contractions.output.contractions,
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
        method=NAMES["model.json"],
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
        method=NAMES["weights.pt"],
