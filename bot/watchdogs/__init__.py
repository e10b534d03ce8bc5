"""What looks after the service while it runs: each measures something, and where it is not as it should be there is a
metric, a line in the log, a notice to admins, and an act.

Two more stand where they act: a silent renderer is replaced by its supervisor (`renderer.supervisor`), and the door is
closed by the watch over the disk (`bot.disk`).
"""

from bot.watchdogs.clock import ClockWatch
from bot.watchdogs.dispatch import DispatchWatch
from bot.watchdogs.loop import LoopWatch
from bot.watchdogs.outbox import OutboxWatch
from bot.watchdogs.renderers import RenderersWatch
from bot.watchdogs.watching import Watchdog, Watchdogs

__all__ = ["ClockWatch", "DispatchWatch", "LoopWatch", "OutboxWatch", "RenderersWatch", "Watchdog", "Watchdogs"]
