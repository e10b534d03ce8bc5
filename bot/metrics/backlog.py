"""How long what waits takes the devices of each class: for whoever starts and stops machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from bot.ports import LIGHT, WorkerStatus

#: The class of what nobody could paint now.
NONE = "none"
_SERVING = ("idle", "painting")


def seconds_ahead(waiting_s: Mapping[str, float], workers: Iterable[WorkerStatus]) -> dict[str, float]:
    """Seconds by class of device (``cpu``, ``cuda``, ``mps``), for render seconds that wait, by quality.

    All classes share the work as their devices become free; but while there is a GPU, processors of agents get light
    work alone (`bot.pools.nats.agents`), so that GPUs may have more before them. What is being painted is not counted.
    """
    serving = [worker for worker in workers if _is_given_work(worker)]
    devices = Counter(worker.device_class or NONE for worker in serving)
    in_all = sum(waiting_s.values())
    if not serving:
        return {NONE: in_all}
    heavy = sum(seconds for quality, seconds in waiting_s.items() if quality not in LIGHT)
    spared = {name for name in devices if name == "cpu" and _is_spared(serving)}
    others = sum(number for name, number in devices.items() if name not in spared)
    level = in_all / devices.total()
    if heavy / others <= level:
        return dict.fromkeys(devices, level)
    light_s = (in_all - heavy) / max(1, devices.total() - others)
    return {name: light_s if name in spared else heavy / others for name in devices}


def _is_given_work(worker: WorkerStatus) -> bool:
    return worker.state in _SERVING and not (worker.agent and worker.agent.is_resting)


def _is_spared(serving: Iterable[WorkerStatus]) -> bool:
    """Whether processors get light work alone: those of agents do beside a GPU of one, this machine's own do not."""
    workers = list(serving)
    return any(worker.agent and worker.device_class != "cpu" for worker in workers) and all(
        worker.agent for worker in workers if worker.device_class == "cpu"
    )
