"""Routing, channels and the heartbeat: what the file means, and what of it is never shown."""

from __future__ import annotations

import json
import re
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from monitor import app
from monitor.cli import app as command_line
from monitor.config import Config, heartbeat_of, load, with_secrets
from monitor.errors import ConfigError
from monitor.types import Routing

SHIPPED = Path(__file__).parent.parent.parent / "config.toml"

TOPIC = """
[channels.log]
type = "file"
path = "alerts.jsonl"
[channels.mail]
type = "file"
path = "mail.jsonl"
[topics.x]
seeds = ["a"]
channels = ["log", "mail"]
"""
ALERTS = f"{TOPIC}[topics.x.alerts]\n"

ALL_KINDS = '"new_event", "update", "digest" or "feed"'
NO_TIME = 'is not a time of day: write "07:30", or "Fri 07:30" for a weekly digest'
NO_SPAN = 'is not "FROM-TO": write "22:00-06:30", or "" for none'


def read(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, {})


def routing(tmp_path: Path, text: str) -> dict[str, Routing]:
    return read(tmp_path, ALERTS + text).topics["x"].routing


def problem(tmp_path: Path, text: str) -> str:
    """The one line of a mistake, without the name of the file."""
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    [line] = str(caught.value).splitlines()
    assert line.startswith(f"{tmp_path / 'config.toml'}: ")
    return line.removeprefix(f"{tmp_path / 'config.toml'}: ")


# ------------------------------------------------------------------ routing


def test_left_out_everything_is_as_the_pipeline_has_it(tmp_path: Path) -> None:
    assert read(tmp_path, TOPIC).topics["x"].routing == {"log": Routing(), "mail": Routing()}
    assert routing(tmp_path, "") == {"log": Routing(), "mail": Routing()}


def test_every_key(tmp_path: Path) -> None:
    text = """
kinds = ["digest", "feed"]
mode = "weekly"
at = "Fri 07:30"
timezone = "Asia/Tokyo"
quiet = "22:00-06:30"
alerts_per_day = 5
min_score = -0.25
min_sources = 2
"""
    expected = Routing(
        kinds=("digest", "feed"),
        mode="weekly",
        at=time(7, 30),
        weekday=4,
        timezone="Asia/Tokyo",
        quiet=(time(22), time(6, 30)),
        alerts_per_day=5,
        min_score=-0.25,
        min_sources=2,
    )
    assert routing(tmp_path, text) == {"log": expected, "mail": expected}


@pytest.mark.parametrize(
    ("own", "changed"),
    [
        ('kinds = ["digest"]', {"kinds": ("digest",)}),
        ('mode = "weekly"', {"mode": "weekly"}),
        ('at = "6:05"', {"at": time(6, 5)}),
        ('timezone = "UTC"', {"timezone": "UTC"}),
        ('quiet = ""', {"quiet": None}),
        ("alerts_per_day = 100", {"alerts_per_day": 100}),
        ("min_score = -1", {"min_score": -1.0}),
        ("min_sources = 1", {"min_sources": 1}),
        ("", {}),
    ],
)
def test_a_channel_overrides_one_key_and_inherits_the_rest(
    tmp_path: Path, own: str, changed: dict[str, Any]
) -> None:
    above = """
mode = "daily"
at = "07:30"
timezone = "Europe/Berlin"
quiet = "22:00-06:30"
alerts_per_day = 5
min_score = 0.2
min_sources = 3
"""
    found = routing(tmp_path, f"{above}[topics.x.alerts.mail]\n{own}\n")
    inherited = {name: getattr(found["log"], name) for name in Routing.__slots__}
    assert found["log"].quiet == (time(22), time(6, 30))
    assert found["mail"] == Routing(**(inherited | changed))


@pytest.mark.parametrize(
    ("at", "expected", "weekday"),
    [
        ('"07:30"', time(7, 30), 0),
        ('" 7:30 "', time(7, 30), 0),
        ('"00:00"', time(0), 0),
        ('"23:59"', time(23, 59), 0),
        ("07:30:00", time(7, 30), 0),
        ('"Mon 07:30"', time(7, 30), 0),
        ('"tue 07:30"', time(7, 30), 1),
        ('"Wednesday 07:30"', time(7, 30), 2),
        ('"THURS 07:30"', time(7, 30), 3),
        ('"Saturday  7:30"', time(7, 30), 5),
        ('"Sun 07:30"', time(7, 30), 6),
    ],
)
def test_spellings_of_the_hour(tmp_path: Path, at: str, expected: time, weekday: int) -> None:
    found = routing(tmp_path, f'mode = "weekly"\nat = {at}')["log"]
    assert (found.at, found.weekday) == (expected, weekday)


