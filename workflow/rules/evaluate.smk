rule score_methods:
    input:
        reconstructions=lambda w: fits(w.subject, "reconstruction.parquet"),
        kinematics=rules.process_kinematics.output.kinematics,
        torque=rules.run_inverse_dynamics.output.torque,
        held_out=rules.process_held_out.output.held_out,
    output:
        torque="<results>/{subject}/torque_scores.csv",
        deep_emg="<results>/{subject}/deep_emg_scores.csv",
    log:
        "<logs>/score_methods/{subject}.log",
    benchmark:
        "<benchmarks>/score_methods/{subject}.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        library=library("arm", "signals", "evaluate"),
        rate_hz=config["rate_hz"],
        settings=config["score_methods"],
    script:
        "../scripts/score_methods.py"
