"""How the boosted trees are trained."""

from __future__ import annotations

from pydantic import Field

from deepemg.settings import settings_dataclass


@settings_dataclass
class TreeTraining:
    """Training of the boosted trees, set beforehand and not tuned; the last five are scikit-learn's."""

    chunks: int = Field(
        default=24, ge=1, description="Of 256 virtual subjects each; 6000 subjects are where more change little."
    )
    samples: int = Field(
        default=60, ge=1, le=300, description="Of each subject, on average, among the 300 of its three trials."
    )
    max_iter: int = Field(default=150, ge=1, description="Trees of each muscle.")
    learning_rate: float = Field(default=0.1, gt=0, le=1, description="1. Shrinkage of each tree.")
    max_leaf_nodes: int = Field(default=31, ge=2, description="Of each tree.")
    l2_regularization: float = Field(default=5.0, ge=0, description="1. Penalty on the leaves' values.")
    min_samples_leaf: int = Field(
        default=200, ge=1, description="Of some 300 thousand samples; fewer would follow single subjects."
    )
