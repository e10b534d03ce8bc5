"""Imports torchvision, also where its wheel was built for another kind of torch.

Package indexes hold one torchvision wheel a version, built with CUDA. Beside a CPU torch its import ends with
"operator torchvision::nms does not exist", since the compiled operators cannot be loaded and their fake
implementations then have nothing to attach to. Models and weights need none of these operators; declaring their
schemas first is enough.
"""

from __future__ import annotations

import torch

try:
    import torchvision
except RuntimeError as exc:
    if "torchvision::nms" not in str(exc):
        raise
    _operators = torch.library.Library("torchvision", "DEF")
    _operators.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _operators.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision

__all__ = ["torchvision"]
