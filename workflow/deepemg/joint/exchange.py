"""Personal joints for OpenSim: the model as .osim (signals: storage.py)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import torch

from deepemg.atomic import written_aside
from deepemg.joint.definition import Joint
from deepemg.joint.opensim import build_model, path_table
from deepemg.joint.parameters import HILL, hill_parameters, parameter_scheme


def personal_joint(joint: Joint, personal: np.ndarray, *, scheme: str = "hill32") -> Joint:
    """The joint with the personal Hill parameters of a flat vector (n_parameters,) of the scheme."""
    hill = hill_parameters(parameter_scheme(joint, scheme), torch.tensor(personal, dtype=torch.float64))
    values = {name: getattr(hill, name).tolist() for name in HILL}
    muscles = [
        replace(muscle, **{name: values[name][place] for name in HILL}) for place, muscle in enumerate(joint.muscles)
    ]
    return replace(joint, muscles=tuple(muscles))


def write_osim(joint: Joint, path: Path, *, load_kg: float = 0.0) -> None:
    """Write the joint as an OpenSim model: De Groote-Fregly muscles, rigid tendons, lengths from the joint's table.

    OpenSim's own wrapped paths are no shortest paths: their moment arms differ from -dl/dq by up to 0.15 mm. With the
    table both programs mean the same joint.
    """
    model = build_model(joint, load_kg=load_kg, muscle_model="de_groote", rigid_tendon=True, path_from="table")
    model.initSystem()
    with written_aside(path) as aside:
        if not model.printToXML(str(aside)):
            raise OSError(f"OpenSim could not write {path}")
        _write_splines_in_full(joint, aside)


def _write_splines_in_full(joint: Joint, path: Path) -> None:
    """OpenSim writes lists with six digits, which is 0.1 mm in a moment arm; put all digits in."""
    angles, lengths = path_table(joint)
    document = ElementTree.parse(path)
    for name, column in zip(joint.muscle_names, lengths.T, strict=True):
        for tag, values in (("x", angles), ("y", column)):
            place = document.find(f".//DeGrooteFregly2016Muscle[@name='{name}']//SimmSpline/{tag}")
            if place is None:
                raise OSError(f"{path}: OpenSim wrote no path for {name}")
            place.text = " ".join(map(repr, values.tolist()))
    document.write(path, encoding="UTF-8", xml_declaration=True)
