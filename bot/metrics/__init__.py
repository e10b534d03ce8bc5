"""What operators watch: numbers about the service, in Prometheus' text format."""

from bot.metrics.definitions import DEFINITIONS, Definition
from bot.metrics.service import CONTENT_TYPE, Metrics

__all__ = ["CONTENT_TYPE", "DEFINITIONS", "Definition", "Metrics"]
