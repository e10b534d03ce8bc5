"""The network under training."""

from __future__ import annotations

import contextlib
import copy
import json
import logging
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from renderer import files
from renderer.instant_network import LAYERS, Moderator, Network, Statistics, statistics
from renderer.train.colours import matched
from renderer.train.crops import Sampler
from renderer.train.plan import Plan
from renderer.train.teacher import CONTENT_LAYER, Teacher

log = logging.getLogger(__name__)

_WARM_UP = 300
_MEMORY = 0.999
_STATE = "state.pt"


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
            with files.whole(self._out / "instant.safetensors") as part:
                save_file(tensors, part)
        state = self._state() | {"step": self.step, "generator": self._sampler.generator.get_state()}
        with files.whole(self._out / _STATE) as part:
            torch.save(state, part)
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
