"""Numbers and moments as texts: thin spaces in thousands, signs and arrows, "today 17:00"."""

from datetime import date, datetime
from functools import cache
from typing import Final

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from layouts.words import t

THIN: Final = "\u2009"
MINUS: Final = "\u2212"
NONE: Final = "\u2014"
"""The dash that stands for "no cases": never a zero that nobody counted."""

_LOCALES: Final = {"zh": "zh_Hans_CN", "en": "en_GB"}


def count(number: int | float | None, digits: int = 0) -> str:
    """A number with thin spaces in its thousands; the dash for None."""
    if number is None:
        return NONE
    text = format_decimal(number, format="#,##0" + ("." + "0" * digits if digits else ""), locale="en")
    return text.replace(",", THIN).replace("-", MINUS)


def percent(share: float | None, digits: int = 1) -> str:
    """A share (0 to 1) in percent without the sign; the dash for None."""
    return count(None if share is None else round(share * 100, digits), digits)


def arrow(change: float) -> str:
    """Up, down or level; differences are arrows and signs, never colours."""
    return "▲" if change > 0 else "▼" if change < 0 else "＝"


def change_by(now: float, before: float) -> str:
    """How much more or less than before, in percent with its arrow; from tenfold on, how many times.

    The dash where there was nothing before.
    """
    if not before:
        return NONE
    if now >= 10 * before:
        return f"{arrow(1)}{THIN}×{count(round(now / before))}"
    change = round((now - before) / before * 100, 1)
    if not change:
        return arrow(0)
    digits = 0 if abs(change) >= 10 else 1
    return f"{arrow(round(change, digits))}{THIN}{count(abs(change), digits)}%"


def difference(now: float, before: float, digits: int = 0) -> str:
    """The difference with its arrow, without unit."""
    change = round(now - before, digits)
    if not change:
        return arrow(0)
    return f"{arrow(change)}{THIN}{count(abs(change), digits)}"


@cache
def _pattern(lang: str, same_year: bool) -> str:
    return {"zh": ("y-MM-dd HH:mm", "MM-dd HH:mm"), "en": ("d MMM y HH:mm", "d MMM HH:mm")}[lang][same_year]


def moment(when: datetime, now: datetime, lang: str) -> str:
    """A moment as people say it: "today 17:00", "yesterday 11:40", else the date."""
    days = (when.date() - now.date()).days
    clock = when.strftime("%H:%M")
    if days in (-1, 0, 1):
        return t({-1: "day-yesterday", 0: "day-today", 1: "day-tomorrow"}[days], lang, time=clock)
    return format_datetime(when, _pattern(lang, when.year == now.year), locale=_LOCALES[lang])


def weekday(when: datetime, lang: str) -> str:
    """The short name of the weekday: 周六, Sat."""
    return format_datetime(when, "EEE", locale=_LOCALES[lang])


def month_name(day: date, lang: str, *, year: bool = False) -> str:
    """The short name of a month: 11月, Nov; with its year: 2026年1月, Jan 2026."""
    pattern = {"zh": ("LLL", "y年LLL"), "en": ("LLL", "LLL y")}[lang][year]
    return format_date(day, pattern, locale=_LOCALES[lang])
