"""`python -m renderer.train`: teaches the instant painter (`renderer.instant_network`) from folders of pictures.

Every step paints some photographs, each in the style of another picture and at a strength of its own, and measures the
paintings as the painter measures its own (`renderer.stylise`): distance of Gram matrices to the style, distance of
activations to the content. Johnson et al., "Perceptual losses for real-time style transfer and super-resolution"
(2016), is where a network learns from that. The pictures lie decoded in the device's memory; crops, turns and
colours are drawn anew for every step.

Training lasts so many seconds, not so many steps, since a device is often lent for a while; the learning rate follows
the clock. It goes on from a state that an earlier run left in the same folder: parameters, the optimiser's moments, the
smoothed parameters (the ones that are kept), the count of steps and the generator. The same seed on the same machine
draws the same crops; the clock decides how many.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import dataclasses
import json
import logging
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch.nn import functional

from renderer import devices, weights
from renderer.features import Encoder, Features
from renderer.images import to_image
from renderer.instant_network import GRID, LAYERS, Moderator, Network, Statistics, gram, statistics
from renderer.losses import out_of_range, total_variation
from renderer.stylise import content_weight

log = logging.getLogger("renderer.train")

CONTENT_LAYER = "relu4_2"
#: Strengths that are taught; content weights follow the painter's, whose strongest would forget the content.
STRENGTHS = (0.2, 0.9)

_STYLE_WEIGHT, _VARIATION_WEIGHT, _RANGE_WEIGHT = 10.0, 2.0, 10.0
#: The painter weighs the content by how far the style is at the start; here, by how far it is on average.
_DISTANCE = 0.7
#: Edge of the crops that lie in the device's memory, px.
_EDGE = 384
_WARM_UP = 300
_MEMORY = 0.999
_STATE = "state.pt"
_PHOTOGRAPHS_AS_STYLES = 0.08


@dataclasses.dataclass(frozen=True)
class Plan:
    """How to train."""

    seconds: float
    batch: int = 16
    size: int = 256  #: of the crops that are painted, px
    rate: float = 1e-3  #: highest learning rate
    seed: int = 0
    report_every: int = 100  #: steps
    save_every: float = 60  #: seconds
    late_size: int = 256  #: of the crops in the last part of the time, px: what is painted later is larger, too
    late_batch: int = 16
    late_share: float = 0.0  #: of the time
    precise: bool = False  #: float32 throughout


class Pictures:
    """Crops (N, 3, 384, 384) of pictures, as bytes in the device's memory."""

    def __init__(self, files: Sequence[Path], device: torch.device, seed: int, crops: int = 4) -> None:
        with ThreadPoolExecutor() as pool:
            cut = pool.map(
                lambda item: _crops(item[1], np.random.default_rng((seed, item[0])), crops), enumerate(files)
            )
            arrays = [crop for several in cut for crop in several]
        if not arrays:
            raise SystemExit("There are no pictures to learn from.")
        self.crops = torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2).contiguous().to(device)

    def __len__(self) -> int:
        return len(self.crops)


def _crops(file: Path, rng: np.random.Generator, most: int) -> list[npt.NDArray[np.uint8]]:
    """Squares of the picture: of its whole height at first, then of ever smaller parts of it."""
    with Image.open(file) as opened:
        opened.draft("RGB", (4 * _EDGE, 4 * _EDGE))
        image = opened.convert("RGB")
    found = []
    for number in range(most):
        least = min(1.0, _EDGE / min(image.size))
        side = int(min(image.size) * max(least, (1.0, 0.8, 0.6, 0.45)[number % 4]))
        left, top = (int(rng.integers(length - side + 1)) for length in image.size)
        square = image.resize((_EDGE, _EDGE), Image.Resampling.LANCZOS, (left, top, left + side, top + side))
        found.append(np.asarray(square))
        if least == 1.0 and number >= 1:
            break
    return found


