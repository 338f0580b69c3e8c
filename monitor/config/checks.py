"""What no single value shows: names that must exist, keys that must agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.config.alerts import AlertKeys, TopicAlerts
from monitor.config.schema import Config
from monitor.config.values import is_loopback
from monitor.config.words import suggestion


def check(config: Config) -> None:
    """Raises ConfigError for the first thing that does not fit."""
    if config.fetch.shortest > config.fetch.longest:
        raise config.error(
            "[fetch] min_interval", "is longer than max_interval (left out: 4 x interval): lower it"
        )
    _check_web(config)
    _require_channels(config, "[run] ops_channels", config.run.ops_channels)
    for name, topic in config.topics.items():
        _require_channels(config, f"[topics.{name}] channels", topic.channels)
        _check_alerts(config, f"topics.{name}.alerts", topic.alerts, topic.channels)


def _check_web(config: Config) -> None:
    web = config.web
    for key, given, file in (
        ("password", web.password, web.password_file),
        ("viewer_password", web.viewer_password, web.viewer_password_file),
    ):
        if given and file:
            raise config.error(f"[web] {key}", f"is there beside {key}_file: keep one of them")
    locked = web.password or web.password_file
    if not locked and (web.viewer_password or web.viewer_password_file):
        raise config.error(
            "[web] viewer_password", "is of no use while everybody is an editor: add password"
        )
    if web.listen and not locked and not is_loopback(web.listen):
        raise config.error(
            "[web] listen",
            f"{web.listen!r} is open to other machines, and the page has no password: add "
            "password (`monitor web hash` makes one), or listen on 127.0.0.1",
        )


def _require_channels(config: Config, key: str, channels: Iterable[str]) -> None:
    for channel in channels:
        if channel not in config.channels:
            known = ", ".join(sorted(config.channels)) or "none is defined"
            problem = f'no channel "{channel}": add a [channels.{channel}] section (known: {known})'
            raise config.error(key, problem)


def _check_alerts(
    config: Config, table: str, alerts: TopicAlerts, channels: tuple[str, ...]
) -> None:
    for name in alerts.overrides:
        if name not in channels:
            known = suggestion(name, channels) if channels else ": it has none"
            raise config.error(f"[{table}.{name}]", f"is no channel of the topic{known}")
    for channel in channels:
        own = alerts.overrides.get(channel, TopicAlerts()).model_fields_set
        for key, with_keys, problem in _disagreements(alerts.of(channel)):
            where = f"{table}.{channel}" if own & {key, *with_keys} else table
            raise config.error(f"[{where}] {key}", problem)


def _disagreements(keys: AlertKeys) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """A key, the keys it does not agree with, and the problem in words."""
    if keys.at.weekday is not None and keys.mode != "weekly":
        yield (
            "at",
            ("mode",),
            f'"{keys.at}" names a day, but the mode is "{keys.mode}": '
            f'write "{keys.at.time:%H:%M}", or set mode = "weekly"',
        )
    if "update" in keys.kinds and "new_event" not in keys.kinds:
        yield (
            "kinds",
            (),
            'has "update" without "new_event", so there is no thread that it could follow: add it',
        )
    if "digest" in keys.kinds or not {"new_event", "update"} & set(keys.kinds):
        return
    lost = 'lacks "digest", so {} would never be said: add it'
    if keys.mode != "instant":
        yield "kinds", ("mode",), lost.format(f'what mode = "{keys.mode}" puts off')
    if keys.alerts_per_day is not None:
        yield "kinds", ("alerts_per_day",), lost.format("what alerts_per_day leaves over")
