"""`deepemg train`: the weights of `nmm`, from virtual subjects to a scaled file, and how they hold under stress."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deepemg.own_folder import outside_subjects

app = typer.Typer(no_args_is_help=True, help="Train the weights of nmm on virtual subjects.")


@app.command()
def network(
    out: Annotated[Path, typer.Option(callback=outside_subjects, help="Where the trained network goes.")],
    seed: Annotated[int, typer.Option(help="Of the virtual subjects and the first weights.")] = 1,
    chunks: Annotated[
        int | None, typer.Option(min=1, help="Of virtual subjects; default: pretrain/training.yaml.")
    ] = None,
    mechanics: Annotated[
        bool, typer.Option(help="Whether it sees what the nominal joint makes of the signals.")
    ] = True,
    device: Annotated[str, typer.Option(help="cpu, cuda, or auto: a GPU where there is one.")] = "auto",
    start_from: Annotated[
        Path | None, typer.Option(help="Trunk of another training to start from, whatever its settings were.")
    ] = None,
) -> None:
    """Train one network. A run that was killed goes on from its last checkpoint with the same command.

    With more chunks, it goes on from where the learning rate of the last run began to fall.

    Example: `deepemg train network --seed 1 --out results/trained/1.pt`
    """
    import torch

    from deepemg.pretrain.training import read_settings, train
    from deepemg.pretrain.virtual.draws import read_assumptions

    settings = read_settings()
    settings["training"]["chunks"] = chunks or settings["training"]["chunks"]
    settings["network"]["mechanics"] = mechanics
    out.parent.mkdir(parents=True, exist_ok=True)
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    train(seed, out, settings, read_assumptions(), device=device, start_from=start_from)


@app.command()
def assemble(
    networks: Annotated[list[Path], typer.Argument(help="Files of trained networks.")],
    cohort: Annotated[list[Path], typer.Option(help="Folder of development subjects with truth; once for each.")],
    out: Annotated[Path, typer.Option(callback=outside_subjects, help="The weights file.")],
) -> None:
    """Put networks into one weights file, their bands scaled on development cohorts and stress cases.

    Example: `deepemg train assemble results/trained/1.pt --cohort results/truth/T1 --out resources/nmm.pt`
    """
    from deepemg.pretrain.assemble import assemble as write

    typer.echo(f"bands scaled by {write(networks, cohort, out)}")


@app.command()
def stress(
    weights: Annotated[Path | None, typer.Option(help="Weights file; default: the released one.")] = None,
    subjects: Annotated[int, typer.Option(min=3, help="Virtual subjects of each case.")] = 384,
    out: Annotated[Path, typer.Option(callback=outside_subjects, help="Folder of stress.csv and protocol.csv.")] = Path(
        "results/released/stress"
    ),
) -> None:
    """Subjects unlike those of the training, and what each recording is worth. Then `deepemg docs`.

    Example: `deepemg train stress`
    """
    from deepemg.pretrain.stress import stress_tables

    stress_tables(weights, subjects, out)


@app.command()
def calibration(
    weights: Annotated[Path | None, typer.Option(help="Weights file; default: the released one.")] = None,
    subjects: Annotated[int, typer.Option(min=10, help="Virtual subjects, made anew.")] = 1000,
    out: Annotated[Path, typer.Option(callback=outside_subjects, help="Folder of tables and figure.")] = Path(
        "results/released/calibration"
    ),
) -> None:
    """Is the posterior as sure as it may be? Ranks of the truth of new virtual subjects in it. Then `deepemg docs`.

    Example: `deepemg train calibration`
    """
    from deepemg.joint.definition import load_joint
    from deepemg.pretrain.calibration import calibration_tables
    from deepemg.pretrain.virtual_trials import HIDDEN
    from deepemg.reconstruct.nmm.slots import JOINT
    from deepemg.report.calibration import plot
    from deepemg.report.style import save

    joint = load_joint(JOINT)
    figure = plot(calibration_tables(weights, subjects, out), {name: joint.muscle(name).label for name in HIDDEN})
    save(figure, out / "calibration.svg", out / "calibration.png")


@app.command()
def protocols(
    weights: Annotated[Path | None, typer.Option(help="Weights file; default: the released one.")] = None,
    subjects: Annotated[int, typer.Option(min=3, help="Virtual subjects, the same for every protocol.")] = 384,
    out: Annotated[Path, typer.Option(callback=outside_subjects, help="Folder of table and figure.")] = Path(
        "results/released/protocols"
    ),
) -> None:
    """Which isometric contractions are worth their time, on virtual subjects made anew. Then `deepemg docs`.

    Example: `deepemg train protocols`
    """
    from deepemg.joint.definition import load_joint
    from deepemg.pretrain.contraction_worth import FILE, contraction_tables
    from deepemg.pretrain.virtual_trials import HIDDEN
    from deepemg.reconstruct.nmm.slots import JOINT
    from deepemg.report.contraction_worth import plot
    from deepemg.report.style import save

    joint = load_joint(JOINT)
    figure = plot(contraction_tables(weights, subjects, out), {name: joint.muscle(name).label for name in HIDDEN})
    save(figure, out / f"{FILE}.svg", out / f"{FILE}.png")


@app.command()
def curve(
    networks: Annotated[list[Path], typer.Argument(help="Files of trained networks, of few and of many chunks.")],
    cohort: Annotated[
        list[Path] | None, typer.Option(help="Folder of development subjects with truth; once for each.")
    ] = None,
    out: Annotated[Path, typer.Option(callback=outside_subjects, help="Folder of table and figure.")] = Path(
        "results/released/training"
    ),
) -> None:
    """How much more training would bring: errors of networks trained on more and more subjects. Then `deepemg docs`.

    Example: `deepemg train curve results/trained/*.pt --cohort results/truth/T1`
    """
    from deepemg.pretrain.learning_curve import curve_table
    from deepemg.report.learning_curve import plot
    from deepemg.report.style import save

    out.mkdir(parents=True, exist_ok=True)
    figure = plot(curve_table(networks, cohort or [], out / "curve.csv"), "BRA")
    save(figure, out / "curve.svg", out / "curve.png")
