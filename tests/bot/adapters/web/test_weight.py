"""How much the page weighs, without a browser; with one it is measured by tests/bench/web_load.py."""

from __future__ import annotations

import re

import aiohttp

from bot.adapters.web.index import PAGE

#: Bytes, so that a page is ready soon on a phone far from any tower.
MOST = 150_000
#: What nothing on the page loads by itself.
_NOT_LOADED = {"OFL.txt", "index.html"}
_LOADED = re.compile(r'(?:src|href)="(/page/[^"]+)"')


async def test_the_page_weighs_no_more_than_a_phone_should_carry(http: aiohttp.ClientSession) -> None:
    paths = {f"/page/{file.name}" for file in PAGE.iterdir()} - {f"/page/{name}" for name in _NOT_LOADED}
    assert set(_LOADED.findall((PAGE / "index.html").read_text())) <= paths
    weight = 0
    for path in ("/", *sorted(paths)):
        async with http.get(path, headers={"Accept-Encoding": "gzip, br"}) as response:
            assert response.status == 200
            weight += int(response.headers["Content-Length"])
            weight += sum(len(name) + len(value) + 4 for name, value in response.raw_headers)
    assert 20_000 < weight <= MOST, f"{weight} bytes"
