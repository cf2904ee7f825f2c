localrules:
    write_report,


rule write_report:
    input:
        captions=sorted((LIBRARY / "report").glob("*.rst")),
        tables=expand("<results>/tables/{table}.csv", table=TABLES),
        figures=expand("<results>/figures/{figure}.svg", figure=FIGURES),
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
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        config=dict(config),
    script:
        "../scripts/write_report.py"