class Sampler:
    """Draws batches of crops, turned, zoomed and recoloured at random."""

    def __init__(self, contents: Pictures, styles: Pictures, plan: Plan, device: torch.device) -> None:
        self._contents, self._styles, self._device = contents, styles, device
        self.size, self.batch = plan.size, plan.batch
        self._grey = torch.full((3, 3), 1 / 3, device=device)
        self._hues = torch.eye(3, device=device) - self._grey
        self._skew = torch.tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]], device=device) / 3**0.5
        self.generator = torch.Generator(device).manual_seed(plan.seed)

    def contents(self) -> torch.Tensor:
        """Photographs (N, 3, size, size) in 0..1."""
        chosen = self._contents.crops[self._numbers(len(self._contents), self.batch)]
        return self._recoloured(self._turned(chosen, quarter=False), 0.3, 0.15)

    def styles(self) -> torch.Tensor:
        """Style pictures (N, 3, size, size) in 0..1."""
        photographs = round(self.batch * _PHOTOGRAPHS_AS_STYLES)
        chosen = torch.cat(
            [
                self._styles.crops[self._numbers(len(self._styles), self.batch - photographs)],
                self._contents.crops[self._numbers(len(self._contents), photographs)],
            ]
        )
        return self._recoloured(self._turned(chosen, quarter=True), 0.6, 0.5)

    def strengths(self) -> torch.Tensor:
        """(N,)."""
        low, high = STRENGTHS
        return low + (high - low) * self._random(self.batch)

    def _random(self, *shape: int) -> torch.Tensor:
        return torch.rand(shape, device=self._device, generator=self.generator)

    def _numbers(self, below: int, count: int) -> torch.Tensor:
        return torch.randint(below, (count,), device=self._device, generator=self.generator)

    def _turned(self, crops: torch.Tensor, quarter: bool) -> torch.Tensor:
        count, size = len(crops), self.size
        zoom = size / _EDGE + (1 - size / _EDGE) * self._random(count)  # part of the crop's edge that is seen
        angle = (self._random(count) - 0.5) * 0.5
        if quarter:
            angle = angle + self._numbers(4, count) * (math.pi / 2)
        else:
            angle = angle * 0.2
        flip = 1 - 2.0 * self._numbers(2, count)
        room = (1 - zoom)[:, None] * (2 * self._random(count, 2) - 1)
        cosine, sine = zoom * angle.cos(), zoom * angle.sin()
        matrix = torch.stack(
            [
                torch.stack([flip * cosine, -sine, room[:, 0]], 1),
                torch.stack([flip * sine, cosine, room[:, 1]], 1),
            ],
            1,
        )
        grid = functional.affine_grid(matrix, [count, 3, size, size], align_corners=False)
        return functional.grid_sample(
            crops.float() / 255, grid, mode="bilinear", padding_mode="reflection", align_corners=False
        )

    def _recoloured(self, pictures: torch.Tensor, share: float, amount: float) -> torch.Tensor:
        """A share of the pictures with other colours: hue turned, saturation, contrast and brightness changed."""
        count = len(pictures)
        turn = (2 * self._random(count, 1, 1) - 1) * math.pi * min(1.0, 2 * amount)
        saturation = 1 + amount * (2 * self._random(count, 1, 1) - 1)
        rotation = self._grey + saturation * (turn.cos() * self._hues + turn.sin() * self._skew)
        contrast = 1 + 0.6 * amount * (2 * self._random(count, 1, 1) - 1)
        lift = 0.3 * amount * (2 * self._random(count, 1, 1) - 1)
        changed = contrast * (rotation @ (pictures.flatten(2) - 0.5)) + 0.5 + lift
        keep = (self._random(count, 1, 1, 1) > share).float()
        return torch.lerp(changed.view_as(pictures).clamp(0, 1), pictures, keep)


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


@dataclasses.dataclass(frozen=True)
class Measured:
    """The terms of the loss, means over the batch."""

    loss: torch.Tensor
    style: torch.Tensor
    content: torch.Tensor


