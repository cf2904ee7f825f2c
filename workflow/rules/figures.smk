rule plot_architecture:
    input:
        texts=get_subject_texts(next(iter(SUBJECTS))),
        weights=[path for method in get_nmms() for path in get_weights(method)],
        code=sources("plot_architecture"),
    output:
        **get_figure_files("architecture"),
        svg=report(
            "<results>/figures/architecture.svg",
            caption="../report/plot_architecture.rst",
            category="Figures",
            labels={"figure": "1 architecture"},
        ),
    log:
        "<logs>/plot_architecture.log",
    benchmark:
        "<benchmarks>/plot_architecture.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        folder=lambda w: str(next(iter(SUBJECTS.values())).folder),
        recordings=STUDY.recordings,
        settings={method: STUDY.config.settings_of(method) for method in get_nmms()},
    script:
        "../scripts/plot_architecture.py"


rule plot_protocol:
    input:
        texts=[text for subject in SUBJECTS for text in get_subject_texts(subject)],
        kinematics=expand("<results>/{subject}/kinematics.parquet", subject=SUBJECTS),
        quality=expand("<results>/{subject}/quality.json", subject=SUBJECTS),
        code=sources("plot_protocol"),
    output:
        **get_figure_files("protocol"),
        svg=report(
            "<results>/figures/protocol.svg",
            caption="../report/plot_protocol.rst",
            category="Figures",
            labels={"figure": "2 set-up and protocol"},
        ),
    log:
        "<logs>/plot_protocol.log",
    benchmark:
        "<benchmarks>/plot_protocol.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        folders=[str(subject.folder) for subject in SUBJECTS.values()],
        recordings=STUDY.recordings,
    script:
        "../scripts/plot_protocol.py"


rule plot_training_loss:
    input:
        losses=[file for subject in SUBJECTS for file in get_fits(subject, "loss.csv", get_trained())],
        code=sources("plot_training_loss"),
    output:
        **get_figure_files("training_loss"),
        svg=report(
            "<results>/figures/training_loss.svg",
            caption="../report/plot_training_loss.rst",
            category="Figures",
            labels={"figure": "3 training loss"},
        ),
    log:
        "<logs>/plot_training_loss.log",
    benchmark:
        "<benchmarks>/plot_training_loss.tsv"
    conda:
        "../../envs/study.yaml"
    script:
        "../scripts/plot_training_loss.py"


rule plot_envelopes:
    input:
        reconstruction="<results>/{subject}/all/{method}/reconstruction.parquet",
        envelopes=rules.process_emg.output.envelopes,
        held_out=rules.process_held_out.output.held_out,
        code=sources("plot_envelopes"),
    output:
        **get_figure_files("envelopes/{subject}_{method}"),
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
    log:
        "<logs>/plot_envelopes/{subject}_{method}.log",
    benchmark:
        "<benchmarks>/plot_envelopes/{subject}_{method}.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        joint=lambda w: SUBJECTS[w.subject].description["joint"],
        references=lambda w: [SUBJECTS[w.subject].reference],
        every_nth=STUDY.config.plot_envelopes.every_nth,
    script:
        "../scripts/plot_envelopes.py"


rule plot_deep_heatmaps:
    input:
        reconstructions=[
            file
            for subject in SUBJECTS
            for file in get_all_loads_fits(subject, "reconstruction.parquet", get_heatmap_methods())
        ],
        kinematics=expand("<results>/{subject}/kinematics.parquet", subject=SUBJECTS),
        held_out=expand("<results>/{subject}/held_out.parquet", subject=SUBJECTS),
        code=sources("plot_deep_heatmaps"),
    output:
        **get_figure_files("deep_heatmaps"),
        svg=report(
            "<results>/figures/deep_heatmaps.svg",
            caption="../report/plot_deep_heatmaps.rst",
            category="Figures",
            labels={"figure": "5 hidden muscles over the curl cycle"},
        ),
    log:
        "<logs>/plot_deep_heatmaps.log",
    benchmark:
        "<benchmarks>/plot_deep_heatmaps.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        labels=STUDY.hidden_muscles(),
        references=STUDY.references(),
        settings=as_plain(STUDY.config.plot_deep_heatmaps),
    script:
        "../scripts/plot_deep_heatmaps.py"


rule plot_torque:
    input:
        reconstructions=[file for subject in SUBJECTS for file in get_all_loads_fits(subject, "reconstruction.parquet")],
        kinematics=expand("<results>/{subject}/kinematics.parquet", subject=SUBJECTS),
        torque=expand("<results>/{subject}/torque.parquet", subject=SUBJECTS),
        code=sources("plot_torque"),
    output:
        **get_figure_files("torque"),
        svg=report(
            "<results>/figures/torque.svg",
            caption="../report/plot_torque.rst",
            category="Figures",
            labels={"figure": "6 joint torque"},
        ),
    log:
        "<logs>/plot_torque.log",
    benchmark:
        "<benchmarks>/plot_torque.tsv"
    conda:
        "../../envs/study.yaml"
    script:
        "../scripts/plot_torque.py"


