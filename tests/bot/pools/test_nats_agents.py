"""Who of the agents gets a job."""

from __future__ import annotations

from bot.pools.nats.agents import Agent, Agents
from bot.ports import AgentStatus
from renderer.options import RenderOptions
from renderer.protocol import Done
from renderer.wire.messages import Beat, Device

DRAFT, FINE = RenderOptions(quality="draft"), RenderOptions(quality="fine")


def agents(*beats: Beat) -> Agents:
    found = Agents(lease_s=30)
    for beat in beats:
        found.heard(beat, 0.0)
    return found


def beat(
    name: str,
    slots: int = 1,
    device: str = "cuda:0",
    instance: str = "1",
    is_draining: bool = False,
    memory: tuple[int, ...] = (),
    can_glimpse: bool = True,
) -> Beat:
    """`memory`: GB of each device, of as many slots."""
    slots = len(memory) or slots
    devices = tuple(
        Device(
            name=f"{name}-{number}",
            state="idle",
            device=device,
            encoder="vgg16-1",
            memory_total=memory[number] * 10**9 if memory else None,
            can_glimpse=can_glimpse,
        )
        for number in range(slots)
    )
    return Beat(agent=name, instance=instance, slots=slots, devices=devices, is_draining=is_draining)


def painted(agent: Agent | None, seconds: float) -> None:
    assert agent
    done = Done(
        job="j", attempt=1, delivery=1, result="r", width=8, height=8, seconds=seconds, iterations=1, losses={},
        device="cuda:0", options=FINE,
    )  # fmt: skip
    agent.painted(done)


def first(found: Agents, options: RenderOptions = FINE, **held: int) -> str | None:
    agent = found.first_free(options, {(name, "1"): [FINE] * number for name, number in held.items()})
    return agent.name if agent else None


def test_the_fastest_of_those_with_a_free_device_comes_first() -> None:
    found = agents(beat("slow"), beat("fast"))
    painted(found.named("slow"), 20)
    painted(found.named("fast"), 5)
    assert first(found) == "fast"
    assert first(found, fast=1) == "slow"


def test_without_a_free_device_it_is_who_will_be_free_first() -> None:
    found = agents(beat("slow"), beat("fast", slots=2))
    painted(found.named("slow"), 20)
    painted(found.named("fast"), 5)
    assert first(found, slow=1, fast=3) == "fast"
    assert first(found, slow=1, fast=4) == "slow", "there is one ahead of each device, and no more"
    assert first(found, slow=2, fast=4) is None


def test_an_agent_of_unknown_pace_is_taken_for_an_average_one() -> None:
    found = agents(beat("slow"), beat("new"), beat("fast"))
    painted(found.named("slow"), 20)
    painted(found.named("fast"), 5)
    assert first(found, fast=1) == "new"


def test_while_there_is_a_gpu_processors_get_drafts_alone() -> None:
    found = agents(beat("cpu", slots=4, device="cpu"), beat("gpu"))
    assert first(found, FINE, gpu=1) == "gpu"
    assert first(found, FINE, gpu=2) is None
    assert first(found, DRAFT, gpu=1) == "cpu"
    found.heard(beat("gpu", slots=0), 1.0)
    assert first(found, FINE) == "cpu", "there is nobody else"


def held(*paintings: RenderOptions, name: str = "gpu") -> dict[tuple[str, str], list[RenderOptions]]:
    return {(name, "1"): list(paintings)}


HUGE = RenderOptions(quality="fine", size=4096)


def test_a_large_painting_goes_only_where_there_is_the_memory() -> None:
    found = agents(beat("small", memory=(6,)), beat("gpu", memory=(80,)))
    painted(found.named("small"), 1)
    painted(found.named("gpu"), 20)
    assert first(found, FINE) == "small", "the faster one"
    assert first(found, HUGE) == "gpu"
    full = found.first_free(HUGE, held(HUGE, HUGE))
    assert full is None, "it waits, though the small one has nothing to paint"


def test_a_device_that_does_not_tell_its_memory_gets_all() -> None:
    assert first(agents(beat("small", memory=(6,)), beat("secret")), HUGE) == "secret"


def test_where_none_has_the_memory_those_with_most_get_it() -> None:
    found = agents(beat("tiny", memory=(2,)), beat("small", memory=(6,)))
    painted(found.named("tiny"), 1)
    painted(found.named("small"), 20)
    assert first(found, HUGE) == "small"
    found.heard(beat("small", is_draining=True, memory=(6,)), 1.0)
    assert first(found, HUGE) == "tiny"


def test_a_processor_that_is_spared_is_no_place_to_wait_for() -> None:
    found = agents(beat("cpu", device="cpu"), beat("small", memory=(6,)))
    assert first(found, HUGE) == "small", "which paints it smaller; the processor does not tell, but gets drafts alone"
    assert first(found, RenderOptions(quality="draft", size=4096)) == "cpu"