@pytest.mark.parametrize(
    ("quiet", "expected"),
    [
        ("22:00-06:30", (time(22), time(6, 30))),
        ("9:00 – 17:00", (time(9), time(17))),
        ("00:00-23:59", (time(0), time(23, 59))),
        ("", None),
    ],
)
def test_spellings_of_quiet_hours(
    tmp_path: Path, quiet: str, expected: tuple[time, time] | None
) -> None:
    assert routing(tmp_path, f'quiet = "{quiet}"')["log"].quiet == expected


def test_a_digest_may_be_due_in_quiet_hours_and_a_budget_stand_beside_it(tmp_path: Path) -> None:
    text = 'mode = "daily"\nat = "03:00"\nquiet = "22:00-06:30"\nalerts_per_day = 1'
    assert routing(tmp_path, text)["log"].at == time(3)


def test_without_events_nothing_is_put_off(tmp_path: Path) -> None:
    text = 'mode = "daily"\n[topics.x.alerts.mail]\nkinds = ["feed"]'
    assert routing(tmp_path, text)["mail"].kinds == ("feed",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kinds = []", "kinds: is empty: name at least one"),
        ('kinds = ["updat"]', f"kinds: 'updat' is not {ALL_KINDS}: did you mean \"update\"?"),
        ("kinds = [1]", f"kinds: 1 is not {ALL_KINDS}"),
        (
            'kinds = ["feed", "feed"]',
            "kinds: ['feed', 'feed'] is not right: \"feed\" is there twice: leave one out",
        ),
        ("kinds = 'feed'", "kinds: 'feed' is not right: Input should be a valid tuple"),
        (
            'mode = "dayly"',
            'mode: \'dayly\' is not "instant", "daily" or "weekly": did you mean "daily"?',
        ),
        ('at = "25:00"', f"at: '25:00' {NO_TIME}"),
        ('at = "7.30"', f"at: '7.30' {NO_TIME}"),
        ('at = "Frx 07:30"', f"at: 'Frx 07:30' {NO_TIME}"),
        ('at = "٠٧:٣٠"', f"at: '٠٧:٣٠' {NO_TIME}"),
        ("at = 7", f"at: 7 {NO_TIME}"),
        ("at = 07:30:01", f"at: 07:30:01 {NO_TIME}"),
        ("at = 2025-01-31", f"at: 2025-01-31 {NO_TIME}"),
        (
            'at = "Friday 7:30"',
            'at: "Fri 07:30" names a day, but the mode is "instant": write "07:30", '
            'or set mode = "weekly"',
        ),
        (
            'timezone = "Berlin"',
            "timezone: 'Berlin' is no IANA time zone: did you mean \"Europe/Berlin\"?",
        ),
        (
            'timezone = "new york"',
            "timezone: 'new york' is no IANA time zone: did you mean \"America/New_York\"?",
        ),
        (
            'timezone = "Europe/Berln"',
            "timezone: 'Europe/Berln' is no IANA time zone: did you mean \"Europe/Berlin\"?",
        ),
        ('timezone = "JST"', "timezone: 'JST' is no IANA time zone: write one like"),
        ('timezone = "../UTC"', "timezone: '../UTC' is no IANA time zone: did you mean \"UTC\"?"),
        ('timezone = "America"', "timezone: 'America' is no IANA time zone: "),
        ('timezone = ""', "timezone: '' is no IANA time zone: write one like"),
        ("timezone = 1", "timezone: 1 is not right: Input should be a valid string"),
        ('quiet = "22-6"', f"quiet: '22-6' {NO_SPAN}"),
        ('quiet = "22:00-24:00"', f"quiet: '22:00-24:00' {NO_SPAN}"),
        ("quiet = 22:00:00", f"quiet: 22:00:00 {NO_SPAN}"),
        ('quiet = "7:00-07:00"', "quiet: '7:00-07:00' is no span of time: let it end at another"),
        ("alerts_per_day = 0", "alerts_per_day: 0 is not right: Input should be greater than or"),
        ("alerts_per_day = true", "alerts_per_day: True is not right: Input should be a valid int"),
        ("alerts_per_day = 1e3", "alerts_per_day: 1000.0 is not right: Input should be a valid"),
        (f"alerts_per_day = {2**63}", f"alerts_per_day: {2**63} is not right: Input should be"),
        ("min_score = 1.1", "min_score: 1.1 is not right: Input should be less than or equal to 1"),
        ("min_score = nan", "min_score: nan is not right"),
        ("min_sources = 0", "min_sources: 0 is not right: Input should be greater than or equal"),
        ("mod = 1", 'mod: unknown key: did you mean "mode"?'),
        (
            "mail = 1",
            "mail: unknown key: known here are alerts_per_day, at, kinds, min_score, min_sources, "
            "mode, quiet, timezone",
        ),
        (
            'mode = "daily"\nkinds = ["new_event"]',
            'kinds: lacks "digest", so what mode = "daily" puts off would never be said: add it',
        ),
        (
            'kinds = ["update", "digest"]',
            'kinds: has "update" without "new_event", so there is no thread that it could follow: ',
        ),
        ('update_gap = "soon"', "update_gap: 'soon' is not a duration"),
        (
            'alerts_per_day = 5\nkinds = ["new_event"]',
            'kinds: lacks "digest", so what alerts_per_day leaves over would never be said: add it',
        ),
    ],
)
def test_a_mistake(tmp_path: Path, text: str, said: str) -> None:
    assert problem(tmp_path, ALERTS + text).startswith(f"[topics.x.alerts] {said}")
    own = f"{TOPIC}[topics.x.alerts.mail]\n{text}"
    if text != "mail = 1":
        assert problem(tmp_path, own).startswith(f"[topics.x.alerts.mail] {said}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[topics.x.alerts.mial]\n",
            '[topics.x.alerts.mial]: is no channel of the topic: did you mean "mail"?',
        ),
        (
            "[topics.x.alerts.fax]\n",
            "[topics.x.alerts.fax]: is no channel of the topic: known here are log, mail",
        ),
        (
            'mode = "weekly"\nat = "Fri 07:30"\n[topics.x.alerts.mail]\nmode = "daily"',
            '[topics.x.alerts.mail] at: "Fri 07:30" names a day, but the mode is "daily": '
            'write "07:30", or set mode = "weekly"',
        ),
        (
            'kinds = ["new_event"]\n[topics.x.alerts.mail]\nalerts_per_day = 5',
            '[topics.x.alerts.mail] kinds: lacks "digest", so what alerts_per_day leaves over '
            "would never be said: add it",
        ),
        (
            'kinds = ["new_event"]\nmode = "daily"\n[topics.x.alerts.log]\nmin_sources = 2',
            '[topics.x.alerts] kinds: lacks "digest", so what mode = "daily" puts off '
            "would never be said: add it",
        ),
    ],
)
def test_a_mistake_between_tables(tmp_path: Path, text: str, said: str) -> None:
    assert problem(tmp_path, ALERTS + text) == said


