"""Colours of one picture given to another, for a batch of pairs and without a decomposition, which is slow on a GPU."""

from __future__ import annotations

import torch


def matched(pictures: torch.Tensor, references: torch.Tensor) -> torch.Tensor:
    """Pictures (N, 3, H, W) in the colours of N references, as `renderer.colour.match` has it, but in one go."""
    mean, covariance = _colours(pictures)
    wanted_mean, wanted_covariance = _colours(references)
    root, inverse = _roots(covariance)
    middle, _ = _roots(root @ wanted_covariance @ root)
    transform = inverse @ middle @ inverse
    moved: torch.Tensor = transform @ (pictures.flatten(2) - mean) + wanted_mean
    return moved.view_as(pictures).clamp(0, 1)


def _colours(pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    values = pictures.flatten(2)
    mean = values.mean(2, keepdim=True)
    centred = values - mean
    covariance = centred @ centred.transpose(1, 2) / values.shape[2]
    return mean, covariance + 1e-4 * torch.eye(3, device=pictures.device)


def _roots(matrices: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Square roots of symmetric positive matrices (N, 3, 3), and their inverses (Newton's iteration, coupled)."""
    norm = matrices.square().sum((1, 2), keepdim=True).sqrt()
    identity = torch.eye(3, device=matrices.device).expand_as(matrices)
    root, inverse = matrices / norm, identity
    for _ in range(20):
        step = 1.5 * identity - 0.5 * inverse @ root
        root, inverse = root @ step, step @ inverse
    return root * norm.sqrt(), inverse / norm.sqrt()
