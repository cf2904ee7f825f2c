"""The report of the study: one self-contained page in the order of the paper."""

from deepemg.job import begin, end

begin(snakemake)

import json
import os
from pathlib import Path

import pandas as pd
from jinja2 import Template

from deepemg.report.pages.findings import Tables, finding
from deepemg.report.pages.study_page import ReportFigure, render_study
from deepemg.report.priors import prior_muscles
from deepemg.report.provenance import provenance
from deepemg.signals.normalisation import reference_label

files, params = snakemake.input, snakemake.params
unseen = pd.read_csv(files.unseen_load[0]) if files.unseen_load else None
subjects, *others = (pd.read_csv(file) for file in files.tables)
tables = Tables(
    subjects,
    *others,
    method=params.example["method"],
    labels=params.labels,
    priors=prior_muscles(subjects),
    unseen_load=unseen,
)
figures = []
for name, wide, narrow, caption in zip(params.figures, files.figures, files.narrow, files.captions, strict=True):
    text = Template(Path(caption).read_text().strip()).render(snakemake={"wildcards": params.example})
    kind = name.split("/")[0]
    figures.append(ReportFigure(name, text, finding(kind, tables), Path(wide).read_text(), Path(narrow).read_text()))
figures.sort(key=lambda figure: int(figure.caption.split(".")[0].removeprefix("Figure ")))
folder = Path(snakemake.output.report).parent
made = provenance(params.config, Path(params.config["data"]), [Path(path) for path in files.weights])
page = render_study(
    tables,
    figures,
    settings=params.settings,
    value_label=reference_label(params.references),
    pages={subject: os.path.relpath(page, folder) for subject, page in zip(params.subjects, files.pages, strict=True)},
    provenance=made,
)
Path(snakemake.output.report).write_text(page)
timeless = {name: value for name, value in made.items() if name != "date"}  # the same study gives the same bytes
Path(snakemake.output.provenance).write_text(json.dumps(timeless, indent=1) + "\n")
end(snakemake)