def test_a_topic_without_channels_has_no_tables_for_them(tmp_path: Path) -> None:
    text = '[topics.x]\nseeds = ["a"]\n[topics.x.alerts.mail]\nmode = "daily"'
    assert problem(tmp_path, text) == (
        "[topics.x.alerts.mail]: is no channel of the topic: it has none"
    )
    assert problem(tmp_path, '[topics.x]\nseeds = ["a"]\nalerts = 3') == (
        "[topics.x] alerts: 3 is no table of keys"
    )


@pytest.mark.parametrize("kind", ["email", "slack", "file", "alerts"])
def test_names_that_are_words_of_ours(tmp_path: Path, kind: str) -> None:
    text = f'[channels.{kind}]\ntype = "file"\npath = 3\n[topics.{kind}]\nseeds = 3'
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert f"[channels.{kind}] path: 3 is not right" in str(caught.value)
    assert f"[topics.{kind}] seeds: 3 is not right" in str(caught.value)


NEARLY = st.text("0123456789: -–MonFriDay\u0664", max_size=14)
ANY = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)


@given(
    at=NEARLY | ANY,
    quiet=NEARLY | ANY | st.just("22:00-06:30"),
    kinds=st.lists(st.sampled_from(["new_event", "update", "digest", "feed", "Digest"]) | ANY),
    timezone=ANY | st.sampled_from(["UTC", "Asia/Tokyo", "Asia", "Asia/", "a" * 300, "..", "."]),
)
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_written_is_right_or_a_mistake(
    tmp_path: Path, at: str, quiet: str, kinds: list[str], timezone: str
) -> None:
    given = {"at": at, "quiet": quiet, "kinds": kinds, "timezone": timezone}
    for key, value in given.items():
        line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
        try:
            found = routing(tmp_path, f'mode = "weekly"\n{line}')["log"]
        except ConfigError as error:
            assert key in str(error)
            continue
        assert found.quiet is None or found.quiet[0] != found.quiet[1]
        assert 0 <= found.weekday <= 6
        assert ZoneInfo(found.timezone)
        assert len(set(found.kinds)) == len(found.kinds) > 0


