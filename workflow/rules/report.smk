localrules:
    write_snakemake_report,


rule export_fit:
    input:
        model=f"<results>/{{subject}}/all/{FIRST}/model",
        reconstruction=f"<results>/{{subject}}/all/{FIRST}/reconstruction.parquet",
        weights=get_weights(FIRST),
        code=sources("export_fit"),
    output:
        folder=directory("<results>/{subject}/export"),
    log:
        "<logs>/export_fit/{subject}.log",
    benchmark:
        "<benchmarks>/export_fit/{subject}.tsv"
    conda:
        "../../envs/study.yaml"
    script:
        "../scripts/export_fit.py"


rule write_subject_page:
    input:
        texts=get_texts,
        quality=rules.check_recordings.output.quality,
        kinematics=rules.process_kinematics.output.kinematics,
        torque=rules.run_inverse_dynamics.output.torque,
        envelopes=rules.process_emg.output.envelopes,
        levels=rules.process_emg.output.levels,
        held_out=rules.process_held_out.output.held_out,
        reconstruction=f"<results>/{{subject}}/all/{FIRST}/reconstruction.parquet",
        parameters=f"<results>/{{subject}}/all/{FIRST}/parameters.csv",
        figures=expand("<results>/figures/envelopes/{{subject}}_{method}.svg", method=METHODS),
        narrow=expand("<results>/figures/column/envelopes/{{subject}}_{method}.svg", method=METHODS),
        deep_emg=rules.score_methods.output.deep_emg,
        torque_scores=rules.score_methods.output.torque,
        export=ancient("<results>/{subject}/export"),  # only names are taken, and a folder has no content to compare
        weights=get_weights(FIRST),
        code=sources("write_subject_page"),
    output:
        page="<results>/{subject}/report.html",
    log:
        "<logs>/write_subject_page/{subject}.log",
    benchmark:
        "<benchmarks>/write_subject_page/{subject}.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        folder=get_folder,
        recordings=STUDY.recordings,
        method=FIRST,
        methods=METHODS,
        scheme=lambda w: STUDY.config.method(FIRST).own_forward.scheme,  # asked by this job alone: it takes torch
        config=dict(config),
    script:
        "../scripts/write_subject_page.py"


rule write_report:
    input:
        tables=expand("<results>/tables/{table}.csv", table=["subjects", *TABLES]),
        figures=expand("<results>/figures/{figure}.svg", figure=get_report_figures()),
        narrow=expand("<results>/figures/column/{figure}.svg", figure=get_report_figures()),
        captions=[SCRIPTS.parent / "report" / f"plot_{name.split('/')[0]}.rst" for name in get_report_figures()],
        unseen_load=["<results>/unseen_load/deep_emg.csv"] if "unseen_load" in get_figures() else [],
        envelopes=expand("<results>/figures/envelopes/{subject}_{method}.svg", subject=SUBJECTS, method=METHODS),
        pages=expand("<results>/{subject}/report.html", subject=SUBJECTS),
        weights=get_weights(FIRST),
        code=sources("write_report"),
    output:
        report="<results>/report.html",
        provenance="<results>/provenance.json",
    log:
        "<logs>/write_report.log",
    benchmark:
        "<benchmarks>/write_report.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        subjects=list(SUBJECTS),
        figures=get_report_figures(),
        labels=STUDY.hidden_muscles(),
        references=STUDY.references(),
        example={"subject": next(iter(SUBJECTS)), "method": FIRST},
        settings=lambda w: {name: as_plain(STUDY.config.method(name)) for name in ("nmm-paper", "nmm")},
        config=dict(config),
    script:
        "../scripts/write_report.py"


rule write_snakemake_report:
    input:
        captions=sorted((SCRIPTS.parent / "report").glob("*.rst")),
        code=sources("write_snakemake_report"),
        tables=expand("<results>/tables/{table}.csv", table=["subjects", *TABLES]),
        figures=expand("<results>/figures/{figure}.svg", figure=get_figures()),
    output:
        report="<results>/snakemake_report.html",
        config="<results>/config.yaml",
    log:
        "<logs>/write_snakemake_report.log",
    benchmark:
        "<benchmarks>/write_snakemake_report.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        config=dict(config),
    script:
        "../scripts/write_snakemake_report.py"
