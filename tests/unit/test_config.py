"""The configuration: what it means, and how its mistakes are said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.config import Config, load, proxy_of, web_passwords_of, with_secrets
from monitor.errors import ConfigError

WHOLE = """
opml = ["feeds.opml"]
[database]
url = "sqlite:///data/monitor.db"
keep_offtopic = "14d"
[fetch]
allow_private = ["127.0.0.0/8"]
min_gap = "1s"
[fetch.hosts."*.example.org"]
min_gap = "0s"
[[feeds]]
url = "https://example.org/rss"
name = "Example"
interval = "30m"
tags = ["asia"]
[topics.us-japan-defence]
seeds = ["seeds/us-japan-defence"]
channels = ["mail", "desk"]
must = ["japan"]
threshold = 0.2
match_budget = 5
alert_since = 2026-01-31
[channels.mail]
type = "email"
host = "127.0.0.1"
port = 25
tls = "none"
from = "monitor@example.org"
to = ["desk@example.org"]
password_file = "password"
[channels.desk]
type = "slack"
webhook_url = "${SLACK_WEBHOOK_URL}"
[channels.log]
type = "file"
path = "alerts.jsonl"
[web]
listen = "127.0.0.1:8765"
"""


def read(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, environ or {})


def problem(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text, environ)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_every_key(tmp_path: Path) -> None:
    config = read(tmp_path, WHOLE)
    assert config.database.keep_offtopic == timedelta(days=14)
    assert config.database_url == f"sqlite:///{tmp_path.resolve()}/data/monitor.db"
    assert config.fetch.gap_of("news.example.org") == 0
    assert config.fetch.gap_of("example.com") == 1
    [feed] = config.feeds
    assert (feed.interval, feed.tags) == (timedelta(minutes=30), ("asia",))
    settings = config.topics["us-japan-defence"].settings
    assert settings.alert_since == datetime(2026, 1, 31, tzinfo=UTC)
    assert (settings.threshold, settings.match_budget, settings.must) == (0.2, 5, ("japan",))
    assert config.file("seeds") == tmp_path / "seeds"


def test_nothing_is_needed(tmp_path: Path) -> None:
    config = read(tmp_path, "")
    assert config.web.listen == "127.0.0.1:8765"
    assert config.topics == {}


def test_postgres_goes_through_psycopg(tmp_path: Path) -> None:
    for given in ("postgresql://me@db/x", "postgres://me@db/x"):
        config = read(tmp_path, f'[database]\nurl = "{given}"')
        assert config.database_url == "postgresql+psycopg://me@db/x"


@pytest.mark.parametrize(
    ("text", "seconds"), [("500ms", 0.5), ("15m", 900), ("1h", 3600), ("30d", 2_592_000)]
)
def test_durations(tmp_path: Path, text: str, seconds: float) -> None:
    assert read(tmp_path, f'[fetch]\ninterval = "{text}"').fetch.interval.total_seconds() == seconds


def test_the_environment_overrides_scalars_of_fixed_sections(tmp_path: Path) -> None:
    environ = {"MONITOR__DATABASE__URL": "postgresql://db/x", "MONITOR__RUN__WORKERS": "3"}
    config = read(tmp_path, WHOLE, environ | {"MONITOR_CONFIG": "x", "OTHER": "y"})
    assert config.database.url == "postgresql://db/x"
    assert config.run.workers == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("foo = 1", "foo: unknown key"),
        ("[fetch]\nmingap = '1s'", '[fetch] mingap: unknown key: did you mean "min_gap"?'),
        ("[fetch]\nmin_gap = 1", '[fetch] min_gap: 1 is not a duration: write "30s"'),
        ("[fetch]\nmin_gap = '1x'", "[fetch] min_gap: '1x' is not a duration"),
        ("[[feeds]]\nurl = 'ftp://x'", "[[feeds]] number 1: url: 'ftp://x' is no http(s) address"),
        ("[[feeds]]\nname = 'x'", "[[feeds]] number 1: url: is missing: add it"),
        ("[topics.x]\nseeds = []", "[topics.x] seeds: is empty: name at least one"),
        ("[topics.x]\nseeds = 'a'", "[topics.x] seeds: 'a' is not right"),
        ("[topics.x]\nseeds = ['a']\nchannels = ['no']", '[topics.x] channels: no channel "no"'),
        ("[topics.x]\nseeds = ['a']\nthreshold = 3", "[topics.x] threshold: 3 is not right"),
        (
            "[channels.m]\ntype = 'fax'",
            '[channels.m] type: is not "email", "slack", "webhook", "apprise" or "file"',
        ),
        ("[channels.m]\npassword = 's3cr3t'", "[channels.m] type: is not"),
        (
            "[channels.m]\ntype = 'email'\nhots = 'x'",
            "[channels.m] hots: unknown key: did you mean",
        ),
        ('[fetch]\nuser_agent = "a\\u0007"', "[fetch] user_agent: 'a"),
        ("[fetch]\nuser_agent = 'schön'", "is not plain text: write it in ASCII"),
        ("[fetch]\ncontact = 'me'", "[fetch] contact: 'me' is no address to reach you at"),
        ("[fetch]\ncontact = 'mailto:a) b'", "[fetch] contact: 'mailto:a) b' is no address"),
        ("[fetch]\nproxy = 's3cr3t'", "[fetch] proxy: what is there is no proxy: write"),
        ("[fetch]\nproxy = 'ftp://u:s3cr3t@h:1'", "[fetch] proxy: what is there is no proxy"),
        ("[fetch]\nproxy = 'http://u:s3cr3t@h:99999'", "[fetch] proxy: what is there"),
        ("[fetch]\nproxy = 'http://u:s3cr3t@h/x'", "[fetch] proxy: what is there"),
        ("[web]\nlisten = '8765'", "[web] listen: '8765' is not HOST:PORT"),
        ("[web]\nlisten = '0.0.0.0:80'", "[web] listen: '0.0.0.0:80' is open to other machines"),
        ("[web]\nlisten = '127.0.0.1:99999'", "'127.0.0.1:99999' is not HOST:PORT: a port"),
        ("[web]\nlisten = '[::]:80'", "[web] listen: '[::]:80' is open to other machines"),
        ("[web]\nlisten = 'desk.lan:80'", "`monitor web hash` makes one"),
        ("[web]\npassword = 's3cr3t-word'", "[web] password: what is there is neither a variable"),
        ("[web]\nviewer_password = '$argon2id$s3cr3t'", "[web] viewer_password: what is there"),
        ("[web]\npassword = 's3cr3t${VAR}'", "[web] password: what is there is neither"),
        (
            "[web]\npassword = '${A}'\npassword_file = 'b'",
            "[web] password: is there beside password_file: keep one of them",
        ),
        ("[web]\nviewer_password = '${A}'", "[web] viewer_password: is of no use while everybody"),
        (
            "[web]\nurl = 'https://desk.example.org/desk'",
            "[web] url: 'https://desk.example.org/desk'",
        ),
        ("[web]\nurl = 'desk.example.org'", "is no http(s) address without a path: write"),
        ("[web]\nurl = 'https://me:pw@desk.example.org'", "is no http(s) address without a path"),
        ("[web]\nurl = 'https://desk.example.org:99999'", "is no http(s) address without a path"),
        ("[topics.x]\nseeds = ['a']\nalert_since = 'soon'", "alert_since: 'soon' is not a date"),
        ("a = = b", "is not valid TOML"),
    ],
)
def test_a_mistake_names_file_key_and_remedy(tmp_path: Path, text: str, said: str) -> None:
    message = problem(tmp_path, text)
    assert message.startswith(str(tmp_path / "config.toml"))
    assert said in message
    assert "s3cr3t" not in message


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("MONITOR__DATABASE__ULR", 'MONITOR__DATABASE__ULR: unknown key: did you mean "url"?'),
        ("MONITOR__FETCH__MIN_GAP", "MONITOR__FETCH__MIN_GAP: 'x' is not a duration"),
        ("MONITOR__TOPICS__X", "is not MONITOR__SECTION__KEY"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(
    tmp_path: Path, name: str, said: str
) -> None:
    assert said in problem(tmp_path, "", {name: "x"})


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    assert len(problem(tmp_path, "a = 1\nb = 2\n[fetch]\nmin_gap = 3").splitlines()) == 3


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file: name one with --config"):
        load(tmp_path / "none.toml", {})
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        load(tmp_path / "config.toml", {})


# ------------------------------------------------------------------ secrets


def test_secrets_come_from_the_environment_and_from_files(tmp_path: Path) -> None:
    config = read(tmp_path, WHOLE)
    (tmp_path / "password").write_text("pass word\n")
    desk = with_secrets(config, "desk", {"SLACK_WEBHOOK_URL": "https://hooks.example/1"})
    assert desk.webhook_url == "https://hooks.example/1"  # type: ignore[union-attr]
    assert with_secrets(config, "mail", {}).password == "pass word"  # type: ignore[union-attr]


def test_a_missing_secret_is_named_and_never_shown(tmp_path: Path) -> None:
    config = read(tmp_path, WHOLE)
    with pytest.raises(ConfigError, match=r"\[channels.desk\] webhook_url: .*SLACK_WEBHOOK_URL"):
        with_secrets(config, "desk", {})
    with pytest.raises(ConfigError, match=r"\[channels.mail\] password_file: password cannot"):
        with_secrets(config, "mail", {})


def test_the_proxys_password_comes_from_the_environment_and_is_never_shown(tmp_path: Path) -> None:
    config = read(tmp_path, '[fetch]\nproxy = "http://me:${PROXY_PASSWORD}@proxy:3128"')
    secret = {"PROXY_PASSWORD": "s3cr3t"}
    assert proxy_of(config, secret) == "http://me:s3cr3t@proxy:3128"
    assert config.model_dump()["fetch"]["proxy"] == "http://me:${PROXY_PASSWORD}@proxy:3128"
    with pytest.raises(ConfigError, match=r"\[fetch\] proxy: .*PROXY_PASSWORD is not set"):
        proxy_of(config, {})
    with pytest.raises(ConfigError, match=r"\[fetch\] proxy: what is there") as caught:
        proxy_of(config, {"PROXY_PASSWORD": "s3cr3t#/"})
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [
        ("", ""),
        ("http://proxy:3128", "http://proxy:3128"),
        ("https://[::1]:3128", "https://[::1]:3128"),
        ("http://me@proxy", "http://me@proxy"),
        ("http://me:s3cr3t@proxy", "http://me:***@proxy"),
        ("http://me:a@s3cr3t:b@proxy:1/", "http://me:***@proxy:1/"),
    ],
)
def test_a_password_in_the_file_is_not_shown_either(tmp_path: Path, proxy: str, shown: str) -> None:
    config = read(tmp_path, f'[fetch]\nproxy = "{proxy}"')
    assert config.model_dump()["fetch"]["proxy"] == shown
    assert "s3cr3t" not in repr(config)
    assert proxy_of(config, {}) == proxy


HASH = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$YSBkaWdlc3Qgb2YgaXQ"


def test_the_page_is_open_to_others_with_a_password(tmp_path: Path) -> None:
    for key in ("password = '${PAGE}'", f"password = '{HASH}'", "password_file = 'page'"):
        config = read(tmp_path, f"[web]\nlisten = '0.0.0.0:80'\n{key}")
        assert config.web.listen == "0.0.0.0:80"


@pytest.mark.parametrize(
    ("web", "address"),
    [
        ("", "http://127.0.0.1:8765"),
        ("listen = ''\nurl = 'https://desk.example.org'", ""),
        ("url = 'https://Desk.example.org/'", "https://desk.example.org"),
        ("listen = '[::]:80'\npassword = '${P}'", "http://localhost:80"),
        ("listen = '0.0.0.0:80'\npassword = '${P}'\nurl = 'http://[::2]:8'", "http://[::2]:8"),
    ],
)
def test_where_people_find_the_page(tmp_path: Path, web: str, address: str) -> None:
    assert read(tmp_path, f"[web]\n{web}").web.address == address


def test_the_pages_passwords(tmp_path: Path) -> None:
    (tmp_path / "viewer").write_text("the viewer's\n")
    config = read(tmp_path, "[web]\npassword = '${PAGE}'\nviewer_password_file = 'viewer'")
    given = web_passwords_of(config, {"PAGE": "the editor's"})
    assert (given.editor, given.viewer) == ("the editor's", "the viewer's")
    hashed = read(tmp_path, f"[web]\npassword = '{HASH}'")
    assert web_passwords_of(hashed, {}).editor == HASH
    assert web_passwords_of(hashed, {}).viewer == ""
    assert web_passwords_of(read(tmp_path, ""), {}).editor == ""
    everywhere = f"{given} {hashed} {hashed.model_dump()} {config.model_dump()}"
    assert "argon2" not in everywhere and "editor's" not in everywhere
    assert config.model_dump()["web"]["password"] == "${PAGE}"


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("s3cr3t", "[web] password: is too short: a password has 8 characters or more"),
        ("", "[web] password: the environment variable PAGE is not set: set it"),
        (
            "$argon2id$v=19$s3cr3t",
            "begins like a hash and is none: make it with `monitor web hash`",
        ),
        ("the same s3cr3t", "[web] viewer_password: is the same as password: choose another"),
    ],
)
def test_passwords_that_will_not_do(tmp_path: Path, secret: str, said: str) -> None:
    (tmp_path / "viewer").write_text("the same s3cr3t")
    config = read(tmp_path, "[web]\npassword = '${PAGE}'\nviewer_password_file = 'viewer'")
    with pytest.raises(ConfigError) as caught:
        web_passwords_of(config, {"PAGE": secret})
    assert said in str(caught.value) and "s3cr3t" not in str(caught.value)


def test_a_password_file_that_cannot_be_read(tmp_path: Path) -> None:
    config = read(tmp_path, "[web]\npassword_file = 'none'")
    with pytest.raises(ConfigError, match=r"\[web\] password_file: none cannot be read: create it"):
        web_passwords_of(config, {})
    (tmp_path / "none").write_text("\n")
    with pytest.raises(ConfigError, match=r"\[web\] password_file: is too short"):
        web_passwords_of(config, {})


def test_the_shipped_configuration_is_right() -> None:
    config = load(Path(__file__).parent.parent.parent / "config.toml", {})
    assert len(config.feeds) >= 15
    assert [type(config.channels[name]).__name__ for name in config.channels] == ["FileChannel"]
