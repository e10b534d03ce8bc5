"""No sequence of events breaks what is promised: rules made up by hypothesis, and after each all is looked at."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.jobs import Job, Priority
from renderer.protocol import FailureReason
from tests.bot.life.hands import Seat
from tests.bot.life.world import SLOTS, World

MOODS = ["ok", "ok", "later", "never", "unknown, sent", "unknown, not sent", "not mapped", "dies before", "dies after"]
#: How a worker ends a painting badly; a lost worker is told by no event.
FAILURES = [FailureReason.OUT_OF_MEMORY, FailureReason.OUT_OF_MEMORY, FailureReason.INTERNAL, FailureReason.BAD_INPUT]
_PICK = st.integers(0, 1000)


class Life(RuleBasedStateMachine):
    """Orders, workers, platforms, operators and deaths, in any order."""

    @initialize()
    def begin(self) -> None:
        self.world = World()

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self.world.run(self.world.finish_all())
            self.world.run(self.world.check())
        finally:
            self.world.close()

    # ---- people

    @rule(
        who=st.sampled_from(["fake:1", "fake:2", "fake:3"]),
        number=st.integers(1, 5),
        estimate_s=st.sampled_from([10.0, 40.0, 100.0]),
        priority=st.sampled_from([Priority.USUAL, Priority.USUAL, Priority.USUAL, Priority.OPERATOR]),
    )
    def order(self, who: str, number: int, estimate_s: float, priority: Priority) -> None:
        for _ in range(number):
            self.world.run(self.world.submit(who, estimate_s, priority))

    @precondition(lambda self: self.world.jobs)
    @rule(pick=_PICK)
    def order_again(self, pick: int) -> None:
        self.world.run(self.world.submit_again(self._job(pick)))

    @precondition(lambda self: self.world.jobs)
    @rule(pick=_PICK)
    def cancel(self, pick: int) -> None:
        self.world.run(self.world.cancel(self._job(pick)))

    # ---- scheduler and workers

    @rule()
    def supply(self) -> None:
        self.world.run(self.world.supply())

    @precondition(lambda self: self.world.pool.queue and len(self.world.pool.seats) < SLOTS)
    @rule()
    def start(self) -> None:
        self.world.run(self.world.pool.begin())

    @precondition(lambda self: self.world.pool.seats)
    @rule(pick=_PICK, fraction=st.floats(0, 1))
    def progress(self, pick: int, fraction: float) -> None:
        self.world.run(self.world.pool.progress(self._seat(pick), fraction))

    @precondition(lambda self: self.world.pool.seats)
    @rule(pick=_PICK, seconds=st.sampled_from([1.0, 30.0, 500.0]))
    def paint(self, pick: int, seconds: float) -> None:
        self.world.run(self.world.pool.paint(self._seat(pick), seconds))

    @precondition(lambda self: self.world.pool.seats)
    @rule(pick=_PICK, reason=st.sampled_from(FAILURES))
    def fail(self, pick: int, reason: FailureReason) -> None:
        self.world.run(self.world.pool.fail(self._seat(pick), reason))

    @precondition(lambda self: any(seat.is_cancelled for seat in self.world.pool.seats))
    @rule()
    def obey(self) -> None:
        seat = next(seat for seat in self.world.pool.seats if seat.is_cancelled)
        self.world.run(self.world.pool.fail(seat, FailureReason.CANCELLED))

    @precondition(lambda self: self.world.pool.seats)
    @rule(pick=_PICK)
    def lose_worker(self, pick: int) -> None:
        self.world.run(self.world.pool.lose(self._seat(pick)))

    @precondition(lambda self: self.world.pool.told)
    @rule(pick=_PICK)
    def tell_again(self, pick: int) -> None:
        """Late or twice: an end, or the start of an attempt that is over or of what is being painted."""
        told = self.world.pool.told
        event = told[pick % len(told)]
        current = {(seat.key, seat.delivery) for seat in self.world.pool.seats}
        attempts = {event.job: event.attempt for event in told}
        is_over = event.attempt < attempts[event.job]
        if event.kind != "started" or is_over or ((event.job, event.attempt), event.delivery) in current:
            self.world.run(self.world.pool.repeat(event))

    # ---- replies

    @rule(mood=st.sampled_from(MOODS), can_be_asked=st.booleans())
    def deliver(self, mood: str, can_be_asked: bool) -> None:
        self.world.run(self.world.deliver(mood, can_be_asked))

    # ---- operators, time, deaths

    @rule(switch=st.sampled_from(["paused", "drained"]), is_on=st.booleans())
    def switch(self, switch: str, is_on: bool) -> None:
        self.world.run(self.world.house.store.switches.put(switch, {"reason": "a test"} if is_on else None))

    @rule(seconds=st.sampled_from([1, 6, 300, 1000, 4000, 9000]))
    def wait(self, seconds: int) -> None:
        self.world.clock.ahead_s += seconds

    @rule()
    def give_up(self) -> None:
        self.world.run(self.world.retention._give_up(self.world.clock()))

    @rule(gracefully=st.booleans(), pool_goes_on=st.booleans())
    def restart(self, gracefully: bool, pool_goes_on: bool) -> None:
        self.world.run(self.world.restart(gracefully, pool_goes_on))

    @invariant()
    def all_is_as_promised(self) -> None:
        if hasattr(self, "world"):
            self.world.run(self.world.check())

    def _job(self, pick: int) -> Job:
        return list(self.world.jobs.values())[pick % len(self.world.jobs)]

    def _seat(self, pick: int) -> Seat:
        return self.world.pool.seats[pick % len(self.world.pool.seats)]


LIVES = settings(
    max_examples=12,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    # A failure that took minutes to shrink would look like a test that hangs.
    phases=[Phase.explicit, Phase.generate],
)
TestLife = Life.TestCase
TestLife.settings = LIVES
