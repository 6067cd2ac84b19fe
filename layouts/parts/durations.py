"""Lengths of working time as people say them."""

from layouts.formats import NONE, count
from layouts.words import t


def work_hours(seconds: float | None) -> str:
    """Hours of working time: one digit under a hundred hours, none above; the dash for None."""
    if seconds is None:
        return NONE
    hours = seconds / 3600
    return count(round(hours, 1), 1) if hours < 99.95 else count(round(hours))


def band(lower: float, upper: float | None, lang: str) -> str:
    """A band of hours: "under 4 h", "4-8 h", "1-3 days", "over 7 days". Both ends in the unit of the upper one."""
    if upper is None:
        return (
            t("band-over-days", lang, n=_plain(lower / 24))
            if _whole_days(lower)
            else t("band-over", lang, n=_plain(lower))
        )
    days = _whole_days(upper) and (_whole_days(lower) or not lower)
    low, high = (lower / 24, upper / 24) if days else (lower, upper)
    unit = "-days" if days else ""
    if not lower:
        return t(f"band-under{unit}", lang, n=_plain(high))
    return t(f"band-between{unit}", lang, low=_plain(low), high=_plain(high))


def _whole_days(hours: float) -> bool:
    return hours >= 24 and hours % 24 == 0


def _plain(number: float) -> str:
    return f"{number:g}"
