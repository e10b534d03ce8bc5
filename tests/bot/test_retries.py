from __future__ import annotations

import pytest

from bot.jobs import MAX_ATTEMPTS, Job, Status
from bot.retries import Again, End, after
from renderer.options import MIN_SIZE, RenderOptions
from renderer.protocol import Failed, FailureReason


def failed(
    reason: FailureReason, attempt: int = 1, size: int | None = 512, too_large: int | None = None
) -> Again | End:
    job = Job(
        id="1",
        adapter="fake",
        source="1",
        requester="fake:1",
        content="a",
        styles=(),
        options=RenderOptions(size=size, mode="dream"),
        created_at=0,
        attempt=attempt,
        too_large=too_large,
    )
    event = Failed(job="1", attempt=attempt, delivery=1, worker="fake:0", reason=reason, detail="the reason why")
    return after(event, job, default_size=1024)


def test_out_of_memory_is_tried_smaller_and_remembers_what_was_asked_for() -> None:
    sizes = []
    size, too_large = None, None
    for attempt in range(1, MAX_ATTEMPTS):
        step = failed(FailureReason.OUT_OF_MEMORY, attempt, size, too_large)
        assert isinstance(step, Again) and step.delay_s == 0
        size, too_large = step.changes["options"].size, step.changes["too_large"]
        sizes.append((size, too_large))
    assert sizes == [(768, 1024), (576, 1024), (432, 1024)]
    assert failed(FailureReason.OUT_OF_MEMORY, MAX_ATTEMPTS) == End(Status.FAILED, "out_of_memory")
    assert failed(FailureReason.OUT_OF_MEMORY, 1, MIN_SIZE) == End(Status.FAILED, "out_of_memory")


def test_an_error_of_ours_is_tried_once_more_after_a_pause() -> None:
    assert failed(FailureReason.INTERNAL) == Again(5.0, {})
    assert failed(FailureReason.INTERNAL, attempt=2) == End(Status.FAILED, "internal")


@pytest.mark.parametrize(
    "reason,end",
    [
        (FailureReason.CANCELLED, End(Status.CANCELLED, "cancelled")),
        (FailureReason.RENDERER_DIED, End(Status.FAILED, "poisoned")),
        (FailureReason.POISONED, End(Status.FAILED, "poisoned")),
        (FailureReason.BAD_INPUT, End(Status.FAILED, "bad_input", "the reason why")),
    ],
)
def test_any_other_failure_is_the_end(reason: FailureReason, end: End) -> None:
    assert failed(reason) == end
