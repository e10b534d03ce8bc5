"""`atelier paint` and `atelier dream`: pictures in, paintings out, with a renderer child of its own and no server."""

from bot.paint.commission import Commission
from bot.paint.export import software
from bot.paint.studio import paint
from bot.pictures import Style

__all__ = ["Commission", "Style", "paint", "software"]
