"""3×3 convolutions on a CPU with a quarter of the multiplications.

Winograd's minimal filtering F(4×4, 3×3), after Lavin & Gray, "Fast algorithms for convolutional neural networks"
(2015): a tile of 6×6 values becomes 36 transformed ones, the convolution there is one matrix product each, and a
second transform gives the tile's 4×4 results. The backward pass is the exact adjoint, with the same kernels.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

#: With fewer channels memory is the limit, where the direct convolution is as fast.
MIN_CHANNELS = 128
#: Rows of tiles transformed at a time: what is in hand stays in the processor's cache.
_ROWS = 8

_INPUT = torch.tensor(
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ],
    dtype=torch.float32,
)
_KERNEL = torch.tensor(
    [
        [1 / 4, 0, 0],
        [-1 / 6, -1 / 6, -1 / 6],
        [-1 / 6, 1 / 6, -1 / 6],
        [1 / 24, 1 / 12, 1 / 6],
        [1 / 24, -1 / 12, 1 / 6],
        [0, 0, 1],
    ],
    dtype=torch.float32,
)
_OUTPUT = torch.tensor(
    [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]], dtype=torch.float32
)
#: Both dimensions at once, on values laid out as rows: (36, 36), (36, 9) and (16, 36).
_INPUT_2D, _KERNEL_2D, _OUTPUT_2D = (torch.kron(matrix, matrix) for matrix in (_INPUT, _KERNEL, _OUTPUT))


def transformed(weight: torch.Tensor) -> torch.Tensor:
    """Kernels (K, C, 3, 3) as 36 matrices (36, C, K), once for all pictures."""
    outputs, inputs = weight.shape[:2]
    return (_KERNEL_2D @ weight.permute(2, 3, 1, 0).reshape(9, -1)).view(36, inputs, outputs)


def convolve(x: torch.Tensor, kernels: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """Convolve (1, C, H, W) with `transformed` kernels, zero padding of 1, and add the bias: (1, K, H, W)."""
    result: torch.Tensor = _Convolution.apply(x, kernels, bias)  # type: ignore[no-untyped-call]
    return result


class Convolution(nn.Module):
    """A frozen convolution of (1, C, H, W) by kernels (K, C, 3, 3), zero padding of 1, and a bias (K,).

    The kernels are transformed when they are first used: they are four times as large then, and not every picture
    needs the deepest ones.
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__()
        self._weight: torch.Tensor | None = weight
        self._transformed: torch.Tensor | None = None
        self._bias = bias

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(1, K, H, W)."""
        if self._weight is not None:
            self._transformed, self._weight = transformed(self._weight), None
        assert self._transformed is not None
        return convolve(x, self._transformed, self._bias)


class _Convolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, kernels: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(kernels)
        ctx.shape = x.shape
        height, width = x.shape[-2:]
        down, across = -(-height // 4), -(-width // 4)  # tiles
        padded = functional.pad(
            x[0].permute(1, 2, 0), (0, 0, 1, 4 * across - width + 1, 1, 4 * down - height + 1)
        )  # (4·down + 2, 4·across + 2, C)
        channels_in, channels_out = kernels.shape[1:]
        result = torch.empty((1, channels_out, 4 * down, 4 * across), memory_format=torch.channels_last)
        tiles = result[0].permute(1, 2, 0).view(down, 4, across, 4, channels_out)
        row, column, _ = padded.stride()
        for top in range(0, down, _ROWS):
            rows = min(_ROWS, down - top)
            windows = padded.as_strided(
                (6, 6, rows, across, channels_in), (row, column, 4 * row, 4 * column, 1), top * 4 * row
            )
            values = (_INPUT_2D @ windows.reshape(36, -1)).view(36, -1, channels_in)
            products = torch.bmm(values, kernels).view(36, -1)
            results = (_OUTPUT_2D @ products).view(4, 4, rows, across, channels_out)
            torch.add(results.permute(2, 0, 3, 1, 4), bias, out=tiles[top : top + rows])
        # Never a view: what follows rectifies in place.
        whole = result.shape[-2:] == (height, width)
        return result if whole else result[..., :height, :width].clone(memory_format=torch.channels_last)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        (kernels,) = ctx.saved_tensors
        height, width = ctx.shape[-2:]
        down, across = -(-height // 4), -(-width // 4)
        channels_in, channels_out = kernels.shape[1:]
        gradient = functional.pad(
            gradients[0][0].permute(1, 2, 0), (0, 0, 0, 4 * across - width, 0, 4 * down - height)
        )  # (4·down, 4·across, K)
        tiles = gradient.reshape(down, 4, across, 4, channels_out).permute(1, 3, 0, 2, 4)
        result = gradient.new_zeros(4 * (down + 1), 4 * (across + 1), channels_in)
        into = result.view(down + 1, 4, across + 1, 4, channels_in).permute(1, 3, 0, 2, 4)
        for top in range(0, down, _ROWS):
            rows = min(_ROWS, down - top)
            products = (_OUTPUT_2D.T @ tiles[:, :, top : top + rows].reshape(16, -1)).view(36, -1, channels_out)
            values = torch.bmm(products, kernels.transpose(1, 2)).view(36, -1)
            windows = (_INPUT_2D.T @ values).view(6, 6, rows, across, channels_in)
            # A window reaches two values into its neighbours.
            here, below = slice(top, top + rows), slice(top + 1, top + rows + 1)
            into[:, :, here, :-1] += windows[:4, :4]
            into[:2, :, below, :-1] += windows[4:, :4]
            into[:, :2, here, 1:] += windows[:4, 4:]
            into[:2, :2, below, 1:] += windows[4:, 4:]
        return result[1 : height + 1, 1 : width + 1].permute(2, 0, 1).unsqueeze(0), None, None