@given(
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.sampled_from(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_shown_means_the_same(tmp_path: Path, at: time, day: str, end: time) -> None:
    quiet = f"{at:%H:%M}-{end:%H:%M}" if at != end else ""
    text = f'mode = "weekly"\nat = "{day} {at:%H:%M}"\nquiet = "{quiet}"'
    config = read(tmp_path, ALERTS + text)
    shown = config.model_dump(by_alias=True, exclude_none=True, include={"topics"})
    assert Config.model_validate(shown).topics["x"].routing == config.topics["x"].routing


# ------------------------------------------------------------------ channels


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[channels.desk]\ntype = 'slack'",
            "[channels.desk]: has no way to Slack: add webhook_url, or bot_token and channel",
        ),
        (
            "[channels.desk]\ntype = 'slack'\nwebhook_url = 'https://s3cr3t'\nchannel = 'C1'",
            "[channels.desk]: has two ways to Slack: keep webhook_url, or bot_token and channel",
        ),
        (
            "[channels.slack]\ntype = 'slack'\nbot_token = 's3cr3t'",
            "[channels.slack]: lacks channel: bot_token and channel go together",
        ),
        (
            "[channels.desk]\ntype = 'slack'\nchannel = 'C1'",
            "[channels.desk]: lacks bot_token: bot_token and channel go together",
        ),
        (
            "[channels.desk]\ntype = 'slack'\nwebhook_url = 's3cr3t'",
            '[channels.desk] webhook_url: what is there is no http(s) address: write "https://…"',
        ),
        (
            "[channels.desk]\ntype = 'slack'\nbot_token = ['s3cr3t']\nchannel = 'C1'",
            "[channels.desk] bot_token: what is there is not right: Input should be a valid string",
        ),
        (
            "[channels.desk]\ntype = 'slack'\nbot_token = 's3cr3t'\nchannel = 'C1'\napi_url = 'x'",
            "[channels.desk] api_url: 'x' is no http(s) address: write \"https://…\"",
        ),
        (
            "[channels.desk]\ntype = 'slack'\nbot_tokn = 's3cr3t'\nwebhook_url = '${V}'",
            '[channels.desk] bot_tokn: unknown key: did you mean "bot_token"?',
        ),
        ("[channels]\ndesk = 'https://s3cr3t'", "[channels.desk]: what is there is no table of"),
        ("[channels.h]\ntype = 'webhook'", "[channels.h] url: is missing: add it"),
        ("[channels.h]\ntype = 'webhook'\nurl = ''", "[channels.h] url: is empty: fill it in"),
        (
            "[channels.h]\ntype = 'webhook'\nurl = 'ftp://s3cr3t'",
            '[channels.h] url: what is there is no http(s) address: write "https://…"',
        ),
        (
            "[channels.h]\ntype = 'webhook'\nurl = 'https://x'\nsecret_file = 's3cr3t'",
            '[channels.h] secret_file: unknown key: did you mean "secret"?',
        ),
        ("[channels.p]\ntype = 'apprise'\nurl = ''", "[channels.p] url: is empty: fill it in"),
        ("[channels.p]\ntype = 'apprise'\nurl = 3", "[channels.p] url: what is there is not right"),
        (
            "[channels.m]\ntype = 'email'\npassword = 3\nhost = 'h'\nfrom = 'a'\nto = ['a']",
            "[channels.m] password: what is there is not right: Input should be a valid string",
        ),
        (
            "[channels.m]\ntype = 'email'\ntls = 'startls'\nhost = 'h'\nfrom = 'a'\nto = ['a']",
            '[channels.m] tls: \'startls\' is not "none", "starttls" or "tls": did you mean',
        ),
        (
            "[run]\nheartbeat_url = 's3cr3t'",
            '[run] heartbeat_url: what is there is no http(s) address: write "https://…"',
        ),
        ("[database]\nurl = ['s3cr3t']", "[database] url: what is there is not right"),
    ],
)
def test_a_mistake_in_a_channel(tmp_path: Path, text: str, said: str) -> None:
    line = problem(tmp_path, text)
    assert line.startswith(said)
    assert "s3cr3t" not in line


