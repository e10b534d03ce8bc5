from __future__ import annotations

import pytest
from pydantic import BaseModel

from renderer import protocol
from renderer.options import RenderOptions

PAINT = protocol.Paint(
    job="j",
    attempt=2,
    delivery=1,
    content="/c.png",
    styles=(protocol.StyleInput(picture="/s.png", weight=0.5, mask="/m.png"),),
    output="/o.png",
    frames="/f.zip",
    options=RenderOptions(size=256, content_layers={"relu4_2": 0.5}),
)
DREAM = PAINT.model_copy(update={"styles": (), "options": RenderOptions(mode="dream", layer="relu4_3")})


@pytest.mark.parametrize("message", [PAINT, DREAM, protocol.Cancel(job="j", attempt=1, keep=True)])
def test_what_is_sent_to_the_child_arrives_as_it_was(message: BaseModel) -> None:
    frame = protocol.pack(message)
    assert protocol.body_length(frame[:4]) == len(frame) - 4
    assert protocol.parse_to_child(frame[4:]) == message


def test_a_preview_arrives_byte_for_byte() -> None:
    preview = bytes(range(256))
    message = protocol.Progress(job="j", attempt=1, delivery=1, fraction=0.5, preview=preview)
    arrived = protocol.parse_from_child(protocol.pack(message)[4:])
    assert isinstance(arrived, protocol.Progress)
    assert arrived.preview == preview


def test_a_frame_over_the_limit_is_neither_sent_nor_read() -> None:
    with pytest.raises(protocol.BrokenFrame, match="over the frame limit"):
        protocol.pack(protocol.Unready(reason="x" * protocol.MAX_FRAME))
    with pytest.raises(protocol.BrokenFrame, match="over the limit"):
        protocol.body_length((protocol.MAX_FRAME + 1).to_bytes(4, "big"))


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff\xfe", b'{"kind": "dance"}', b'{"kind": "cancel", "job": "j"}'])
def test_nonsense_is_refused(body: bytes) -> None:
    with pytest.raises(protocol.BrokenFrame):
        protocol.parse_to_child(body)


def test_the_facts_of_a_painting_say_nothing_of_jobs_workers_and_files() -> None:
    done = protocol.Done(
        **{"job": "j", "attempt": 1, "delivery": 1, "worker": "w", "result": "/o.png", "frames": "/f.zip"},
        **{"width": 8, "height": 6, "seconds": 1.5, "iterations": 3, "losses": {"style": 0.5}, "device": "cpu"},
        options=RenderOptions(size=256, seed=3),
    )
    assert done.facts() == {
        **{"width": 8, "height": 6, "seconds": 1.5, "iterations": 3, "losses": {"style": 0.5}, "device": "cpu"},
        **{"encoder": "", "notes": [], "stopped_early": False},
        "options": RenderOptions(size=256, seed=3).model_dump(mode="json"),
    }
