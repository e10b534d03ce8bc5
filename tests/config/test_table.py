from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import Settings, XSettings, load
from config.table import changed, explain, markdown, renew

ROOT = Path(__file__).parents[2]
TOKEN = "123456789:abcdefghijklmnopqrstuvwxyz_ABCDEFGH"


def test_what_is_in_force_is_explained_with_its_origin_and_secrets_masked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "token").write_text(TOKEN)
    (folder / ".env").write_text("ATELIER_WEB__ALLOWED_HOSTS=a.example,b.example\n")
    (folder / "atelier.toml").write_text("[limits]\npicture_mb = 12.5\n")
    monkeypatch.setenv("ATELIER_WEB__ENABLED", "0")
    monkeypatch.setenv("ATELIER_TELEGRAM__TOKEN_FILE", "token")
    rows = {row.name: row for row in explain(load(web={"port": 0}))}
    assert {name: (row.value, row.origin) for name, row in rows.items() if row.origin != "default"} == {
        "ATELIER_WEB__PORT": ("0", "command line"),
        "ATELIER_WEB__ENABLED": ("false", "environment"),
        "ATELIER_WEB__ALLOWED_HOSTS": ("a.example, b.example", ".env"),
        "ATELIER_LIMITS__PICTURE_MB": ("12.5", "atelier.toml"),
        "ATELIER_TELEGRAM__TOKEN": ("********", "file token"),
    }
    assert rows["ATELIER_LIMITS__PICTURE_MP"].value == "50"
    assert rows["ATELIER_X__ACCESS_TOKEN"].value == "not set"
    assert rows["ATELIER_LOG__LEVEL"].allowed == "debug, info, warning or error"
    assert all(row.description and row.allowed for row in rows.values())


def test_what_is_not_as_it_comes_is_picked_out_and_a_password_in_an_address_masked() -> None:
    assert changed(Settings()) == []
    rows = changed(Settings(x=XSettings(api_base_url="https://me:hunter2@proxy.example")))
    assert [(row.name, row.value) for row in rows] == [("ATELIER_X__API_BASE_URL", "https://********@proxy.example")]


@pytest.mark.parametrize("name", ["README.md", "docs/settings.md"])
def test_the_tables_of_settings_are_up_to_date(name: str) -> None:
    page = (ROOT / name).read_text("utf-8")
    assert page == renew(page, "settings", markdown()), f"the settings in {name} are out of date; renew them: make docs"
    assert "| `ATELIER_WEB__PORT` | 8080 | a whole number at least 0 and at most 65535 |" in page
