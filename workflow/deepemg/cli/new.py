"""`deepemg new`: a commented template of a subject folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from deepemg.recordings.new import ContractionRow

NAME = "new"


def main(
    subject: Annotated[str, typer.Argument(help="Name of the subject: letters, digits, - and _.")],
    data: Annotated[Path, typer.Option(help="Folder of the subject folders.")] = Path("data"),
    joint: Annotated[str, typer.Option(help="Joint, as in docs/joint.md.")] = "elbow6",
    muscle: Annotated[list[str] | None, typer.Option(help="A muscle, or group; once for each.")] = None,
    load: Annotated[list[float] | None, typer.Option(help="A load in kg; once for each.")] = None,
    protocol: Annotated[
        Literal["curls", "five-minutes", "ten-minutes"],
        typer.Option(help="Curls and MVC alone, or with contractions on a dynamometer (docs/add-a-subject.md)."),
    ] = "curls",
) -> None:
    """Write subject.yaml, channels.csv and trials.csv with comments, to be filled in. Then `deepemg check`.

    Example: `deepemg new S06 --muscle BIC --muscle TRIlat --load 0 --load 2`
    """
    from deepemg.joint.definition import available_joints, load_joint
    from deepemg.recordings.new import CURLS, write_template

    if not subject.replace("-", "").replace("_", "").isalnum() or not subject.isascii():
        raise typer.BadParameter(f"{subject!r}: expected letters, digits, - and _ (and no person's name)")
    if joint not in available_joints():
        raise typer.BadParameter(f"no joint called {joint}; there are {', '.join(available_joints())}")
    known = load_joint(joint)
    muscles = muscle or list(known.groups) or list(known.muscle_names)
    unknown = [name for name in muscles if not known.members(name)]
    if unknown:
        names = ", ".join([*known.muscle_names, *known.groups])
        raise typer.BadParameter(f"no muscle called {', '.join(unknown)}; {joint} has {names}")
    folder = data / subject
    contractions = CURLS if protocol == "curls" else _rows(protocol)
    written = write_template(folder, known, muscles=muscles, loads=load or [0.0, 2.0], contractions=contractions)
    typer.echo("\n".join(str(path) for path in written))
    where = "" if data == Path("data") else f" --data {data}"
    typer.echo(f"put the signal files beside them, fill in the three texts, then: deepemg check {subject}{where}")


def _rows(protocol: str) -> Sequence[ContractionRow]:
    """The contractions of a recommended protocol; steps of one ramp lie in one file."""
    from deepemg.pretrain.contraction_protocols import recommended_protocol
    from deepemg.recordings.new import ContractionRow

    rows: list[ContractionRow] = []
    contractions = recommended_protocol(protocol).contractions
    turned = any(c.forearm != "supinated" for c in contractions)
    for c in contractions:
        file = rows[-1].file if c.climbs else c.trial
        rows.append(ContractionRow(c.trial, c.role, file, c.torque, c.forearm if turned else ""))
    return rows
