localrules:
    write_report,


rule write_report:
    input:
        captions=sorted((SCRIPTS.parent / "report").glob("*.rst")),
        code=sources("write_report"),
        tables=expand("<results>/tables/{table}.csv", table=["subjects", *TABLES]),
        figures=expand("<results>/figures/{figure}.svg", figure=get_figures()),
        envelopes=expand(
            "<results>/figures/envelopes/{subject}_{method}.svg",
            subject=SUBJECTS,
            method=METHODS,
        ),
        pages=expand("<results>/{subject}/report.html", subject=SUBJECTS),
    output:
        report="<results>/report.html",
        config="<results>/config.yaml",
    log:
        "<logs>/write_report.log",
    benchmark:
        "<benchmarks>/write_report.tsv"
    conda:
        "../../envs/study.yaml"
    params:
        config=dict(config),
    script:
        "../scripts/write_report.py"
