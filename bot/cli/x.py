"""`atelier x check`: whether the X bot's keys are good, without posting."""

from __future__ import annotations

import asyncio
import time

import typer

from bot.errors import AdapterDown, OperatorError, OverBudget
from config.log import LogSettings, setup
from config.settings import Settings, load

x_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Look after the X bot's account.")


@x_app.callback()
def x() -> None:
    """Look after the X bot's account."""


@x_app.command()
def check() -> None:
    """Ask X who the bot is and what its keys allow; nothing is posted, and what X charges is entered in the ledger."""
    settings = load()
    setup(LogSettings(level="error"), settings.secret_values())
    try:
        asyncio.run(_check(settings))
    except (AdapterDown, OverBudget) as exc:
        raise OperatorError(str(exc)) from exc


async def _check(settings: Settings) -> None:
    from bot.adapters.x.check import check as ask
    from bot.spending import Budget
    from bot.store import Store

    x = settings.x
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Beside a running service, too: the ledger is theirs together.
    store = await Store.open(settings.data_dir / "atelier.db")
    try:
        async for line in ask(x, Budget(store, "x", x.prices, x.daily_limit, x.monthly_limit, time.time)):
            print(line)
    finally:
        await store.close()