rule plot_torque_error:
    input:
        table="<results>/tables/torque.csv",
        code=sources("plot_torque_error"),
    output:
        **get_figure_files("torque_error"),
        svg=report(
            "<results>/figures/torque_error.svg",
            caption="../report/plot_torque_error.rst",
            category="Figures",
            labels={"figure": "7 torque error"},
        ),
    log:
        "<logs>/plot_torque_error.log",
    benchmark:
        "<benchmarks>/plot_torque_error.tsv"
    conda:
        "../../envs/study.yaml"
    script:
        "../scripts/plot_torque_error.py"


rule plot_deep_error:
    input:
        table="<results>/tables/deep_emg.csv",
        code=sources("plot_deep_error"),
    output:
        **get_figure_files("deep_error"),
        svg=report(
            "<results>/figures/deep_error.svg",
            caption="../report/plot_deep_error.rst",
            category="Figures",
            labels={"figure": "8 error of the hidden muscles"},
        ),
    log:
        "<logs>/plot_deep_error.log",
    benchmark:
        "<benchmarks>/plot_deep_error.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        labels=STUDY.hidden_muscles(),
        references=STUDY.references(),
    script:
        "../scripts/plot_deep_error.py"


rule plot_parameters:
    input:
        table="<results>/tables/parameters.csv",
        code=sources("plot_parameters"),
    output:
        **get_figure_files("parameters"),
        svg=report(
            "<results>/figures/parameters.svg",
            caption="../report/plot_parameters.rst",
            category="Figures",
            labels={"figure": "9 personal parameters"},
        ),
    log:
        "<logs>/plot_parameters.log",
    benchmark:
        "<benchmarks>/plot_parameters.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        method="nmm",
        scheme="hill32",
        joints={name: subject.description["joint"] for name, subject in SUBJECTS.items()},
    script:
        "../scripts/plot_parameters.py"


rule plot_identifiability:
    input:
        models=expand("<results>/{subject}/all/nmm/model", subject=SUBJECTS),
        kinematics=expand("<results>/{subject}/kinematics.parquet", subject=SUBJECTS),
        torque=expand("<results>/{subject}/torque.parquet", subject=SUBJECTS),
        envelopes=expand("<results>/{subject}/envelopes.parquet", subject=SUBJECTS),
        contractions=expand("<results>/{subject}/contractions.csv", subject=SUBJECTS),
        held_out=expand("<results>/{subject}/held_out.parquet", subject=SUBJECTS),
        code=sources("plot_identifiability"),
    output:
        **get_figure_files("identifiability"),
        svg=report(
            "<results>/figures/identifiability.svg",
            caption="../report/plot_identifiability.rst",
            category="Figures",
            labels={"figure": "10 what torque can tell"},
        ),
    log:
        "<logs>/plot_identifiability.log",
    benchmark:
        "<benchmarks>/plot_identifiability.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        folders={name: str(subject.folder) for name, subject in SUBJECTS.items()},
        recordings=STUDY.recordings,
        signals=as_plain(STUDY.config.process_emg),
        muscles=STUDY.antagonist_pair(),
        labels=[STUDY.hidden_muscles()[name] for name in STUDY.antagonist_pair() or ()],
        points=STUDY.config.plot_identifiability.points,
        widest=STUDY.config.plot_identifiability.widest,
    script:
        "../scripts/plot_identifiability.py"


rule plot_unseen_load:
    input:
        table="<results>/unseen_load/deep_emg.csv",
        code=sources("plot_unseen_load"),
    output:
        **get_figure_files("unseen_load"),
        svg=report(
            "<results>/figures/unseen_load.svg",
            caption="../report/plot_unseen_load.rst",
            category="Figures",
            labels={"figure": "11 unseen load"},
        ),
    log:
        "<logs>/plot_unseen_load.log",
    benchmark:
        "<benchmarks>/plot_unseen_load.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        labels=STUDY.hidden_muscles(),
        references=STUDY.references(),
    script:
        "../scripts/plot_unseen_load.py"


rule plot_band_coverage:
    input:
        table="<results>/tables/deep_emg.csv",
        code=sources("plot_band_coverage"),
    output:
        **get_figure_files("band_coverage"),
        svg=report(
            "<results>/figures/band_coverage.svg",
            caption="../report/plot_band_coverage.rst",
            category="Figures",
            labels={"figure": "12 coverage of the bands"},
        ),
    log:
        "<logs>/plot_band_coverage.log",
    benchmark:
        "<benchmarks>/plot_band_coverage.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        labels=STUDY.hidden_muscles(),
    script:
        "../scripts/plot_band_coverage.py"
