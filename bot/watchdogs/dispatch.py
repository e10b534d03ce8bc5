"""Whether the jobs go on: what renderers report is dealt with, and the queue is looked at."""

from __future__ import annotations

import faulthandler
import sys
from collections.abc import Callable

from bot.dispatch import Dispatch
from bot.errors import Stuck
from bot.scheduler import Scheduler

#: Seconds after which a report that is not dealt with, or a queue that nobody looks at, is told; a painting may be
#: looked at by a process that is given a minute.
TELL_S = 150.0
#: After which the service ends, so that whoever runs it starts it anew; in between, what is told can be read.
END_S = 240.0
#: What hangs may also hang the way out.
_WAY_OUT_S = 30.0


def end_by_force(seconds: float) -> None:
    """Write every thread's stack to standard error and end the process, unless it has ended by then."""
    faulthandler.dump_traceback_later(seconds, exit=True, file=sys.__stderr__ or sys.stderr)


class DispatchWatch:
    """Ends the service where its jobs stand still: nothing else helps, and no job is lost by a restart."""

    name = "dispatch"

    def __init__(
        self, dispatch: Dispatch, scheduler: Scheduler, way_out: Callable[[float], None] = end_by_force
    ) -> None:
        self._dispatch = dispatch
        self._scheduler = scheduler
        self._way_out = way_out
        self._matter = ""
        self._behind_s = 0.0

    async def look(self) -> str | None:
        """How long something has been standing."""
        report_s, queue_s = self._dispatch.behind_s, self._scheduler.behind_s
        self._behind_s = max(report_s, queue_s)
        what = "a renderer's report is not dealt with" if report_s >= queue_s else "nobody looks at the queue"
        self._matter = f"{what} since {self._behind_s:.0f} s"
        return self._matter if self._behind_s >= TELL_S else None

    async def act(self) -> None:
        """Raise Stuck when it has lasted."""
        if self._behind_s >= END_S:
            self._way_out(_WAY_OUT_S)
            raise Stuck(self._matter)
