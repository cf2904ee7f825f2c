"""`deepemg import`: a subject folder out of a recording, or of a data set's files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

NAME = "import"


def main(
    what: Annotated[str, typer.Argument(help="A format (c3d, csv, ...), `recording` for any, or a data set's name.")],
    source: Annotated[Path, typer.Argument(help="File or folder of the recording; it is not changed.")],
    folder: Annotated[Path, typer.Argument(help="The subject that is made; a name alone is a folder in data/.")],
    link: Annotated[bool, typer.Option("--link", help="Link the signal files instead of copying them.")] = False,
    everyone: Annotated[
        bool, typer.Option("--all", help="All people of a data set, as P01, P02, ... in this folder.")
    ] = False,
    person: Annotated[str | None, typer.Option(help="Whose recording of a data set, by its own name.")] = None,
    load: Annotated[str | None, typer.Option(help="Hand load of trials whose names say none, such as '0 kg'.")] = None,
) -> None:
    """Write the three text files of a subject folder from what a recording says, and tell what they still ask for.

    Example: `deepemg import c3d recordings/session3 S06`
    """
    from deepemg.recordings.importers import import_all, importer_of
    from deepemg.recordings.problems import RecordingError

    importer = importer_of(what)
    target = folder if len(folder.parts) > 1 or everyone else Path("data") / folder
    if everyone:
        remarks, problems = import_all(importer, source, target, link=link, load=load)
        for remark in remarks:
            typer.echo(remark)
        if problems:
            raise RecordingError(problems)
        return
    for remark in importer.run(source, target, link=link, load=load, person=person).remarks:
        typer.echo(remark)
    elsewhere = "" if target.parent == Path("data") else f" --data {target.parent}"
    typer.echo(f"then: deepemg check {target.name}{elsewhere}")
