"""The muscle slots of the networks: those of one joint; a model that lacks a muscle leaves its slot empty."""

from __future__ import annotations

import torch

from deepemg.joint.definition import load_joint
from deepemg.joint.settings import Scheme

JOINT = "elbow7"
SCHEME: Scheme = "hill32"  # of the personal parameters
RATE_HZ = 20.0  # clock of the networks: everything is below 6 Hz
SLOTS = load_joint(JOINT).muscle_names
FLEXOR = torch.tensor([muscle.action == "flexor" for muscle in load_joint(JOINT).muscles])
DEEP = torch.tensor([muscle.deep for muscle in load_joint(JOINT).muscles])
