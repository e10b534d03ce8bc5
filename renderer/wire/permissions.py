"""What a NATS server lets an agent do: hold it to its own name, and nothing else.

``python -m renderer.wire.permissions NAME…`` prints the users of the server's configuration (docs/scale.md).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

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


def password(name: str) -> str:
    """The environment variable of the server in which this user's password is."""
    return f"{name.upper().replace('-', '_')}_PASSWORD"


def user(name: str, password: str) -> str:
    """An agent's line of ``authorization { users = [ … ] }``; a password ``$NAME`` is the variable of that name."""
    line = json.dumps({"user": name, "password": password, "permissions": of_agent(name)})
    return line.replace(f'"{password}"', password, 1) if password.startswith("$") else line


def users(agents: Sequence[str]) -> str:
    """The ``authorization`` of a server: the bot, which may do everything, and these agents.

    Raises ValueError where a name is none, or two have the same variable.
    """
    for name in agents:
        if not subjects.TOKEN.fullmatch(name):
            raise ValueError(f"{name!r} is no name for an agent: 1 to 64 letters, digits, - and _")
    variables = [password(name) for name in ("bot", *agents)]
    if len(set(variables)) < len(variables):
        raise ValueError("two of these would have their password in the same variable")
    lines = [
        f'{{"user": "bot", "password": ${password("bot")}}}',
        *(user(name, f"${password(name)}") for name in agents),
    ]
    return "\n".join(
        [
            f"# Made by `python -m renderer.wire.permissions {' '.join(agents)}`: what each may do. Passwords are in",
            f"# the server's environment: {', '.join(variables)}.",
            "authorization {",
            "  users = [",
            *(f"    {line}" for line in lines),
            "  ]",
            "}",
            "",
        ]
    )


def main() -> int:
    """Print the users of a server for these agents."""
    try:
        sys.stdout.write(users(sys.argv[1:]))
    except ValueError as exc:
        sys.stderr.write(f"{exc}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
