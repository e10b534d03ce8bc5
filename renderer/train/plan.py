"""How to train."""

from __future__ import annotations

import dataclasses

#: Strengths that are taught; content weights follow the painter's, whose strongest would forget the content.
STRENGTHS = (0.2, 0.9)


@dataclasses.dataclass(frozen=True)
class Plan:
    """How to train."""

    seconds: float
    batch: int = 16
    size: int = 256  #: of the crops that are painted, px
    rate: float = 1e-3  #: highest learning rate
    seed: int = 0
    report_every: int = 100  #: steps
    save_every: float = 60  #: seconds
    late_size: int = 256  #: of the crops in the last part of the time, px: what is painted later is larger, too
    late_batch: int = 16
    late_share: float = 0.0  #: of the time
    precise: bool = False  #: float32 throughout