ALL_CHANNELS = """
[channels.mail]
type = "email"
host = "127.0.0.1"
password = "PASSWORD"
from = "monitor@example.org"
to = ["desk@example.org"]
[channels.desk]
type = "slack"
bot_token = "BOT_TOKEN"
channel = "C1"
[channels.desk-hook]
type = "slack"
webhook_url = "https://WEBHOOK_URL"
[channels.hook]
type = "webhook"
url = "https://URL"
secret = "SECRET"
[channels.phone]
type = "apprise"
url = "json://APPRISE"
[run]
heartbeat_url = "https://HEARTBEAT"
"""
SECRETS = ("PASSWORD", "BOT_TOKEN", "WEBHOOK_URL", "URL", "SECRET", "APPRISE", "HEARTBEAT")


def with_values(values: dict[str, str]) -> str:
    """``ALL_CHANNELS`` with each secret replaced."""
    return re.sub(rf"\b({'|'.join(SECRETS)})\b", lambda found: values[found[1]], ALL_CHANNELS)


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    secrets = {name: f"hunter-{name.lower().replace('_', '-')}" for name in SECRETS}
    config = read(tmp_path, with_values(secrets))
    shown = CliRunner().invoke(
        command_line, ["--config", str(tmp_path / "config.toml"), "config", "show"]
    )
    assert shown.exit_code == 0
    assert shown.stdout.count('"***"') == len(SECRETS)
    resolved = [with_secrets(config, name, {}) for name in config.channels]
    everywhere = (shown.output, repr(config), str(config), repr(resolved), str(config.model_dump()))
    assert [text for text in everywhere if "hunter" in text] == []
    assert "monitor@example.org" in shown.stdout
    assert "hunter-webhook-url" in with_secrets(config, "desk-hook", {}).webhook_url  # type: ignore[union-attr]


def test_secrets_come_from_variables_whose_names_are_shown(tmp_path: Path) -> None:
    config = read(tmp_path, with_values({name: f"${{{name}}}" for name in SECRETS}))
    environ = {name: f"hunter-{name.lower()}" for name in SECRETS}
    assert config.model_dump()["channels"]["desk"]["bot_token"] == "${BOT_TOKEN}"
    hook = with_secrets(config, "hook", environ)
    assert (hook.url, hook.secret) == ("https://hunter-url", "hunter-secret")  # type: ignore[union-attr]
    assert "hunter" not in repr(hook)
    assert heartbeat_of(config, environ) == "https://hunter-heartbeat"
    with pytest.raises(ConfigError, match=r"\[run\] heartbeat_url: .* HEARTBEAT is not set: set"):
        heartbeat_of(config, {})
    for name, variable in (("desk", "BOT_TOKEN"), ("hook", "URL"), ("phone", "APPRISE")):
        with pytest.raises(ConfigError, match=rf"\[channels.{name}\] \w+: .* {variable} is not"):
            with_secrets(config, name, {})


def test_channels_are_shown_as_a_configuration(tmp_path: Path) -> None:
    text = re.sub(r'"[^"]*\b([A-Z_]{3,})"', r'"${\1}"', ALL_CHANNELS)
    config = read(tmp_path, text)
    shown = config.model_dump(by_alias=True, exclude_none=True, include={"channels"})
    assert shown["channels"]["desk-hook"]["webhook_url"] == "${WEBHOOK_URL}"
    assert Config.model_validate(shown).channels == config.channels


