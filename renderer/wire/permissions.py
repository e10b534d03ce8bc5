"""What a NATS server lets an agent do: hold it to its own name, and nothing else.

``python -m renderer.wire.permissions NAME…`` prints users for the server's configuration (docs/scale.md).
"""

from __future__ import annotations

import json
import sys

from renderer.wire import subjects


def of_agent(name: str) -> dict[str, object]:
    """The ``permissions`` of the user of an agent, as the server's configuration has them."""
    consumer = subjects.consumer_of(name)
    return {
        "publish": [
            f"done.{name}.>",
            f"beat.{name}.>",
            f"progress.{name}.>",
            f"blob.out.{name}.>",
            # Take what is assigned to it, and say that it has come.
            f"$JS.API.CONSUMER.MSG.NEXT.{subjects.ASSIGNMENTS}.{consumer}",
            f"$JS.ACK.{subjects.ASSIGNMENTS}.{consumer}.>",
            # Read the pictures that are sent to it.
            f"$JS.API.DIRECT.GET.{subjects.PARCELS}.blob.in.{name}.>",
        ],
        "subscribe": [f"tell.{name}.>", f"{subjects.inbox(name)}.>"],
        # Answer the bot, at an address that the bot has given with its question.
        "allow_responses": True,
    }


def user(name: str, password: str) -> str:
    """An agent's line of ``authorization { users = [ … ] }``."""
    return json.dumps({"user": name, "password": password, "permissions": of_agent(name)})


def main() -> None:
    """Print a user for each name, with a password to be replaced."""
    for name in sys.argv[1:]:
        sys.stdout.write(user(name, f"the password of {name}") + "\n")


if __name__ == "__main__":
    main()
