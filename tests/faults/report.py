"""A run in figures."""

from __future__ import annotations

import datetime
from collections import Counter
from pathlib import Path

from tests.faults.ledger import POINTS, RANDOM, Kind
from tests.faults.run import Outcome

_BEGIN, _END = "<!-- soak: renewed by `make soak` -->", "<!-- end of soak -->"
_MACHINE = "two cores of a shared cloud machine, Linux, CPU"


def table(found: Outcome) -> str:
    """Faults by kind, kills by point, jobs by end, and the rest."""
    struck = Counter({kind: 0 for kind in Kind})
    for order in found.orders:
        for fault in order.faults:
            struck[fault.kind] += fault.struck
    ends = Counter(row.status for rows in found.rows.values() for row in rows)
    platforms = Counter(order.platform for order in found.orders)
    by_itself = Counter(end for end in found.ends if end != "ended by SIGKILL")
    lines = [
        "| what | number |",
        "|---|---|",
        f"| orders | {len(found.orders)} ({', '.join(f'{name} {n}' for name, n in platforms.most_common())}) |",
        *(f"| {kind} | {number} |" for kind, number in struck.items()),
        *(f"| ended as {end} | {number} |" for end, number in ends.most_common()),
        f"| replies uncertain, each for a reason that the harness had given | {len(found.uncertain)} |",
        f"| starts of the service | {found.starts} |",
        f"| of these after an end of its own | {', '.join(f'{n} × {how}' for how, n in by_itself.items()) or 0} |",
        f"| breaches | {len(found.breaches)} |",
        f"| minutes | {found.seconds / 60:.1f} |",
        f"| seed | {found.seed} |",
        "",
        "| killed | bot | child | both |",
        "|---|---|---|---|",
    ]
    for point in (*POINTS, RANDOM):
        numbers = (str(found.kills[f"{target} {point}"]) for target in ("bot", "child", "both"))
        lines.append(f"| {point} | {' | '.join(numbers)} |")
    return "\n".join(lines)


def renew(page: Path, found: Outcome) -> None:
    """Put the figures between the page's marks."""
    before, _, rest = page.read_text().partition(_BEGIN)
    _, _, after = rest.partition(_END)
    when = datetime.date.today().strftime("%-d %B %Y")
    page.write_text(f"{before}{_BEGIN}\n\n{_MACHINE.capitalize()}; {when}.\n\n{table(found)}\n\n{_END}{after}")