# ------------------------------------------------------------------ parts


def test_every_kind_of_channel_can_be_made(tmp_path: Path) -> None:
    values = {name: f"x{name.lower().replace('_', '-')}" for name in SECRETS}
    config = read(tmp_path, with_values(values))
    made = {name: type(app.make_channel(config, name)).__name__ for name in config.channels}
    assert made == {
        "mail": "EmailChannel",
        "desk": "SlackBot",
        "desk-hook": "SlackWebhook",
        "hook": "Webhook",
        "phone": "AppriseChannel",
    }


@pytest.mark.parametrize(
    ("name", "variable", "value"),
    [
        ("desk", "BOT_TOKEN", "s3cr3t s3cr3t"),
        ("desk-hook", "WEBHOOK_URL", "x:s3cr3t"),
        ("hook", "URL", "x:s3cr3t"),
        ("phone", "APPRISE", "s3cr3t\n"),
        ("mail", "ADDRESS", "s3cr3t"),
    ],
)
def test_what_a_channel_cannot_use_names_file_and_section(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, variable: str, value: str
) -> None:
    text = with_values({name: f"${{{name}}}" for name in SECRETS})
    text = text.replace("json://", "").replace("monitor@example.org", "nobody")
    monkeypatch.setenv("PASSWORD", "s3cr3t")
    monkeypatch.setenv("SECRET", "s3cr3t")
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError) as caught:
        app.make_channel(read(tmp_path, text), name)
    assert str(caught.value).startswith(f"{tmp_path / 'config.toml'}: [channels.{name}]: ")
    assert "s3cr3t" not in str(caught.value)


def test_a_heartbeat_is_made_where_there_is_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert app.make_heartbeat(read(tmp_path, "")) is None
    assert app.make_heartbeat(read(tmp_path, "[run]\nheartbeat_url = 'http://x/y'")) is not None
    monkeypatch.setenv("HEARTBEAT", "s3cr3t")
    with pytest.raises(ConfigError) as caught:
        app.make_heartbeat(read(tmp_path, "[run]\nheartbeat_url = '${HEARTBEAT}'"))
    assert str(caught.value) == (
        f"{tmp_path / 'config.toml'}: [run] heartbeat_url: is no http(s) address"
    )


def test_feeds_are_told_where_ops_or_a_topic_wants_to_hear(tmp_path: Path) -> None:
    feed = '[topics.x.alerts.log]\nkinds = ["feed"]\n'
    assert app.rules_of(read(tmp_path, TOPIC)).tell == ()
    assert app.rules_of(read(tmp_path, TOPIC + feed)).tell == ("log",)
    ops = '[run]\nops_channels = ["mail", "log"]\n'
    assert app.rules_of(read(tmp_path, TOPIC + feed + ops)).tell == ("mail", "log")
    both = '[topics.x.alerts]\nkinds = ["digest", "feed"]\n[run]\nops_channels = ["mail"]'
    assert app.rules_of(read(tmp_path, TOPIC + both)).tell == ("mail", "log")


# ------------------------------------------------------------------ the manual


def test_everything_that_the_shipped_file_leaves_out_is_right(tmp_path: Path) -> None:
    text = re.sub(r"(?m)^# (?=[a-z_]+ = |\[)", "", SHIPPED.read_text("utf-8"))
    config = read(tmp_path, text.replace('channels = ["log"]\n\n', 'channels = ["log", "mail"]\n'))
    [topic] = config.topics.values()
    assert set(config.channels) == {"log", "mail", "desk", "desk-hook", "hook", "phone"}
    assert topic.alerts.model_fields_set == {*type(topic.alerts).model_fields, "mail"}
    assert topic.routing["mail"].weekday == 4
    shown = topic.alerts.model_dump(include={"kinds", "mode", "at", "timezone"})
    left_out = type(topic.alerts)().model_dump(include={"kinds", "mode", "at", "timezone"})
    assert shown == left_out
    assert config.run.heartbeat_url == "${HEARTBEAT_URL}"
