from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pydantic
import pytest

from config.settings import Settings, SettingsError, WebSettings, load

TOKEN = "123456789:abcdefghijklmnopqrstuvwxyz_ABCDEFGH"


def problems(**overrides: object) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(**overrides)
    assert caught.value.__cause__ is None, "a cause would be shown with the input in it"
    return str(caught.value).splitlines()


def secret(settings: Settings) -> str | None:
    token = settings.telegram.token
    return token.get_secret_value() if token else None


def run_python(script: str, folder: Path) -> str:
    """Standard output of a process that runs the script in the folder and ends well."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_without_any_setting_the_defaults_serve(folder: Path) -> None:
    settings = load()
    assert settings.data_dir == Path("data")
    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8080)
    assert settings.telegram.token is None
    assert settings.origin(("web", "port")) == "default"


def test_command_line_beats_environment_beats_dotenv_beats_toml(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layers = [("atelier.toml", 1), (".env", 2), ("environment", 3), ("command line", 4)]
    for origin, port in layers:
        match origin:
            case "atelier.toml":
                (folder / "atelier.toml").write_text(f"[web]\nport = {port}\nenabled = false\n")
            case ".env":
                (folder / ".env").write_text(f"ATELIER_WEB__PORT={port}\nATELIER_LOG__LEVEL=debug\nUNRELATED=1\n")
            case "environment":
                monkeypatch.setenv("ATELIER_WEB__PORT", str(port))
        settings = load(web={"port": port}) if origin == "command line" else load()
        assert (settings.web.port, settings.origin(("web", "port"))) == (port, origin)
    assert (settings.web.enabled, settings.log.level) == (False, "debug"), "a stronger source hides only what it sets"


def test_none_on_the_command_line_and_an_empty_variable_mean_not_given(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATELIER_TELEGRAM__TOKEN", "")
    monkeypatch.setenv("ATELIER_DATA_DIR", "/srv/atelier")
    settings = load(data_dir=None)
    assert settings.data_dir == Path("/srv/atelier")
    assert settings.telegram.token is None


def test_importing_reads_nothing(folder: Path) -> None:
    (folder / "atelier.toml").write_text("this is not TOML")
    script = (
        "import config.settings as s\ntry: s.load()\nexcept s.SettingsError as e: print(e)\nelse: raise SystemExit(3)"
    )
    said = run_python(script, folder)
    assert said.startswith("atelier.toml cannot be understood: ")
    assert "line 1" in said


def test_the_constructor_takes_only_its_arguments(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_WEB__PORT", "99")
    assert Settings(data_dir=Path("elsewhere")).web.port == 8080


def test_settings_cannot_be_changed(folder: Path) -> None:
    settings = load()
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        settings.data_dir = Path("elsewhere")  # type: ignore[misc]
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        settings.web.port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value", "problem", "allowed"),
    [
        ("ATELIER_WEB__PORT", "many", "valid integer", "a whole number at least 0 and at most 65535"),
        ("ATELIER_WEB__PORT", "70000", "less than or equal to 65535", "a whole number at least 0 and at most 65535"),
        ("ATELIER_LIMITS__PICTURE_MB", "0", "greater than 0", "a number above 0 and at most 200"),
        ("ATELIER_LOG__LEVEL", "loud", "Input should be", "debug, info, warning or error"),
        ("ATELIER_WEB__ENABLED", "perhaps", "valid boolean", "true or false"),
        ("ATELIER_TELEGRAM__ADMINS", "12,@me", "“@me” is not a numeric id", "names, with commas between them"),
        ("ATELIER_TELEGRAM__WEBHOOK_URL", "https://a.b", "WEBHOOK_SECRET", "one like https://bot.example.org/telegram"),
        ("ATELIER_RENDERER__DEVICE", "gpu", "not one of those that are known", "one like auto, cpu, mps, cuda, cuda:1"),
    ],
)
def test_a_wrong_variable_is_named_with_its_value_and_what_is_allowed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, problem: str, allowed: str
) -> None:
    monkeypatch.setenv(name, value)
    [line] = problems()
    assert line.startswith(f"{name} (environment) is '{value}': ")
    assert problem in line
    assert line.endswith(f"; allowed: {allowed}")


def test_admins_are_numbers_in_any_form_and_a_webhook_has_its_secret(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "atelier.toml").write_text('[telegram]\nadmins = [12, "345"]\nwebhook_url = "https://a.b"\n')
    monkeypatch.setenv("ATELIER_TELEGRAM__WEBHOOK_SECRET", "s3cret")
    telegram = load().telegram
    assert (telegram.admins, telegram.webhook_url) == (("12", "345"), "https://a.b")
    monkeypatch.setenv("ATELIER_TELEGRAM__ADMINS", "12, 345")
    assert load().telegram.admins == ("12", "345")


def test_every_wrong_setting_gets_a_line_under_the_name_that_was_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "atelier.toml").write_text("[web]\nport = -1\n[limits]\nopen_jobs = 0\n")
    (folder / ".env").write_text("ATELIER_LOG__FORMAT=xml\n")
    monkeypatch.setenv("ATELIER_LIMITS__OPEN_JOBS", "0")
    starts = [line.partition(":")[0] for line in problems(web={"enabled": "perhaps"})]
    assert starts == [
        "ATELIER_LOG__FORMAT (.env) is 'xml'",
        "web.enabled (command line) is 'perhaps'",
        "web.port (atelier.toml) is -1",
        "ATELIER_LIMITS__OPEN_JOBS (environment) is '0'",
    ]


def test_unknown_names_are_refused_and_the_nearest_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_TELEGRAM__TOKN", TOKEN)
    monkeypatch.setenv("ATELIER_X__ACCESS_TOKEN_FIL", "/run/secrets/x")
    (folder / ".env").write_text("ATELIER_DATADIR=/srv\n")
    (folder / "atelier.toml").write_text("[web]\nprot = 1\n[render]\ndevice = 'cpu'\n")
    assert sorted(problems(log={"lvl": "info"})) == [
        "ATELIER_DATADIR (.env) is no setting; the nearest is ATELIER_DATA_DIR",
        "ATELIER_TELEGRAM__TOKN (environment) is no setting; the nearest is ATELIER_TELEGRAM__TOKEN",
        "ATELIER_X__ACCESS_TOKEN_FIL (environment) is no setting; the nearest is ATELIER_X__ACCESS_TOKEN_FILE",
        "log.lvl (command line) is no setting; the nearest is log.level",
        "render (atelier.toml) is no setting; the nearest is renderer.device",
        "web.prot (atelier.toml) is no setting; the nearest is web.port",
    ]


@pytest.mark.parametrize("file", [".env", "atelier.toml"])
def test_a_settings_file_that_is_not_text_is_named(folder: Path, file: str) -> None:
    (folder / file).write_bytes(b"\xff\xfe\x00")
    [line] = problems()
    assert line.startswith(f"{file} cannot be understood: ")


def test_a_settings_file_that_may_not_be_read_is_named(folder: Path) -> None:
    folder.chmod(0o755)
    (folder / ".env").touch(mode=0)
    # Root may read anything, so the attempt is made by somebody else.
    script = (
        "import os, config.settings as s\nif os.geteuid() == 0: os.setuid(65534)\n"
        "try: s.load()\nexcept s.SettingsError as e: print(e)"
    )
    assert run_python(script, folder) == ".env cannot be read: Permission denied\n"


@pytest.mark.parametrize("where", ["environment", ".env", "atelier.toml"])
def test_a_secret_comes_from_a_file_without_its_last_newline(
    folder: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    file = folder / "token"
    file.write_text(f"{TOKEN}\n")
    match where:
        case "environment":
            monkeypatch.setenv("ATELIER_TELEGRAM__TOKEN_FILE", str(file))
        case ".env":
            (folder / ".env").write_text(f"ATELIER_TELEGRAM__TOKEN_FILE={file}\n")
        case "atelier.toml":
            (folder / "atelier.toml").write_text(f"[telegram]\ntoken_file = '{file}'\n")
    settings = load()
    assert secret(settings) == TOKEN
    assert settings.origin(("telegram", "token")) == f"file {file}"


def test_a_secret_file_that_cannot_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_TELEGRAM__TOKEN_FILE", "missing")
    (folder / "binary").write_bytes(b"\xff")
    monkeypatch.setenv("ATELIER_X__CONSUMER_KEY_FILE", "binary")
    monkeypatch.setenv("ATELIER_X__CONSUMER_SECRET_FILE", str(folder))
    assert problems() == [
        "ATELIER_TELEGRAM__TOKEN_FILE (environment): missing cannot be read: No such file or directory",
        "ATELIER_X__CONSUMER_KEY_FILE (environment): binary is not UTF-8 text",
        f"ATELIER_X__CONSUMER_SECRET_FILE (environment): {folder} cannot be read: Is a directory",
    ]


def test_a_secret_given_twice_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "token").write_text(TOKEN)
    (folder / ".env").write_text(f"ATELIER_TELEGRAM__TOKEN={TOKEN}\n")
    monkeypatch.setenv("ATELIER_TELEGRAM__TOKEN_FILE", "token")
    assert problems() == [
        "ATELIER_TELEGRAM__TOKEN (.env) and ATELIER_TELEGRAM__TOKEN_FILE (environment) are both set; keep one"
    ]


def test_a_wrong_secret_is_named_but_not_shown(folder: Path) -> None:
    (folder / "atelier.toml").write_text("[telegram]\ntoken = 987654321987654321\n[x]\nconsumer_key = ''\n")
    lines = problems()
    assert [line.partition(":")[0] for line in lines] == [
        "telegram.token (atelier.toml)",
        "x.consumer_key (atelier.toml)",
    ]
    assert "9876" not in "".join(lines)


def test_secrets_are_masked_in_repr_and_listed_for_the_log_filter(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATELIER_TELEGRAM__TOKEN", TOKEN)
    monkeypatch.setenv("ATELIER_X__ACCESS_TOKEN", "x-access-token")
    settings = load()
    assert TOKEN not in repr(settings)
    assert settings.secret_values() == (TOKEN, "x-access-token")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_needs_no_permission(folder: Path, host: str) -> None:
    assert load(web={"host": host}).web.host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "myhost", "localhost.example", ""])
def test_other_addresses_need_the_setting_that_allows_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    [line] = problems(web={"host": host})
    assert line.startswith(f"web.host (command line) is {host!r}: other machines may reach this address")
    assert "set ATELIER_WEB__ALLOW_REMOTE=true" in line
    with pytest.raises(pydantic.ValidationError, match="ALLOW_REMOTE"):
        WebSettings(host=host)
    monkeypatch.setenv("ATELIER_WEB__ALLOW_REMOTE", "true")
    assert load(web={"host": host}).web.host == host


def test_where_a_key_is_required_any_address_may_be_listened_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "set ATELIER_WEB__REQUIRE_KEY=true" in problems(web={"host": "0.0.0.0"})[0]
    monkeypatch.setenv("ATELIER_WEB__REQUIRE_KEY", "true")
    assert load(web={"host": "0.0.0.0"}).web.host == "0.0.0.0"


def test_names_are_split_at_commas_in_a_variable_and_a_list_in_toml(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "atelier.toml").write_text('[web]\nallowed_hosts = ["c.example"]\n')
    assert load().web.allowed_hosts == ("c.example",)
    monkeypatch.setenv("ATELIER_WEB__ALLOWED_HOSTS", "a.example, b.example,")
    assert load().web.allowed_hosts == ("a.example", "b.example")


@pytest.mark.parametrize("given", ['["local","nats://10.0.0.1:4222"]', "local, nats://10.0.0.1:4222"])
def test_pools_are_a_list_in_json_or_names_with_commas(
    folder: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    assert load().pools == ("local",)
    monkeypatch.setenv("ATELIER_POOLS", given)
    assert load().pools == ("local", "nats://10.0.0.1:4222")


@pytest.mark.parametrize(
    "pools", ["", "[]", "local,local", "remote", "nats://", '["local"', "nats://bot:secret@10.0.0.1:4222", "http://x"]
)
def test_a_pool_that_is_none_is_refused_and_a_password_has_no_place_in_its_address(folder: Path, pools: str) -> None:
    [problem] = problems(pools=pools)
    assert problem.startswith("pools (command line)")


def test_weights_lie_in_the_data_directory_unless_told_otherwise(folder: Path) -> None:
    assert load(data_dir="d").weights_dir == Path("d/weights")
    assert load(data_dir="d", renderer={"weights_dir": "w"}).weights_dir == Path("w")


def test_moderation_is_for_known_platforms_and_switched_off_by_a_word(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load().moderation.adapters == ("x",)
    assert load(moderation={"adapters": "x, telegram"}).moderation.adapters == ("x", "telegram")
    monkeypatch.setenv("ATELIER_MODERATION__ADAPTERS", "")  # counts as not set
    assert load().moderation.adapters == ("x",)
    monkeypatch.setenv("ATELIER_MODERATION__ADAPTERS", "none")
    assert load().moderation.adapters == ("none",)
    [line] = problems(moderation={"adapters": "x,telegrm"})
    assert "“telegrm” is no platform; there are x, web, telegram" in line
    [line] = problems(moderation={"adapters": "x,none"})
    assert "“none” stands alone" in line


def test_a_job_is_remembered_at_least_as_long_as_its_pictures(folder: Path) -> None:
    kept = load(retention={"history_days": 7, "inputs_days": 0.01}).retention
    assert (kept.history_days, kept.results_days, kept.inputs_days) == (7, 7, 0.01)
    [line] = problems(retention={"history_days": 3, "inputs_days": 2})
    assert line.startswith("retention.history_days (command line) is 3: a job is remembered at least as long as its")
    assert "ATELIER_RETENTION__RESULTS_DAYS is 7" in line
    # What is given may be too much for a default.
    [line] = problems(retention={"inputs_days": 120})
    assert line.startswith("ATELIER_RETENTION__HISTORY_DAYS (default) is '90': ")
    assert "ATELIER_RETENTION__INPUTS_DAYS is 120" in line
    # “At once”, or “for ever”? Nobody has to guess.
    [line] = problems(retention={"results_days": 0})
    assert "allowed: a number above 0 and at most 36500" in line


def test_doubt_about_a_picture_begins_below_its_refusal(folder: Path) -> None:
    assert load(moderation={"refuse_above": 0.3, "doubt_above": 0.3}).moderation.doubt_above == 0.3
    assert load(moderation={"refuse_above": 0}).moderation.refuse_above == 0
    [line] = problems(moderation={"doubt_above": 0.9})
    assert line.startswith("moderation.doubt_above (command line) is 0.9: doubt begins below refusal")
    assert "ATELIER_MODERATION__REFUSE_ABOVE is 0.8" in line
    assert len(problems(moderation={"refuse_above": 1.1, "doubt_above": -1})) == 2
