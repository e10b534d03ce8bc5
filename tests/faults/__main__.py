"""`python -m tests.faults --orders 500 --seed 7`: orders, faults, and whether everybody got what is theirs."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
from pathlib import Path

from tests.faults.report import renew, table
from tests.faults.run import run


def main() -> int:
    """1 where something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--orders", type=int, default=60, help="how many")
    parser.add_argument("--seed", type=int, default=None, help="of all that happens by chance")
    parser.add_argument("--folder", type=Path, default=None, help="where the service keeps its data and log, empty yet")
    parser.add_argument("--report", type=Path, default=None, help="page whose report is renewed")
    given = parser.parse_args()
    seed = secrets.randbelow(10_000) if given.seed is None else given.seed
    print(f"{given.orders} orders, --seed {seed}", flush=True)
    found = asyncio.run(run(given.orders, seed, given.folder))
    print(table(found))
    for breach in found.breaches:
        print(breach)
    if given.report and not found.breaches:
        renew(given.report, found)
    return 1 if found.breaches else 0


if __name__ == "__main__":
    sys.exit(main())
