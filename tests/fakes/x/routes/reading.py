"""What the bot may read: itself, who mentioned it, what it posted, and single posts."""

from __future__ import annotations

from tests.fakes.x.parameters import ID, TIMELINE, Wanted, of_posts
from tests.fakes.x.posts import Post
from tests.fakes.x.refusals import forbidden, invalid
from tests.fakes.x.routes.registry import Answer, Request
from tests.fakes.x.timelines import Page, page
from tests.fakes.x.views import View
from tests.fakes.x.world import World

MOST_MENTIONS = 800
MOST_OWN = 3200


async def me(request: Request) -> Answer:
    words = request.world.words
    wanted = request.parameters("user.fields", "expansions", words.fields_parameter).wanted_of_user()
    request.world.bill["user"] += 1
    return Answer(200, {"data": request.world.bot.json(wanted)})


async def mentions(request: Request) -> Answer:
    world = request.world
    _check_user(request)
    parameters = request.parameters(TIMELINE, of_posts(world.words))
    wanted, limit = parameters.wanted(), parameters.max_results()
    again = world.repeated if world.repeats and world.repeated and world.visible(world.repeated) else None
    found = page(
        world.mentions,
        world.visible,
        parameters,
        most=MOST_MENTIONS,
        limit=limit - 1 if again else limit,
        lost_since_id=world.lost_since_id,
    )
    if again and again not in found.posts:
        world.repeats -= 1
        found = Page(sorted([*found.posts, again], key=lambda post: -post.number), found.next_token)
    if found.posts:
        world.repeated = found.posts[-1]
    return _told(world, wanted, found, "mention")


async def own_posts(request: Request) -> Answer:
    world = request.world
    _check_user(request)
    parameters = request.parameters(TIMELINE, "exclude", of_posts(world.words))
    wanted, limit, excluded = parameters.wanted(), parameters.max_results(), parameters.excluded()

    def shown(post: Post) -> bool:
        return world.visible(post) and not ("replies" in excluded and post.reply_to)

    found = page(world.own, shown, parameters, most=MOST_OWN, limit=limit)
    return _told(world, wanted, found, "own_post")


async def posts(request: Request) -> Answer:
    parameters = request.parameters("ids", of_posts(request.world.words))
    wanted, ids = parameters.wanted(), parameters.ids()
    view = View(request.world, wanted)
    told = [view.post(post) for post in _seen(request.world, view, ids, "ids")]
    return Answer(200, view.answer(told))


async def post(request: Request) -> Answer:
    post_id = request.path["id"]
    wanted = request.parameters(of_posts(request.world.words)).wanted()
    if not ID.fullmatch(post_id):
        raise invalid("id", [post_id], f"The `id` query parameter value [{post_id}] is not valid")
    view = View(request.world, wanted)
    told = [view.post(post) for post in _seen(request.world, view, [post_id], "id")]
    return Answer(200, view.answer(told[0] if told else None))


def _seen(world: World, view: View, ids: list[str], parameter: str) -> list[Post]:
    """Those that the bot may see, which are charged for."""
    found = []
    for post_id in ids:
        post = world.posts.get(post_id)
        if post and world.visible(post):
            found.append(post)
            world.bill["own_post" if post.author is world.bot else "post"] += 1
        else:
            view.missing(post_id, parameter)
    return found


def _told(world: World, wanted: Wanted, found: Page, kind: str) -> Answer:
    if found.posts:
        world.bill[kind] += len(found.posts)
    view = View(world, wanted)
    told = [view.post(post) for post in found.posts]
    return Answer(200, view.answer(told) | {"meta": found.meta()})


def _check_user(request: Request) -> None:
    # Timelines of others cost five times as much, and nothing here needs them.
    if request.path["id"] != request.world.bot.id:
        raise forbidden("You are not permitted to perform this action: the user is not the bot", blame=True)
