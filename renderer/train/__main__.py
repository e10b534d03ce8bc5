"""The command line of the trainer."""

from __future__ import annotations

import argparse
import dataclasses
import logging
import sys
from pathlib import Path

import torch

from renderer import devices, weights
from renderer.features import Encoder
from renderer.train.crops import Pictures, Sampler, pictures_in
from renderer.train.plan import Plan
from renderer.train.teacher import Teacher
from renderer.train.training import Training
from renderer.train.validation import Validation

log = logging.getLogger("renderer.train")


def main() -> int:
    """Train, or go on training."""
    parser = argparse.ArgumentParser(prog="atelier train", description=main.__doc__)
    parser.add_argument("--contents", type=Path, required=True, help="folder of photographs")
    parser.add_argument("--styles", type=Path, required=True, help="folder of style pictures")
    parser.add_argument("--held-out", type=Path, required=True, help="folder with `contents` and `styles` to look at")
    parser.add_argument(
        "--weights", type=Path, required=True, help="folder of the encoder's weights; that of the settings"
    )
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
    contents = Pictures(pictures_in(given.contents), device, plan.seed, given.crops)
    styles = Pictures(pictures_in(given.styles), device, plan.seed, given.crops)
    log.info("%d crops of photographs, %d of styles, on %s", len(contents), len(styles), devices.describe(device))
    training = Training(plan, Sampler(contents, styles, plan, device), teacher, given.out, device, given.begin)
    training.run(Validation(given.held_out, teacher, given.out, device, given.held_out_edge))
    return 0


if __name__ == "__main__":
    sys.exit(main())
