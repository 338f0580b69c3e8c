"""Days that a text speaks of: "March 3", "3. März 2024", "2024-03-03", "Tuesday"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple


class Day(NamedTuple):
    """Where a day of a month is named, and which (None where it cannot be told)."""

    start: int
    end: int
    day: date | None


_MONTHS = {
    "en": "january february march april may june july august september october november december",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre"
    " diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre"
    " dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro"
    " dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}
_WEEKDAYS = {
    "en": "monday tuesday wednesday thursday friday saturday sunday",
    "de": "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "pt": "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "ru": "понедельник вторник среду четверг пятницу субботу воскресенье",
}

MONTHS = {
    language: {name: number for number, name in enumerate(names.split(), 1)}
    for language, names in _MONTHS.items()
}
"""Language -> name in lower case -> 1 to 12."""
MONTHS["en"] |= {name[:3]: number for name, number in MONTHS["en"].items()} | {"sept": 9}
WEEKDAYS = {
    language: {name: number for number, name in enumerate(names.split())}
    for language, names in _WEEKDAYS.items()
}
"""Language -> name in lower case -> 0 (Monday) to 6."""
_SHORT = {"en": "mon tue tues wed weds thu thurs fri sat sun", "de": "sonnabend"}
CALENDAR = {
    language: MONTHS[language].keys() | days.keys() | set(_SHORT.get(language, "").split())
    for language, days in WEEKDAYS.items()
}
"""Language -> names of months and weekdays in lower case."""

_LONGEST_MONTH = 12
_NUMBER = re.compile(r"\d\d{0,3}(?:st|nd|rd|th|er|º|\.)?(?!\w|:\d)")
_ISO = re.compile(r"((?:19|20)\d\d)-(\d\d)-(\d\d)(?![\d-])")
_MONTH_AFTER = re.compile(r" (?:of |de )?([^\W\d_]{3,12})\b\.?")
_YEAR_AFTER = re.compile(r",? (?:de |del )?((?:19|20)\d\d)(?!\d)")


def days_named(text: str, language: str, published: date | None) -> list[Day]:
    """The days of a month that a text names: "March 3", "3. März 2024", "2024-03-03".

    A day without its year is the one nearest to ``published``.
    """
    months = MONTHS.get(language, {})
    days = []
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        if iso := _ISO.match(text, start):
            days.append(Day(*iso.span(), _date(*map(int, iso.groups()))))
        elif len(digits := match.group().rstrip("stndrhe.º")) <= 2:
            found = _month_beside(text, start, end, months)
            if found:
                number, start, end = found
                year = _YEAR_AFTER.match(text, end)
                end = year.end() if year else end
                days.append(Day(start, end, _day(year, number, int(digits), published)))
    return days


def weekdays_named(text: str, language: str, published: date) -> set[date]:
    """The weekdays that a text names, each taken for the last one up to ``published``."""
    back = {
        (published.weekday() - number) % 7
        for name, number in WEEKDAYS.get(language, {}).items()
        if name in text or name.capitalize() in text
    }
    return {published - timedelta(days=days) for days in back if published.toordinal() > days}


def _month_beside(
    text: str, start: int, end: int, months: Mapping[str, int]
) -> tuple[int, int, int] | None:
    """The month whose name stands before or after a number: month, start and end of both."""
    before = text[max(0, start - _LONGEST_MONTH) : start]
    name = before.rstrip(" ").rsplit(None, 1)[-1:]
    if name and before[-1] == " " and (number := months.get(name[0].rstrip(".").lower())):
        return number, start - len(name[0]) - 1, end
    after = _MONTH_AFTER.match(text, end)
    if after and (number := months.get(after[1].lower())):
        return number, start, after.end()
    return None


def _day(year: re.Match[str] | None, month: int, day: int, published: date | None) -> date | None:
    return _date(int(year[1]), month, day) if year else _nearest(month, day, published)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nearest(month: int, day: int, published: date | None) -> date | None:
    if published is None:
        return None
    years = (published.year - 1, published.year, published.year + 1)
    found = [moment for year in years if (moment := _date(year, month, day))]
    return min(found, key=lambda moment: abs(moment - published), default=None)
