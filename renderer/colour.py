"""Colours of one picture carried over to another, in closed form."""

from __future__ import annotations

from collections.abc import Sequence

import torch

_EPSILON = 1e-5


def match(picture: torch.Tensor, references: Sequence[tuple[torch.Tensor, float]]) -> torch.Tensor:
    """The picture (1, 3, H, W) with the mean and covariance of the references' colours, blended by weight.

    It is the linear map that moves colours least: Pitié & Kokaram, "The linear Monge-Kantorovitch linear colour
    mapping for example-based colour transfer" (2007). Values may leave 0..1.
    """
    mean, covariance = _statistics(picture)
    total = sum(weight for _, weight in references)
    wanted = [(_statistics(reference), weight / total) for reference, weight in references]
    wanted_mean = torch.stack([share * statistics[0] for statistics, share in wanted]).sum(0)
    wanted_covariance = torch.stack([share * statistics[1] for statistics, share in wanted]).sum(0)
    root, inverse_root = _root(covariance), torch.linalg.inv(_root(covariance))
    transform = inverse_root @ _root(root @ wanted_covariance @ root) @ inverse_root  # (3, 3)
    transform, wanted_mean = transform.to(picture), wanted_mean.to(picture)
    colours = picture[0].flatten(1)  # (3, H·W)
    matched: torch.Tensor = transform @ (colours - mean.to(picture)) + wanted_mean
    return matched.view_as(picture)


def _statistics(picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean (3, 1) and covariance (3, 3) of a picture's colours; double, since flat pictures are nearly singular."""
    colours = picture[0].flatten(1)
    colours = (colours if picture.is_cuda else colours.cpu()).double()  # an Apple GPU has no doubles
    mean = colours.mean(1, keepdim=True)
    centred = colours - mean
    covariance = centred @ centred.T / colours.shape[1]
    return mean.cpu(), covariance.cpu() + _EPSILON * torch.eye(3, dtype=torch.float64)


def _root(matrix: torch.Tensor) -> torch.Tensor:
    """Square root of a symmetric positive matrix (3, 3)."""
    values, vectors = torch.linalg.eigh(matrix)
    root: torch.Tensor = vectors @ torch.diag(values.clamp_min(0).sqrt()) @ vectors.T
    return root


#: Brightness of red, green and blue in sRGB (ITU-R BT.709), and of what the eye takes for it.
_BRIGHTNESS = (0.2126, 0.7152, 0.0722)


def luminance(picture: torch.Tensor) -> torch.Tensor:
    """Brightness (1, 1, H, W) of a picture (1, 3, H, W)."""
    red, green, blue = (weight * plane for weight, plane in zip(_BRIGHTNESS, picture.split(1, dim=1), strict=True))
    brightness: torch.Tensor = red + green + blue
    return brightness


def grey(picture: torch.Tensor) -> torch.Tensor:
    """The picture without its colours, (1, 3, H, W)."""
    return luminance(picture).expand_as(picture).contiguous()


def with_luminance(picture: torch.Tensor, brightness: torch.Tensor) -> torch.Tensor:
    """The picture's colours at another brightness (1, 1, H, W), as in Gatys et al., "Preserving color" (2016)."""
    return picture + (brightness - luminance(picture))


def with_range_of(picture: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """A grey picture with the mean and spread of the reference's brightness (Gatys et al., 2016)."""
    spread = reference.std() / picture.std().clamp_min(1e-3)
    return ((picture - picture.mean()) * spread + reference.mean()).clamp(0, 1)
