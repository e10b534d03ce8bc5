"""Where things lie that are looked for in more than one place."""

from __future__ import annotations

from pathlib import Path

#: The encoder's weights, where Atelier runs from a checkout: found from whatever folder it is called.
CHECKOUT_WEIGHTS = Path(__file__).resolve().parent.parent / "data" / "weights"
