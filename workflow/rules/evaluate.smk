rule score_methods:
    input:
        reconstructions=lambda w: get_fits(w.subject, "reconstruction.parquet"),
        kinematics=rules.process_kinematics.output.kinematics,
        torque=rules.run_inverse_dynamics.output.torque,
        held_out=rules.process_held_out.output.held_out,
        code=sources("score_methods"),
    output:
        torque="<results>/{subject}/torque_scores.csv",
        deep_emg="<results>/{subject}/deep_emg_scores.csv",
        by_phase="<results>/{subject}/deep_emg_by_phase_scores.csv",
    log:
        "<logs>/score_methods/{subject}.log",
    benchmark:
        "<benchmarks>/score_methods/{subject}.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        rate_hz=STUDY.config.rate_hz,
        longest_lag_ms=STUDY.config.score_methods.longest_lag_ms,
    script:
        "../scripts/score_methods.py"
