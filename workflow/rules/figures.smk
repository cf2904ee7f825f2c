rule plot_training_loss:
    input:
        losses=[file for subject in SUBJECTS for file in fits(subject, "loss.csv") if Path(file).parts[-2] in TRAINED],
    output:
        svg=report(
            "<results>/figures/training_loss.svg",
            caption="../report/plot_training_loss.rst",
            category="Figures",
            labels={"figure": "3 training loss"},
        ),
        png="<results>/figures/training_loss.png",
    log:
        "<logs>/plot_training_loss.log",
    benchmark:
        "<benchmarks>/plot_training_loss.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        library=library("report"),
    script:
        "../scripts/plot_training_loss.py"


rule plot_envelopes:
    input:
        reconstruction="<results>/{subject}/all/{method}/reconstruction.parquet",
        envelopes=rules.process_emg.output.envelopes,
        held_out=rules.process_held_out.output.held_out,
    output:
        svg=report(
            "<results>/figures/envelopes/{subject}_{method}.svg",
            caption="../report/plot_envelopes.rst",
            category="Figures",
            labels={
                "figure": "4 envelopes",
                "subject": "{subject}",
                "method": "{method}",
            },
        ),
        png="<results>/figures/envelopes/{subject}_{method}.png",
    log:
        "<logs>/plot_envelopes/{subject}_{method}.log",
    benchmark:
        "<benchmarks>/plot_envelopes/{subject}_{method}.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        library=library("arm", "signals", "report"),
        arm=lambda w: SUBJECTS[w.subject].description["arm"],
        levels=lambda w: [SUBJECTS[w.subject].emg_level],
        settings=config["plot_envelopes"],
    script:
        "../scripts/plot_envelopes.py"


rule plot_deep_heatmaps:
    input:
        reconstructions=[
            file
            for subject in SUBJECTS
            for file in all_loads_fits(subject, "reconstruction.parquet", config["plot_deep_heatmaps"]["methods"])
        ],
        kinematics=expand("<results>/{subject}/kinematics.parquet", subject=SUBJECTS),
        held_out=expand("<results>/{subject}/held_out.parquet", subject=SUBJECTS),
    output:
        svg=report(
            "<results>/figures/deep_heatmaps.svg",
            caption="../report/plot_deep_heatmaps.rst",
            category="Figures",
            labels={"figure": "5 hidden muscles over the curl cycle"},
        ),
        png="<results>/figures/deep_heatmaps.png",
    log:
        "<logs>/plot_deep_heatmaps.log",
    benchmark:
        "<benchmarks>/plot_deep_heatmaps.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        library=library("signals", "evaluate", "report"),
        labels=HELD_OUT,
        levels=EMG_LEVELS,
        settings=config["plot_deep_heatmaps"],
    script:
        "../scripts/plot_deep_heatmaps.py"


rule plot_torque:
    input:
        reconstructions=[file for subject in SUBJECTS for file in all_loads_fits(subject, "reconstruction.parquet")],
        kinematics=expand("<results>/{subject}/kinematics.parquet", subject=SUBJECTS),
        torque=expand("<results>/{subject}/torque.sto", subject=SUBJECTS),
    output:
        svg=report(
            "<results>/figures/torque.svg",
            caption="../report/plot_torque.rst",
            category="Figures",
            labels={"figure": "6 joint torque"},
        ),
        png="<results>/figures/torque.png",
    log:
        "<logs>/plot_torque.log",
    benchmark:
        "<benchmarks>/plot_torque.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        library=library("arm", "signals", "report"),
    script:
        "../scripts/plot_torque.py"


rule plot_torque_error:
    input:
        table=rules.tabulate_torque.output.table,
    output:
        svg=report(
            "<results>/figures/torque_error.svg",
            caption="../report/plot_torque_error.rst",
            category="Figures",
            labels={"figure": "7 torque error"},
        ),
        png="<results>/figures/torque_error.png",
    log:
        "<logs>/plot_torque_error.log",
    benchmark:
        "<benchmarks>/plot_torque_error.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        library=library("report"),
    script:
        "../scripts/plot_torque_error.py"


