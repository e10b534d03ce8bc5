"""A server of X's API of our own: what a bot may do and what it costs, who talks to it, and what goes wrong.

async with fake_x() as x:      # fails where the bot does what X would refuse
    client = …                 # signs for https://api.twitter.com, is led to x.base_url
    alice = x.person("Alice")
    post = await alice.post("@atelier_bot #woodcut", pictures=[data])
    await x.until(lambda: bool(x.replies_to(post)))
    assert x.dollars <= 0.03
"""

from tests.fakes.x.fake import FakeX, fake_x
from tests.fakes.x.faults import Fault
from tests.fakes.x.media import Media, Upload
from tests.fakes.x.people import Person
from tests.fakes.x.posts import Post, User
from tests.fakes.x.rates import Call
from tests.fakes.x.signatures import Keys

__all__ = ["Call", "FakeX", "Fault", "Keys", "Media", "Person", "Post", "Upload", "User", "fake_x"]
