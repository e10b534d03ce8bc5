"""All operations."""

from tests.fakes.x.routes import creating, pictures, reading
from tests.fakes.x.routes.registry import Answer, Request, Route

ROUTES = (
    Route("me", "GET", "/2/users/me", reading.me),
    Route("mentions", "GET", "/2/users/{id}/mentions", reading.mentions),
    Route("own_posts", "GET", "/2/users/{id}/tweets", reading.own_posts),
    Route("posts", "GET", "/2/tweets", reading.posts),
    Route("posts", "GET", "/2/tweets/{id}", reading.post),
    Route("upload", "POST", "/2/media/upload", pictures.upload),
    Route("metadata", "POST", "/2/media/metadata", pictures.metadata),
    Route("create", "POST", "/2/tweets", creating.create),
)

__all__ = ["ROUTES", "Answer", "Request", "Route"]
