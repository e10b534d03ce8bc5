"""What fuzzing has found (`tests.hostile.fuzz`), each file small enough to stand here."""

from __future__ import annotations
