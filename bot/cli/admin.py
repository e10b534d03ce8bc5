"""`atelier admin`: the verbs of `bot.admin`, asked of the service that runs on the data directory."""

# Without `annotations` from the future: typer could not look up those of a closure.
from collections.abc import Callable
from typing import Annotated

import typer

from bot.admin import VERBS, Verb
from bot.cli.backup import add_to
from bot.cli.choices import Sectioned
from bot.control import ask
from bot.errors import OperatorError
from config.fields import env_name
from config.settings import load

admin_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Look after the running service. WHO is a person or a group, as in telegram:123; the ID of a painting may be "
    "shortened to its first 8 letters.",
)


def _command(name: str, verb: Verb) -> Callable[[list[str] | None], None]:
    words_allowed = verb.usage.removeprefix(name).strip()

    def command(words: Annotated[list[str] | None, typer.Argument(metavar=words_allowed)] = None) -> None:
        print(ask(load().data_dir, name, " ".join(words or [])))

    return command


@admin_app.command("password")
def password_command() -> None:
    """Ask for a password, and print the setting that opens the admin page to it."""
    # Here, since no other command has a use for what hashes passwords.
    from bot.passwords import MIN_LENGTH, hashed

    password = typer.prompt("Password", hide_input=True, confirmation_prompt="Again", err=True)
    if len(password) < MIN_LENGTH:
        raise OperatorError(f"a password has at least {MIN_LENGTH} characters")
    print(f"{env_name(('web', 'admin_password_hash'))}='{hashed(password)}'")


add_to(admin_app)
for _name, _verb in VERBS.items():
    admin_app.command(_name, cls=Sectioned, help=_verb.help)(_command(_name, _verb))
