"""`python -m tests.bot.life NUMBER`: other lives than those of `make test`, and as many as one likes."""

from __future__ import annotations

import sys

from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.bot.life.test_life import LIVES, Life

if __name__ == "__main__":
    # Shrinking one takes minutes; the rules up to the failure are printed anyway.
    phases = [Phase.explicit, Phase.generate]
    asked = settings(LIVES, max_examples=int(sys.argv[1]), derandomize=False, phases=phases)
    run_state_machine_as_test(Life, settings=asked)