class Teacher:
    """Measures paintings against what they are to show."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        table = [content_weight(percent / 100) for percent in range(101)]
        self._weights = _DISTANCE * torch.tensor(table, device=encoder.mean.device)

    def encode(self, pictures: torch.Tensor, layers: Sequence[str]) -> Features:
        """Activations (N, C, H', W') of pictures (N, 3, H, W)."""
        if pictures.device.type != "cpu":
            features: Features = self._encoder(pictures, layers)
            return features
        # The encoder's convolutions for CPUs take one picture at a time.
        with torch.autocast("cpu", enabled=False):
            singly = [self._encoder(picture, layers) for picture in pictures.split(1)]
        return {layer: torch.cat([single[layer] for single in singly]) for layer in layers}

    def measure(
        self, paintings: torch.Tensor, style: Statistics, content: torch.Tensor, strengths: torch.Tensor
    ) -> Measured:
        """The loss of paintings (N, 3, H, W); `content` are activations of CONTENT_LAYER."""
        features = self.encode(paintings, (*LAYERS, CONTENT_LAYER))
        distances = [_distances(gram(features[layer].flatten(2)), style.grams[layer]) for layer in LAYERS]
        styles = torch.stack(distances)  # (layers, N)
        difference = (features[CONTENT_LAYER].float() - content.float()).square().mean((1, 2, 3))
        contents = difference / content.float().square().mean((1, 2, 3)).clamp_min(1e-6)
        weights = self._weights[(strengths * 100).round().long()]
        # This differs from the painter: a style that is far away must not outweigh all others of its batch.
        terms = _STYLE_WEIGHT * styles.log1p().mean(0) + weights * contents
        bare = _VARIATION_WEIGHT * total_variation(paintings) + _RANGE_WEIGHT * out_of_range(paintings)
        loss = (terms / (_STYLE_WEIGHT + weights)).mean() + bare / _STYLE_WEIGHT
        return Measured(loss, styles.mean().detach(), contents.mean().detach())


def _distances(actual: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """‖G − G*‖² / ‖G*‖² of N pairs of Gram matrices, (N,)."""
    return (actual - target).square().sum((1, 2)) / target.square().sum((1, 2)).clamp_min(1e-6)


class Training:
    """A network under training, with all that has to be kept to go on with it."""

    def __init__(
        self, plan: Plan, sampler: Sampler, teacher: Teacher, out: Path, device: torch.device, begin: Path | None = None
    ) -> None:
        torch.manual_seed(plan.seed)
        self._plan, self._sampler, self._teacher, self._out, self._device = plan, sampler, teacher, out, device
        self.network = Network().to(device)
        self._parameters: list[torch.Tensor] = list(self.network.parameters())
        fused = device.type == "cuda"
        self._optimiser = torch.optim.Adam(self._parameters, lr=plan.rate, betas=(0.9, 0.99), fused=fused)
        self.smoothed = [parameter.detach().clone() for parameter in self._parameters]
        self.step = 0
        self._caution = 1.0
        if (out / _STATE).is_file():
            self._resume()
        elif begin is not None:
            self._begin(begin)
        else:
            self._calibrate()

    def run(self, validate: Callable[[Training], dict[str, float]]) -> None:
        """Train as long as the plan says."""
        began = saved = time.monotonic()
        first, sums, since = self.step, torch.zeros(4, device=self._device), time.monotonic()
        good = self._remembered()
        while (elapsed := time.monotonic() - began) < self._plan.seconds:
            rate = self._rate(elapsed / self._plan.seconds, self.step - first)
            for group in self._optimiser.param_groups:
                group["lr"] = rate
            if self._plan.late_share and elapsed > (1 - self._plan.late_share) * self._plan.seconds:
                self._sampler.size, self._sampler.batch = self._plan.late_size, self._plan.late_batch
            sums += self._advance()
            if self.step % self._plan.report_every == 0:
                loss, style, content, norm = (sums / self._plan.report_every).tolist()
                now = time.monotonic()
                self._say(
                    step=self.step, seconds=round(now - began, 1), rate=rate, loss=loss, style=style, content=content,
                    gradient=norm, pace=self._plan.report_every / (now - since),
                )  # fmt: skip
                if math.isfinite(loss) and math.isfinite(norm):
                    good = self._remembered()
                else:
                    self._recall(good)
                sums.zero_()
                since = now
            if time.monotonic() - saved > self._plan.save_every:
                self._keep(validate)
                saved = since = time.monotonic()
                sums.zero_()
        self._keep(validate)

    def _advance(self) -> torch.Tensor:
        """One step; loss, style, content and gradient's norm (4,)."""
        sampler = self._sampler
        with torch.no_grad():
            contents, styles, strengths = sampler.contents(), sampler.styles(), sampler.strengths()
            ground = matched(contents, styles)
        with torch.no_grad(), self._precision():
            target = statistics(self._teacher.encode(styles, tuple(LAYERS)))
            activations = self._teacher.encode(contents, (CONTENT_LAYER,))[CONTENT_LAYER]
        modulations = self.network.predictor(target, strengths)
        with self._precision():
            paintings = self.network(ground, Moderator(modulations)).float()
            measured = self._teacher.measure(paintings, target, activations, strengths)
        self._optimiser.zero_grad(set_to_none=True)
        measured.loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self._parameters, 5.0)
        self._optimiser.step()
        self.step += 1
        keep = min(_MEMORY, self.step / (self.step + 20))
        torch._foreach_lerp_(self.smoothed, [parameter.detach() for parameter in self._parameters], 1 - keep)
        return torch.stack([measured.loss.detach(), measured.style, measured.content, norm.detach()])

    def _precision(self) -> contextlib.AbstractContextManager[object]:
        return torch.autocast(self._device.type, torch.bfloat16, enabled=not self._plan.precise)

    def _rate(self, elapsed: float, steps: int) -> float:
        """Warms up, stays, and falls along a cosine over the last two thirds of the time."""
        falling = max(0.0, (elapsed - 1 / 3) * 1.5)
        return (
            self._plan.rate * min(1.0, (steps + 1) / _WARM_UP) * (0.01 + 0.99 * (1 + math.cos(math.pi * falling)) / 2)
        )

    @torch.no_grad()
    def _calibrate(self) -> None:
        seen = []
        for _ in range(max(1, 128 // self._plan.batch)):
            styles = self._sampler.styles()
            with self._precision():
                seen.append(statistics(self._teacher.encode(styles, tuple(LAYERS))))
        together = Statistics(
            {layer: torch.cat([style.means[layer] for style in seen]) for layer in LAYERS},
            {layer: torch.cat([style.grams[layer] for style in seen]) for layer in LAYERS},
        )
        self.network.predictor.calibrate(together)

    @contextlib.contextmanager
    def as_kept(self) -> Iterator[Network]:
        """The network with its smoothed parameters, which are the ones that are kept."""
        current = [parameter.detach().clone() for parameter in self._parameters]
        with torch.no_grad():
            torch._foreach_copy_(self._parameters, self.smoothed)
            try:
                yield self.network
            finally:
                torch._foreach_copy_(self._parameters, current)

    def _keep(self, validate: Callable[[Training], dict[str, float]]) -> None:
        began = time.monotonic()
        with self.as_kept() as network:
            tensors = {name: value.half().contiguous() for name, value in network.state_dict().items()}
            _replace(self._out / "instant.safetensors", lambda part: save_file(tensors, part))
        state = self._state() | {"step": self.step, "generator": self._sampler.generator.get_state()}
        _replace(self._out / _STATE, lambda part: torch.save(state, part))
        figures = validate(self)
        self._say(step=self.step, kept_in=round(time.monotonic() - began, 1), **figures)

    def _state(self) -> dict[str, Any]:
        return {
            "network": self.network.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "smoothed": self.smoothed,
        }

    def _remembered(self) -> dict[str, Any]:
        return copy.deepcopy(self._state())

    def _recall(self, state: dict[str, Any]) -> None:
        """Go back to where the loss was still a number, and on with smaller steps."""
        log.warning("the loss is no number any more; going back, with smaller steps")
        self._restore(copy.deepcopy(state))
        self._caution *= 0.5

    def _restore(self, state: dict[str, Any]) -> None:
        self.network.load_state_dict(state["network"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.smoothed = state["smoothed"]

    def _resume(self) -> None:
        state = torch.load(self._out / _STATE, map_location=self._device, weights_only=True)
        self._restore(state)
        self.step = state["step"]
        self._sampler.generator.set_state(state["generator"].cpu())

    def _begin(self, weights_file: Path) -> None:
        """Take over weights that were kept; what the optimiser knew is lost."""
        self.network.load_state_dict({name: value.float() for name, value in load_file(weights_file).items()})
        self.smoothed = [parameter.detach().clone() for parameter in self._parameters]

    def _say(self, **figures: float) -> None:
        line = json.dumps({name: round(value, 5) for name, value in figures.items()})
        log.info("%s", line)
        with (self._out / "log.jsonl").open("a") as stream:
            stream.write(line + "\n")


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    part = path.with_suffix(".part")
    write(part)
    part.replace(path)


class Validation:
    """Held-out contents in held-out styles at 512 px: a sheet, and their distances."""

    def __init__(self, folder: Path, teacher: Teacher, out: Path, device: torch.device, edge: int = 512) -> None:
        self._teacher, self._out = teacher, out
        self._contents = [_fitted(file, edge, device) for file in _pictures(folder / "contents")]
        self._styles = [_fitted(file, edge, device) for file in _pictures(folder / "styles")]

    @torch.no_grad()
    def __call__(self, training: Training) -> dict[str, float]:
        """Paint the sheet; mean distances over it."""
        rows, totals = [], []
        with training.as_kept() as network:
            for style in self._styles:
                target = statistics(self._teacher.encode(style, tuple(LAYERS)))
                row = [style]
                for content in self._contents:
                    strength = torch.full((1,), 0.8, device=content.device)
                    ground = matched(content, style)
                    painting = network(ground, Moderator(network.predictor(target, strength))).clamp(0, 1)
                    activations = self._teacher.encode(content, (CONTENT_LAYER,))[CONTENT_LAYER]
                    measured = self._teacher.measure(painting, target, activations, strength)
                    totals.append((float(measured.style), float(measured.content)))
                    row.append(painting)
                rows.append(row)
        self._sheet(rows)
        style_mean, content_mean = (sum(values) / len(totals) for values in zip(*totals, strict=True))
        return {"held_out_style": style_mean, "held_out_content": content_mean}

    def _sheet(self, rows: Sequence[Sequence[torch.Tensor]]) -> None:
        height = max(picture.shape[2] for row in rows for picture in row)
        width = max(picture.shape[3] for row in rows for picture in row)
        sheet = Image.new("RGB", (width * len(rows[0]), height * len(rows)), "white")
        for down, row in enumerate(rows):
            for across, picture in enumerate(row):
                sheet.paste(to_image(picture), (across * width, down * height))
        _replace(self._out / "sheet.jpg", lambda part: sheet.save(part, "JPEG", quality=90))


def _fitted(file: Path, edge: int, device: torch.device) -> torch.Tensor:
    """A picture (1, 3, H, W) of about that long edge, its edges multiples of the grid."""
    with Image.open(file) as opened:
        image = opened.convert("RGB")
    size = [max(GRID, round(length * edge / max(image.size) / GRID) * GRID) for length in image.size]
    values = np.asarray(image.resize((size[0], size[1]), Image.Resampling.LANCZOS))
    return torch.from_numpy(values.copy()).permute(2, 0, 1)[None].to(device).float() / 255


def _pictures(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp"))


def main() -> int:
    """Train, or go on training."""
    parser = argparse.ArgumentParser(prog="renderer.train", description=main.__doc__)
    parser.add_argument("--contents", type=Path, required=True, help="folder of photographs")
    parser.add_argument("--styles", type=Path, required=True, help="folder of style pictures")
    parser.add_argument("--held-out", type=Path, required=True, help="folder with `contents` and `styles` to look at")
    parser.add_argument("--weights", type=Path, required=True, help="folder of the encoder's weights")
    parser.add_argument("--out", type=Path, required=True, help="folder for state, weights, log and sheet")
    parser.add_argument("--begin", type=Path, help="weights to begin with, where there is no state")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--crops", type=int, default=4, help="of each picture")
    parser.add_argument("--held-out-edge", type=int, default=512, help="px")
    for field in dataclasses.fields(Plan):
        name = "--" + field.name.replace("_", "-")
        if field.name == "precise":
            parser.add_argument(name, action="store_true")
        else:
            kind = {"float": float, "int": int}[str(field.type)]
            default = {} if field.default is dataclasses.MISSING else {"default": field.default}
            parser.add_argument(name, type=kind, required=not default, **default)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    device = devices.choose(given.device)
    torch.backends.cudnn.benchmark = True
    plan = Plan(**{field.name: getattr(given, field.name) for field in dataclasses.fields(Plan)})
    given.out.mkdir(parents=True, exist_ok=True)
    found = weights.find("vgg16", given.weights)
    if found is None:
        raise SystemExit(f"There are no encoder's weights in {given.weights}.")
    teacher = Teacher(Encoder(found[0], weights.load(*found), device))
    contents = Pictures(_pictures(given.contents), device, plan.seed, given.crops)
    styles = Pictures(_pictures(given.styles), device, plan.seed, given.crops)
    log.info("%d crops of photographs, %d of styles, on %s", len(contents), len(styles), devices.describe(device))
    training = Training(plan, Sampler(contents, styles, plan, device), teacher, given.out, device, given.begin)
    training.run(Validation(given.held_out, teacher, given.out, device, given.held_out_edge))
    return 0


if __name__ == "__main__":
    sys.exit(main())
