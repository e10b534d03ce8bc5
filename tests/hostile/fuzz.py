"""`python -m tests.hostile.fuzz [-max_total_time=S] [FOLDER]`: fuzzes the decoder, guided by what of its code runs.

Needs atheris (`pip install -e '.[fuzz]'`). Seeds are the small files of the corpus; options are libFuzzer's. Pillow's
Python and the decoder's are instrumented; its C libraries are not, and are watched from outside: a crash ends the run.
Each input goes through the steps of `bot.decode` in this process, and must end in a verdict within five seconds of a
processor and 1 GB of memory. What does not is written to a file ``crash-…``, ``timeout-…`` or ``oom-…`` in the current
folder; a find goes into the corpus, made by code.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["PIL", "bot"]):
    from bot import decode
    from bot.decoding.refusal import Refusal

from config.settings import LimitsSettings
from tests.hostile.corpus import whole

#: Bytes; most of what goes wrong does so in small files, and many of them are tried a second.
_MOST = 20_000
_MOST_CPU_S = 5.0
#: Pictures that announce more are refused unread here: the fuzzer would spend its time on filling memory.
_LIMITS = LimitsSettings(picture_mp=2, picture_edge=256)

_CODES = {"not_a_picture", "picture_broken", "picture_too_large", "picture_too_small", "picture_too_long"}


def try_one(data: bytes) -> None:
    """Decode an input; raises where it does not end as it should."""
    began = time.process_time()
    file = os.fdopen(os.memfd_create("input"), "w+b")
    with file:
        file.write(data)
        file.seek(0)
        try:
            suffix, size, encoded = decode.normalised(file, _LIMITS_JSON, alone=True)
            assert suffix in (".jpg", ".png") and len(encoded) > 50 and max(size) <= _LIMITS.picture_edge
        except Refusal as refusal:
            assert refusal.verdict["code"] in _CODES, refusal.verdict
    assert time.process_time() - began < _MOST_CPU_S, "too slow"


_LIMITS_JSON = _LIMITS.model_dump()


def main() -> None:
    """Fuzz until libFuzzer's options say that it is enough."""
    # As the decoder's process does: what C libraries say of broken files is of no use.
    said = os.dup(sys.stderr.fileno())
    sys.stderr = io.TextIOWrapper(os.fdopen(said, "wb"), write_through=True)
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as seeds:
        for number, file in enumerate(whole().values()):
            data = file.make()
            if len(data) <= _MOST:
                Path(seeds, f"seed-{number:03}").write_bytes(data)
        atheris.Setup(
            [*sys.argv, f"-max_len={_MOST}", f"-timeout={2 * _MOST_CPU_S:g}", "-rss_limit_mb=1024", seeds], try_one
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
