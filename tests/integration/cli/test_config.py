"""``monitor config`` and ``monitor db``."""

from __future__ import annotations

import tomllib

import pytest

from tests.integration.cli.conftest import Monitor


def test_db(fresh: Monitor) -> None:
    assert "migrated from nothing to " in fresh("db", "upgrade").stdout
    assert "nothing to do" in fresh("db", "upgrade").stdout
    assert "fine" in fresh("db", "check").stdout
    for noun in ("topics", "feeds", "matches", "events", "alerts"):
        result = fresh(noun, "list")
        assert result.stdout == ""
        assert result.stderr.startswith("no ")
        assert fresh(noun, "list", "--json").output == ""
    fresh.sql("UPDATE alembic_version SET version_num = '9999'")
    assert "newer" in fresh.error("db", "check")


def test_config_show_hides_secrets(fresh: Monitor) -> None:
    address = "postgresql://me:s3cret@db.example/news?password=s3cret"
    shown = fresh("config", "show", env={"MONITOR__DATABASE__URL": address}).stdout
    data = tomllib.loads(shown)
    assert "hunter2" not in shown
    assert "s3cret" not in shown
    assert data["channels"]["mail"]["password"] == "***"
    assert data["channels"]["desk"]["webhook_url"] == "${DESK_HOOK}"
    assert data["channels"]["mail"]["from"] == "m@example.org"
    assert data["database"]["url"] == "postgresql://me:***@db.example/news?password=***"
    assert data["feeds"][0]["interval"] == "30m"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:a/b:c@d@db.example/news", "postgresql://me:***@db.example/news"),
        ("postgresql://:pw@/news", "postgresql://:***@/news"),
        ("postgresql://me@db.example:5432/news", "postgresql://me@db.example:5432/news"),
        ("postgresql:///news?user=me&password=pw", "postgresql:///news?user=me&password=***"),
        ("sqlite:///odd:name@here.db", "sqlite:///odd:name@here.db"),
    ],
)
def test_config_show_hides_the_database_password(fresh: Monitor, url: str, shown: str) -> None:
    said = fresh("config", "show", env={"MONITOR__DATABASE__URL": url}).stdout
    assert tomllib.loads(said)["database"]["url"] == shown


def test_config_show_is_a_configuration(fresh: Monitor) -> None:
    fresh.rewrite("[run]", '[fetch.hosts."*.example"]\nmin_gap = "1.5s"\n[run]')
    fresh.rewrite("threshold = 0.15", 'alert_since = 2025-01-31\nmust = ["a|b", "\\u001b\\""]')
    shown = fresh("config", "show").stdout
    assert tomllib.loads(shown)["fetch"]["hosts"] == {"*.example": {"min_gap": "1.5s"}}
    (fresh.folder / "config.toml").write_text(shown)
    assert fresh("config", "show").stdout == shown


def test_config_check(fresh: Monitor) -> None:
    said = fresh("config", "check").stdout
    assert said == f"{fresh.file}: fine: 2 feeds, 1 topic, 1 channel in use\n"
    fresh.rewrite('channels = ["log"]', 'channels = ["desk"]')
    assert "DESK_HOOK" in fresh.error("config", "check", code=2)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('"more.opml"', '"absent.opml"', "absent.opml"),
        ('["seeds"]', '["absent"]', "[topics.cables] seeds"),
        ('["127.0.0.1"]', '["10.0.0.0/99"]', "allow_private"),
        ("[fetch]", '[database]\nurl = "mysql://x"\n[fetch]', "[database] url"),
    ],
)
def test_config_check_finds(fresh: Monitor, old: str, new: str, named: str) -> None:
    fresh.rewrite(old, new)
    assert named in fresh.error("config", "check", code=2)