def test_an_agent_of_unlike_devices_gets_as_many_large_paintings_as_its_large_ones_can_hold() -> None:
    found = agents(beat("gpu", memory=(80, 6, 6)))
    assert found.first_free(HUGE, held(HUGE))
    assert found.first_free(HUGE, held(HUGE, HUGE)) is None
    assert found.first_free(FINE, held(HUGE, HUGE)), "the small ones have room"
    assert found.first_free(HUGE, held(FINE, FINE, FINE, FINE)), "those may go to the small ones"
    assert found.first_free(FINE, held(*[FINE] * 6)) is None
    assert not found.has_room(held(*[FINE] * 6)) and found.has_room(held(HUGE, HUGE))


def test_an_agent_under_which_it_came_to_nothing_gets_it_only_where_no_other_could() -> None:
    found = agents(beat("sick"), beat("well"))
    painted(found.named("sick"), 1)
    painted(found.named("well"), 20)

    def again(options: RenderOptions = FINE, **held: int) -> str | None:
        holding = {(name, "1"): [FINE] * number for name, number in held.items()}
        agent = found.first_free(options, holding, {"sick"})
        return agent.name if agent else None

    assert first(found) == "sick"
    assert again() == "well"
    assert again(well=2) is None, "it waits for the one that is well"
    for other in (beat("well", is_draining=True), beat("well", memory=(2,)), beat("well", device="cpu")):
        found.heard(other, 1.0)
        assert again(HUGE) == "sick", "the other could not"


def test_who_drains_gets_nothing() -> None:
    assert first(agents(beat("gpu", is_draining=True))) is None


def test_who_rests_gets_nothing_nor_does_its_next_instance_until_it_is_to_work_again() -> None:
    found = agents(beat("gpu"))
    found.rest(frozenset({"gpu", "later"}))
    found.heard(beat("gpu", instance="2"), 1.0)
    found.heard(beat("later", instance="3"), 1.0)
    assert first(found) is None
    [gpu, later] = found.statuses({("gpu", "2"): 1}, 4.0)
    assert gpu.agent == AgentStatus("gpu", 0, 1, 3.0, is_resting=True)
    assert later.agent and later.agent.is_resting
    found.rest(frozenset({"gpu"}))
    assert first(found) == "later"


def test_the_namesake_that_came_last_is_heard_and_the_other_is_not_even_when_it_speaks_again() -> None:
    found = agents(beat("gpu", instance="1"))
    assert found.heard(beat("gpu", instance="2"), 1.0)
    assert found.heard(beat("gpu", instance="1"), 2.0) is None
    assert found.get("gpu", "2") and not found.get("gpu", "1")


def test_an_instance_that_was_silent_does_not_take_the_name_back_from_one_that_came_meanwhile() -> None:
    found = agents(beat("gpu", instance="1"))
    [silent] = found.silent(31.0)
    found.forget(silent)
    assert found.heard(beat("gpu", instance="2"), 32.0)
    assert found.heard(beat("gpu", instance="1"), 33.0) is None
    assert found.get("gpu", "2")


def test_once_the_namesake_is_gone_the_other_is_heard_again() -> None:
    found = agents(beat("gpu", instance="1"))
    newer = found.heard(beat("gpu", instance="2"), 1.0)
    assert newer
    found.forget(newer)
    assert found.heard(beat("gpu", instance="1"), 2.0)
    assert found.heard(beat("gpu", instance="2"), 3.0) is None, "now it is the other way round"


def test_however_often_an_agent_begins_anew_few_of_its_instances_are_remembered() -> None:
    found = agents()
    for number in range(3000):
        found.heard(beat("gpu", instance=str(number)), 1.0)
    assert len(found._former) == 1000


def test_a_lease_ends_with_silence_and_begins_anew_where_it_was_we_who_could_not_hear() -> None:
    found = agents(beat("gpu"))
    assert not found.silent(30.0)
    assert [agent.name for agent in found.silent(30.1)] == ["gpu"]
    found.excuse(30.1)
    assert not found.silent(60.0)


def test_who_is_refused_is_shown_with_the_reason_until_it_is_heard_no_more() -> None:
    found = agents()
    found.refuse("old", "it is old", 0.0)
    [status] = found.statuses({}, 1.0)
    assert (status.name, status.state, status.reason) == ("old", "down", "it is old")
    found.silent(31.0)
    assert found.statuses({}, 31.0) == ()


def test_first_views_are_asked_of_one_after_another_and_of_processors_last() -> None:
    found = agents(beat("cpu", device="cpu"), beat("one"), beat("two"))
    asked = []
    while agent := found.next_to_glimpse():
        agent.glimpses += 1
        asked.append(agent.name)
    assert asked[:4] == ["one", "two"] * 2
    assert asked.count("one") == asked.count("two") == asked.count("cpu") == 8
    assert asked[-1] == "cpu"


def test_the_turn_goes_round_where_each_answers_at_once() -> None:
    found = agents(beat("one"), beat("two"))
    assert [agent.name for agent in (found.next_to_glimpse() for _ in range(4)) if agent] == ["one", "two"] * 2


def test_no_first_view_is_asked_of_who_rests_or_drains_or_has_no_device_that_can() -> None:
    found = agents(
        beat("rests"), beat("drains", is_draining=True), beat("odd", can_glimpse=False), beat("down", slots=0)
    )
    found.rest(frozenset({"rests"}))
    assert found.next_to_glimpse() is None
