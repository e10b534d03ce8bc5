"""Who is given nothing, and is shown with the reason."""

from __future__ import annotations

import json

from renderer.wire.messages import PROTOCOL, Beat, Device
from tests.fakes.nats.scene import NatsScene


async def test_an_agent_of_another_version_is_given_nothing_and_shown_with_the_reason(alone: NatsScene) -> None:
    async with alone.client() as other:
        words = await other.subscribe("tell.old.1")
        beat = Beat(agent="old", instance="1", slots=5, protocol=PROTOCOL + 1).model_dump(mode="json")
        await other.publish("beat.old.1", json.dumps({**beat, "a field of later": 1}).encode())
        word = await words.next_msg(10)
    assert b"refused" in word.data and b"version" in word.data
    status = await alone.pool.status()
    assert status.slots == 1
    [shown] = [worker for worker in status.workers if worker.name == "old"]
    assert shown.state == "down" and shown.reason and "install the same Atelier" in shown.reason


async def test_an_agent_that_paints_with_other_weights_is_given_nothing(alone: NatsScene) -> None:
    async with alone.client() as other:
        words = await other.subscribe("tell.odd.1")
        device = Device(name="odd-0", state="idle", device="cuda:0", encoder="vgg16-others")
        beat = Beat(agent="odd", instance="1", slots=1, devices=(device,))
        await other.publish("beat.odd.1", beat.model_dump_json().encode())
        word = await words.next_msg(10)
    assert b"refused" in word.data and b"weights" in word.data
    assert (await alone.pool.status()).slots == 1


async def test_what_most_agents_paint_with_counts_and_not_what_the_first_does(alone: NatsScene) -> None:
    device = {"state": "idle", "device": "cuda:0", "encoder": "vgg16-most"}
    async with alone.client() as others:
        for name in ("one", "two", "one", "two"):
            beat = Beat(
                agent=name, instance="1", slots=1, devices=(Device.model_validate({"name": f"{name}-0", **device}),)
            )
            await others.publish(f"beat.{name}.1", beat.model_dump_json().encode())
        await alone.until_workers(lambda states: states.get("gpu0") == "down" and states.get("two-0") == "idle")
    assert {agent.name for agent in alone.nats._agents} == {"one", "two"}
