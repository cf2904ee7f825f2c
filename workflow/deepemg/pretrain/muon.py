"""Muon: momentum whose matrices are made nearly orthogonal before they are taken as a step.

PyTorch has it too (`torch.optim.Muon`), in bfloat16, which processors without such arithmetic only imitate: there it
took a third of a training step of our small network. This one computes in the matrices' own precision.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim import Optimizer

QUINTIC = (3.4445, -4.7750, 2.0315)  # of the iteration, as published
ITERATIONS = 5
MOMENTUM = 0.95


def nearly_orthogonal(matrix: Tensor) -> Tensor:
    """The matrix with singular values between some .5 and 1.5 (Newton-Schulz iteration; Jordan et al. 2024)."""
    a, b, c = QUINTIC
    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    wide = wide / wide.norm().clamp(min=1e-7)
    for _ in range(ITERATIONS):
        gram = wide @ wide.T
        wide = a * wide + (b * gram + c * gram @ gram) @ wide
    return wide if matrix.shape[0] <= matrix.shape[1] else wide.T


class Muon(Optimizer):
    """Nesterov momentum, made nearly orthogonal, as large as a step of AdamW (Liu et al. 2025, arXiv 2502.16982)."""

    def __init__(self, matrices: Iterable[Tensor], lr: float, weight_decay: float):
        super().__init__(matrices, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One step down the gradients that the matrices have now."""
        for group in self.param_groups:
            for matrix in group["params"]:
                momentum = self.state[matrix].setdefault("momentum", torch.zeros_like(matrix))
                momentum.lerp_(matrix.grad, 1 - MOMENTUM)
                direction = nearly_orthogonal(matrix.grad.lerp(momentum, MOMENTUM))
                matrix.mul_(1 - group["lr"] * group["weight_decay"])
                matrix.add_(direction, alpha=-group["lr"] * 0.2 * max(matrix.shape) ** 0.5)
