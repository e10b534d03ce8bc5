"""What the bot keeps on a NATS server: its streams, and what it writes into and removes from them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection

import structlog
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError, NotFoundError, ServiceUnavailableError

from bot.pools.nats.ledger import Place
from renderer.wire import subjects
from renderer.wire.line import Line
from renderer.wire.messages import Assignment, BadMessage, read

log = structlog.get_logger(__name__)

_DAY_S = 86_400.0
#: A backstop only: everything is removed when it is no longer needed.
_KEPT_S = {subjects.ASSIGNMENTS: 30 * _DAY_S, subjects.REPORTS: 30 * _DAY_S, subjects.PARCELS: 7 * _DAY_S}
_READER = "bot"


class Streams:
    """The three streams; `epoch` counts how often any of them had to be made anew."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.epoch = 0
        #: They were made anew, and nobody has dealt with that.
        self.are_new = False

    async def ensure(self, js: JetStreamContext) -> None:
        """Make the streams that are missing."""
        for name, of in subjects.OF_STREAM.items():
            config = StreamConfig(
                name=name,
                subjects=list(of),
                retention=RetentionPolicy.LIMITS,
                storage=StorageType.FILE,
                max_age=_KEPT_S[name],
                allow_direct=True,
            )
            try:
                if not (await js.stream_info(name)).config.allow_direct:
                    await js.update_stream(config)  # of an earlier version
            except NotFoundError:
                # Before, since the answer may get lost.
                self.epoch, self.are_new = self.epoch + 1, True
                await js.add_stream(config)

    async def assignments(self, js: JetStreamContext) -> list[tuple[Assignment, Place]]:
        """All that an earlier run of the bot has handed over and not seen the end of."""
        found = []
        config = ConsumerConfig(ack_policy=AckPolicy.NONE, inactive_threshold=60, mem_storage=True, name="bot-reads")
        with contextlib.suppress(NotFoundError):
            await js.delete_consumer(subjects.ASSIGNMENTS, "bot-reads")
        left = (await js.add_consumer(subjects.ASSIGNMENTS, config)).num_pending or 0
        subscription = await js.pull_subscribe_bind(consumer="bot-reads", stream=subjects.ASSIGNMENTS)
        while left > 0:
            messages = await subscription.fetch(min(left, 100), timeout=5)
            left -= len(messages)
            for message in messages:
                place = Place(self.epoch, message.metadata.sequence.stream)
                try:
                    found.append((read(Assignment, message.data), place))
                except BadMessage as exc:
                    log.warning("an assignment of another version is dropped", why=str(exc))
                    await js.delete_msg(subjects.ASSIGNMENTS, place.seq)
        await subscription.unsubscribe()
        return found

    async def sweep(self, needed: Callable[[], Collection[str]]) -> None:
        """Remove parcels of hand-overs, by token, that nobody needs: of what had ended when a bot or an agent died."""

        async def sweep(js: JetStreamContext) -> None:
            info = await js.stream_info(subjects.PARCELS, subjects_filter="blob.>")
            tokens = needed()  # after that: who sends something is known before
            # Of an agent, and below the token: never what is above, whatever anybody has stored.
            for above in {".".join(subject.split(".")[:4]) for subject in info.state.subjects or ()}:
                if subjects.token_of(above) not in tokens:
                    log.info("parcels swept", above=above)
                    await js.purge_stream(subjects.PARCELS, subject=f"{above}.>")

        await self._line.insist(sweep)

    async def read_reports(self, js: JetStreamContext) -> JetStreamContext.PullSubscription:
        """All reports that are there, from the first, and those that come.

        What has been dealt with is deleted, so that a bot that is started anew reads the rest.
        """
        with contextlib.suppress(NotFoundError):
            await js.delete_consumer(subjects.REPORTS, _READER)
        config = ConsumerConfig(
            durable_name=_READER, deliver_policy=DeliverPolicy.ALL, ack_policy=AckPolicy.EXPLICIT, ack_wait=30
        )
        await js.add_consumer(subjects.REPORTS, config)
        return await js.pull_subscribe_bind(consumer=_READER, stream=subjects.REPORTS)

    async def open_for(self, js: JetStreamContext, agent: str) -> None:
        """Let an agent read what is assigned to it, and nothing else; the same twice is once."""
        config = ConsumerConfig(
            durable_name=subjects.consumer_of(agent),
            filter_subject=subjects.assignments_of(agent),
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=10,
            inactive_threshold=_DAY_S,
        )
        await js.add_consumer(subjects.ASSIGNMENTS, config)

    async def put(self, assignment: Assignment) -> Place:
        """Hand a job over; the same twice is once."""
        subject = subjects.assignment(assignment.agent, assignment.instance, *assignment.key)
        data = assignment.model_dump_json().encode()
        headers = {"Nats-Msg-Id": assignment.token}

        async def publish(js: JetStreamContext) -> Place:
            epoch = self.epoch
            return Place(epoch, (await js.publish(subject, data, stream=subjects.ASSIGNMENTS, headers=headers)).seq)

        return await self._line.insist(publish)

    async def delete(self, stream: str, place: Place) -> None:
        """Remove a message; no error where it is gone."""

        async def delete(js: JetStreamContext) -> None:
            if place.epoch == self.epoch:
                try:
                    await js.delete_msg(stream, place.seq)
                except ServiceUnavailableError:
                    raise
                except APIError as exc:
                    log.debug("it was gone", stream=stream, why=str(exc))

        await self._line.insist(delete)
