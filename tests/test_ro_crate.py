"""The published folder as an RO-Crate: the rules of RO-Crate 1.1 and of Process Run Crate that a machine can check."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from deepemg.report.provenance import provenance
from deepemg.report.ro_crate import METADATA, write_crate

TIME = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    """A published folder with its crate."""
    for name, content in {"tables/torque.csv": "a,b\n", "figures/a b.png": "png", "metrics.json": "{}"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    made = provenance({"seed": 3}, tmp_path / "tables")
    write_crate(tmp_path, yaml.safe_load((root / "CITATION.cff").read_text()), made, TIME)
    return tmp_path


@pytest.fixture
def entities(folder: Path) -> dict[str, dict[str, Any]]:
    crate = json.loads((folder / METADATA).read_text())
    assert set(crate) == {"@context", "@graph"} and crate["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    found = {entity["@id"]: entity for entity in crate["@graph"]}
    assert len(found) == len(crate["@graph"])  # each described once
    return found


def references(value: Any) -> list[str]:
    """Ids that an entity points to."""
    if isinstance(value, dict):
        return [value["@id"]]
    return [name for entry in value for name in references(entry)] if isinstance(value, list) else []


def test_the_crate_describes_itself_and_its_root(entities: dict[str, dict[str, Any]]) -> None:
    descriptor, root = entities[METADATA], entities["./"]
    assert descriptor["@type"] == "CreativeWork" and descriptor["about"] == {"@id": "./"}
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert root["@type"] == "Dataset" and root["datePublished"] == "2026-03-01"
    assert all(root[needed] for needed in ("name", "description", "license", "author"))
    assert entities[root["license"]["@id"]]["name"] == "Apache-2.0"


def test_every_entity_has_a_type_and_every_reference_an_entity(entities: dict[str, dict[str, Any]]) -> None:
    outside = {"https://w3id.org/ro/crate/1.1"}
    for entity in entities.values():
        assert entity["@type"]
        pointed = {name for value in entity.values() for name in references(value)}
        assert pointed <= set(entities) | outside, entity["@id"]


def test_every_file_is_listed_with_its_size_and_digest(folder: Path, entities: dict[str, dict[str, Any]]) -> None:
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {METADATA}
    listed = [name for name in references(entities["./"]["hasPart"])]
    assert sorted(listed) == sorted(name.replace(" ", "%20") for name in files)  # ids are URIs
    assert listed == references(entities["#run"]["result"])
    table = entities["tables/torque.csv"]
    assert table["@type"] == "File" and table["encodingFormat"] == "text/csv" and table["contentSize"] == "4"
    assert table["sha256"] == hashlib.sha256(b"a,b\n").hexdigest()


def test_the_run_has_a_program_an_agent_an_end_and_what_it_was_of(entities: dict[str, dict[str, Any]]) -> None:
    run = entities[entities["./"]["mentions"]["@id"]]
    assert run["@type"] == "CreateAction" and run["endTime"] == "2026-03-01T12:00:00+00:00"
    assert entities[run["instrument"]["@id"]]["@type"] == "SoftwareApplication"
    assert entities[run["agent"]["@id"]]["@type"] in ("Organization", "Person")
    told = {entities[name]["name"]: entities[name]["value"] for name in references(run["object"])}
    assert told["seed"] == "3" and {"commit", "data (DVC)", "settings (SHA-256)", "machine"} <= set(told)
    needed = references(entities["#deepemg"]["softwareRequirements"])
    assert {"#torch", "#python"} <= set(needed) and entities["#torch"]["softwareVersion"]


def test_a_second_crate_is_the_same_and_does_not_list_the_first(root: Path, folder: Path) -> None:
    first = (folder / METADATA).read_text()
    made = provenance({"seed": 3}, folder / "tables")
    write_crate(folder, yaml.safe_load((root / "CITATION.cff").read_text()), made, TIME)
    assert (folder / METADATA).read_text() == first
    (folder / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="expected published tables"):
        write_crate(folder / "empty", {}, {}, TIME)
