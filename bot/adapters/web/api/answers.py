"""Answers of the API: models as JSON."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import LooseHeaders
from pydantic import BaseModel


def answer(model: BaseModel, status: HTTPStatus = HTTPStatus.OK, headers: LooseHeaders | None = None) -> web.Response:
    """A response whose body is the model."""
    return web.Response(text=model.model_dump_json(), status=status, headers=headers, content_type="application/json")
