"""`atelier x check`: the keys and what they allow, asked of X without posting anything."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

from bot.adapters.x.api import Api
from bot.adapters.x.failures import MAY_NOT_WRITE, Kind, Trouble
from bot.adapters.x.keys import check_keys
from bot.errors import AdapterDown, OperatorError
from bot.spending import Budget, total
from config.settings import XSettings


async def check(settings: XSettings, budget: Budget) -> AsyncIterator[str]:
    """A line for each thing that is well.

    Raises AdapterDown for what is not, and OperatorError where X cannot be asked now.
    """
    check_keys(settings)
    # Names of who has mentioned the bot would cost, and are not shown.
    api = Api(settings.model_copy(update={"author_names": False}), budget, time.time)
    try:
        me = await api.me()
        yield f"The keys are those of @{me.name}, account {me.id}."
        if me.may_write is False:
            raise AdapterDown(MAY_NOT_WRITE)
        yield "They may read and write." if me.may_write else "X does not say whether they may write."
        page = await api.mentions(me.id, None, most=5)
        yield f"Mentions can be read: {len(page.posts) or 'none'} lately."
        yield f"Nothing was posted. X has cost ${total(await budget.today()):.3f} today."
    except Trouble as trouble:
        if trouble.kind in (Kind.LATER, Kind.UNSURE):
            raise OperatorError(str(trouble)) from trouble
        raise AdapterDown(str(trouble)) from trouble
    finally:
        api.close()