rule plot_deep_error:
    input:
        table=rules.tabulate_deep_emg.output.table,
    output:
        svg=report(
            "<results>/figures/deep_error.svg",
            caption="../report/plot_deep_error.rst",
            category="Figures",
            labels={"figure": "8 error of the hidden muscles"},
        ),
        png="<results>/figures/deep_error.png",
    log:
        "<logs>/plot_deep_error.log",
    benchmark:
        "<benchmarks>/plot_deep_error.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        library=library("signals", "report"),
        labels=HELD_OUT,
        levels=EMG_LEVELS,
    script:
        "../scripts/plot_deep_error.py"


rule plot_parameters:
    input:
        table=rules.tabulate_parameters.output.table,
    output:
        svg=report(
            "<results>/figures/parameters.svg",
            caption="../report/plot_parameters.rst",
            category="Figures",
            labels={"figure": "9 personal parameters"},
        ),
        png="<results>/figures/parameters.png",
    log:
        "<logs>/plot_parameters.log",
    benchmark:
        "<benchmarks>/plot_parameters.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        library=library("arm", "report"),
        method="nmm",
        scheme="H1",
        arms={subject: SUBJECTS[subject].description["arm"] for subject in SUBJECTS},
    script:
        "../scripts/plot_parameters.py"


rule plot_identifiability:
    input:
        models=expand("<results>/{subject}/all/nmm/weights.pt", subject=SUBJECTS),
        kinematics=expand("<results>/{subject}/kinematics.parquet", subject=SUBJECTS),
        torque=expand("<results>/{subject}/torque.sto", subject=SUBJECTS),
        envelopes=expand("<results>/{subject}/envelopes.parquet", subject=SUBJECTS),
        contractions=expand("<results>/{subject}/contractions.csv", subject=SUBJECTS),
        held_out=expand("<results>/{subject}/held_out.parquet", subject=SUBJECTS),
    output:
        svg=report(
            "<results>/figures/identifiability.svg",
            caption="../report/plot_identifiability.rst",
            category="Figures",
            labels={"figure": "10 what torque can tell"},
        ),
        png="<results>/figures/identifiability.png",
    log:
        "<logs>/plot_identifiability.log",
    benchmark:
        "<benchmarks>/plot_identifiability.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        library=library("arm", "signals", "reconstruct", "evaluate", "report"),
        by_mvc={name: subject.emg_level == "mvc" for name, subject in SUBJECTS.items()},
        muscles=OPPOSED,
        labels=[HELD_OUT.get(muscle) for muscle in OPPOSED],
        points=config["plot_identifiability"]["points"],
        widest=config["plot_identifiability"]["widest"],
    script:
        "../scripts/plot_identifiability.py"


rule plot_band_coverage:
    input:
        table=rules.tabulate_deep_emg.output.table,
    output:
        svg=report(
            "<results>/figures/band_coverage.svg",
            caption="../report/plot_band_coverage.rst",
            category="Figures",
            labels={"figure": "12 coverage of the bands"},
        ),
        png="<results>/figures/band_coverage.png",
    log:
        "<logs>/plot_band_coverage.log",
    benchmark:
        "<benchmarks>/plot_band_coverage.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        library=library("report"),
        labels=HELD_OUT,
    script:
        "../scripts/plot_band_coverage.py"


rule write_subject_page:
    input:
        texts=subject_texts,
        quality=rules.check_recordings.output.quality,
        kinematics=rules.process_kinematics.output.kinematics,
        torque=rules.run_inverse_dynamics.output.torque,
        reconstructions=lambda w: all_loads_fits(w.subject, "reconstruction.parquet"),
        figures=lambda w: expand(
            "<results>/figures/envelopes/{subject}_{method}.svg",
            subject=w.subject,
            method=METHODS,
        ),
        deep_emg=rules.score_methods.output.deep_emg,
        torque_scores=rules.score_methods.output.torque,
        parameters=lambda w: all_loads_fits(w.subject, "parameters.csv"),
    output:
        page="<results>/{subject}/report.html",
    log:
        "<logs>/write_subject_page/{subject}.log",
    benchmark:
        "<benchmarks>/write_subject_page/{subject}.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        library=library("arm", "recordings", "signals", "report"),
        recordings=RECORDINGS,
        methods=METHODS,
    script:
        "../scripts/write_subject_page.py"
