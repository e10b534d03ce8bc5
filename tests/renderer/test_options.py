"""The model of the options by itself; the words that people use for it are tested in tests/bot/test_options.py."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from renderer.options import DREAM, EXPERT, MAX_SIZE, MIN_SIZE, RenderOptions, default_size


def options(**given: Any) -> RenderOptions:
    return RenderOptions.model_validate(given)


def test_every_option_has_a_default_and_a_description() -> None:
    assert RenderOptions() == options()
    assert all(field.description for field in RenderOptions.model_fields.values())


def test_the_lists_of_experts_and_dreams_options_name_real_ones() -> None:
    assert RenderOptions.model_fields.keys() >= EXPERT | DREAM
    assert not EXPERT & DREAM


@pytest.mark.parametrize(
    "given",
    [
        {"size": MIN_SIZE - 1}, {"size": MAX_SIZE + 1}, {"size": 512.0}, {"size": "512"}, {"size": True},
        {"strength": -0.01}, {"strength": 1.01}, {"strength": float("nan")}, {"strength": "0.5"},
        {"style_scale": 0.2}, {"style_scale": 4.1}, {"style_scale": float("inf")}, {"protect": 1.1},
        {"quality": "best"}, {"colours": "Keep"}, {"mode": "sleep"}, {"seed": -1}, {"seed": 2**31},
        {"iterations": 0}, {"iterations": 2001}, {"learning_rate": 0}, {"history": 0}, {"variation": -1},
        {"style_layers": {}}, {"style_layers": []}, {"style_layers": {"relu1_1": 0}}, {"style_layers": "relu1_1"},
        {"content_layers": {"relu4_2": float("nan")}}, {"content_layers": {f"relu{i}": 1.0 for i in range(17)}},
        {"mode": "dream", "layer": "conv1"}, {"mode": "dream", "layer": "relu6_1"}, {"mode": "dream", "octaves": 13},
        {"colour": "keep"},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_out_of_range_mistyped_or_unknown_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        options(**given)


@pytest.mark.parametrize("given", [{"layer": "relu4_3"}, {"octaves": 3}])
def test_what_is_for_dreams_is_refused_for_paintings(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=f"{next(iter(given))}: for mode dream only"):
        options(**given)
    assert options(mode="dream", **given)


@pytest.mark.parametrize("given", [{"style_scale": 2.0}, {"colours": "keep", "protect": 1.0}])
def test_what_is_for_paintings_is_refused_for_dreams(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=f"{' and '.join(given)}: for mode paint only"):
        options(mode="dream", **given)


def test_a_list_of_layers_weighs_them_equally() -> None:
    assert options(style_layers=["relu1_1", "relu3_1"]).style_layers == {"relu1_1": 1, "relu3_1": 1}
    assert options(style_layers={"relu1_1": 2, "relu3_1": 1}).style_layers == {"relu1_1": 2, "relu3_1": 1}


def test_options_survive_json_unchanged() -> None:
    asked = options(
        size=300, strength=1, style_scale=0.5, colours="keep", iterations=7, style_layers={"relu2_1": 0.5}, seed=9
    )
    assert RenderOptions.model_validate_json(asked.model_dump_json()) == asked


def test_options_are_not_changed_after_they_were_checked() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        RenderOptions().strength = 2.0  # type: ignore[misc]


@pytest.mark.parametrize("device,size", [("cpu", 512), ("mps", 768), ("cuda", 1024), ("cuda:1", 1024), ("xpu:0", 512)])
def test_the_size_by_default_is_what_the_device_paints_in_good_time(device: str, size: int) -> None:
    assert default_size(device) == size
