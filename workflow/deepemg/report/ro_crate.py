"""A published folder as an RO-Crate: which files it has, who made them of what and with what, for machines.

RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) with the profile Process Run Crate 0.5
(https://w3id.org/ro/wfrun/process/0.5): one run, of one program, that made all files.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from deepemg.atomic import written_aside
from deepemg.report.versions import LIBRARY, PACKAGES

METADATA = "ro-crate-metadata.json"
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
CONTEXT = [f"{SPECIFICATION}/context", "https://w3id.org/ro/terms/workflow-run/context"]
Entity = dict[str, Any]


def write_crate(folder: Path, citation: Mapping[str, Any], made: Mapping[str, str], time: datetime) -> None:
    """Write ro-crate-metadata.json for all files in `folder`.

    `citation` is what CITATION.cff holds, `made` what report/provenance.py tells, `time` when the folder was published.
    Raises FileNotFoundError where the folder has no file.
    """
    files = [_file(path, folder) for path in sorted(folder.rglob("*")) if path.is_file() and path.name != METADATA]
    if not files:
        raise FileNotFoundError(f"{folder}: no file; expected published tables and figures")
    graph = [*_crate(files, citation, time), *files, *_run(files, citation, made, time)]
    with written_aside(folder / METADATA) as path:
        path.write_text(json.dumps({"@context": CONTEXT, "@graph": graph}, indent=1) + "\n")


def _file(path: Path, folder: Path) -> Entity:
    kind, _ = mimetypes.guess_type(path.name)
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return {
        "@id": quote(path.relative_to(folder).as_posix()),
        "@type": "File",
        "name": path.relative_to(folder).as_posix(),
        "encodingFormat": kind or "application/octet-stream",
        "contentSize": str(path.stat().st_size),
        "sha256": digest,
    }


def _crate(files: list[Entity], citation: Mapping[str, Any], time: datetime) -> list[Entity]:
    """The file itself, the folder, its authors and licence."""
    authors = [{"@id": f"#author-{place}"} for place, _ in enumerate(citation["authors"], start=1)]
    licence = f"https://spdx.org/licenses/{citation['license']}"
    descriptor = {
        "@id": METADATA,
        "@type": "CreativeWork",
        "conformsTo": {"@id": SPECIFICATION},
        "about": {"@id": "./"},
    }
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{citation['title']}: published results",
        "description": "Tables and figures of the study, made from the embedded cohort by one command.",
        "version": str(citation["version"]),
        "datePublished": time.date().isoformat(),
        "conformsTo": {"@id": PROFILE},
        "license": {"@id": licence},
        "author": authors,
        "hasPart": _ids(files),
        "mentions": {"@id": "#run"},
    }
    people = [
        {"@id": own["@id"], "@type": "Person" if "family-names" in author else "Organization", "name": _name(author)}
        for own, author in zip(authors, citation["authors"], strict=True)
    ]
    profile = {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
    return [descriptor, root, *people, {"@id": licence, "@type": "CreativeWork", "name": citation["license"]}, profile]


def _run(files: list[Entity], citation: Mapping[str, Any], made: Mapping[str, str], time: datetime) -> list[Entity]:
    """The run that made the files, the program with what it needs, and what the run was of."""
    needed: list[Entity] = [
        {"@id": f"#{name}", "@type": "SoftwareApplication", "name": name, "softwareVersion": made[name]}
        for name in ("python", *PACKAGES)
    ]
    told: list[Entity] = [
        {"@id": f"#told-{quote(name)}", "@type": "PropertyValue", "name": name, "value": value}
        for name, value in made.items()
        if name not in ("date", LIBRARY, "python", *PACKAGES)
    ]
    program = {
        "@id": "#deepemg",
        "@type": "SoftwareApplication",
        "name": "deepemg",
        "softwareVersion": str(citation["version"]),
        "softwareRequirements": _ids(needed),
    }
    run = {
        "@id": "#run",
        "@type": "CreateAction",
        "name": "snakemake --cores 8 all, then deepemg publish",
        "description": "Commit, data, weights, settings and software are those of the checkout when the folder was "
        "published; comparisons and audits in it may be of earlier runs.",
        "instrument": {"@id": "#deepemg"},
        "agent": {"@id": "#author-1"},
        "object": _ids(told),
        "result": _ids(files),
        "endTime": time.isoformat(timespec="seconds"),
    }
    return [run, program, *needed, *told]


def _ids(entities: list[Entity]) -> list[Entity]:
    return [{"@id": entity["@id"]} for entity in entities]


def _name(author: Mapping[str, str]) -> str:
    names = (author.get("given-names"), author.get("family-names"), author.get("name"))
    return " ".join(name for name in names if name)
