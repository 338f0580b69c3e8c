"""Settings of a topic as they are given one by one, on the command line or in a form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from monitor.config.schema import Topic
from monitor.domain.setting_keys import KEYS, LISTS
from monitor.domain.settings import settings_to_dict
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.types import TopicSettings


def read_settings(
    given: Sequence[str], known: Sequence[str] = KEYS, *, option: str = "--set "
) -> TopicSettings:
    """``key=value`` as the configuration would read it; commas part several phrases.

    ``option``: what stands before them.  Raises ConfigError for the first that is not right.
    """
    values: dict[str, Any] = {}
    for one in given:
        key, equals, value = (part.strip() for part in one.partition("="))
        if not equals or key not in known:
            raise ConfigError(f"{option}{one}: is not KEY=VALUE with a KEY of {', '.join(known)}")
        if key in LISTS:
            phrases = [phrase.strip() for phrase in value.split(",")]
            values[key] = [*values.get(key, ()), *filter(None, phrases)]
        else:
            values[key] = value
    try:
        return Topic.model_validate({"seeds": ("given",), **values}).settings
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        raise ConfigError(f"{option}{key}={values[key]}: {first['msg']}") from None


def change_settings(given: Sequence[str]) -> dict[str, Any]:
    """Of ``key=value`` only the keys that are given, as ``domain.settings`` writes them.

    Raises ConfigError.
    """
    settings = settings_to_dict(read_settings(given, option=""))
    named = {one.partition("=")[0].strip() for one in given}
    return {key: value for key, value in settings.items() if key in named}
