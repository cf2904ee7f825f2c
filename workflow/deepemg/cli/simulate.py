"""`deepemg simulate`: a cohort of subjects with known truth."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from deepemg.own_folder import outside_subjects

NAME = "simulate"


def main(
    seed: Annotated[int, typer.Option(help="Same seed, same files, byte for byte.")],
    out: Annotated[Path, typer.Option(callback=outside_subjects, help="Folder of the subject folders.")],
    subjects: Annotated[int, typer.Option(min=1, help="How many subjects (S1, S2, ...).")] = 5,
    tier: Annotated[Literal["T1", "T2", "T3", "T4", "T5"], typer.Option(help="See docs/truth.md.")] = "T1",
    emg: Annotated[Literal["csv", "edf"], typer.Option(help="Raw EMG in uV, or 16-bit samples (EDF; not T5).")] = "csv",
    jobs: Annotated[int | None, typer.Option(min=1, help="Trials simulated at once; default: one per core.")] = None,
    load: Annotated[list[float] | None, typer.Option(min=0, help="Hand load, kg; once for each load.")] = None,
    train_repetitions: Annotated[int | None, typer.Option(min=1, help="Curls in each training trial.")] = None,
    test_repetitions: Annotated[int | None, typer.Option(min=1, help="Curls in each test trial.")] = None,
    contractions: Annotated[
        Literal["five-minutes", "ten-minutes"] | None,
        typer.Option(
            help="Isometric contractions that docs/add-a-subject.md recommends, in place of the usual; not T5."
        ),
    ] = None,
    assumptions: Annotated[
        Path | None, typer.Option(help="A changed copy of simulate/cohort.yaml (T5: foreign/values.yaml).")
    ] = None,
) -> None:
    """Simulate subjects by forward dynamics. Exit code 1: some trials lost; 2: nothing made.

    T1 to T4 are made in OpenSim or MuJoCo, T5 by a second generator that shares no code with them.

    Example: `deepemg simulate --seed 7 --out cohort --subjects 2 --load 0 --load 3`
    """
    given = {"loads": load or None, "train_repetitions": train_repetitions, "test_repetitions": test_repetitions}
    protocol: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if contractions and tier == "T5":
        raise typer.BadParameter("tier T5 has contractions of its own", param_hint="--contractions")
    workers = jobs or os.cpu_count() or 1
    lost: list[str] = []
    try:
        if tier == "T5":
            _second_generator(out, seed, subjects, emg, protocol, assumptions, workers)
        else:
            from deepemg.simulate.assumptions import COHORT, load_assumptions, vary
            from deepemg.simulate.cohort import Cohort, make_cohort
            from deepemg.simulate.protocol import with_isometric

            changed = vary(load_assumptions(assumptions or COHORT), {"protocol": protocol})
            if contractions:
                changed = with_isometric(changed, _isometric(contractions))
            lost = make_cohort(out, Cohort(seed, tier, changed, emg), subjects, workers)
    except FileExistsError as error:
        typer.echo(error, err=True)
        raise typer.Exit(2) from None
    for trial in lost:
        typer.echo(f"lost: {trial} was not made, and is not in the subject's trials.csv", err=True)
    raise typer.Exit(1 if lost else 0)


def _second_generator(
    out: Path, seed: int, subjects: int, emg: str, protocol: dict[str, Any], assumptions: Path | None, jobs: int
) -> None:
    from deepemg.foreign.cohort import make_cohort
    from deepemg.foreign.values import VALUES, changed, load_values

    if emg != "csv":
        raise typer.BadParameter(f"found {emg}, expected csv: tier T5 writes no other", param_hint="--emg")
    make_cohort(out, seed, subjects, changed(load_values(assumptions or VALUES), protocol), jobs)


def _isometric(name: str) -> dict[str, dict[str, Any]]:
    """A recommended protocol as `protocol: isometric` of simulate/cohort.yaml. The simulated forearm does not turn."""
    from deepemg.pretrain.contraction_protocols import recommended_protocol

    planned = recommended_protocol(name).contractions
    if any(c.forearm != "supinated" for c in planned):
        raise typer.BadParameter(f"{name} turns the forearm, which no simulated arm does", param_hint="--contractions")
    muscles = {"flexion": "flexor", "extension": "extensor"}
    return {
        c.trial: {
            "role": c.role,
            "action": muscles[c.pull],
            "angle": c.angle_deg,
            "level": c.level,
            "trials": 1,
            "on_dynamometer": int(c.torque),
        }
        for c in planned
    }
