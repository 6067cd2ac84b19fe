"""Moments as cities write them, read as naive city time."""

import re
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

_CLOCK: Final = r"(?:[T ]\s*(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?"
_YEAR_FIRST: Final = re.compile(
    rf"(\d{{4}})[-/](\d{{1,2}})[-/](\d{{1,2}}){_CLOCK}\s*(Z|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII | re.IGNORECASE
)
_MONTH_FIRST: Final = re.compile(rf"(\d{{1,2}})/(\d{{1,2}})/(\d{{4}}){_CLOCK}\s*([AP]M)?)?", re.ASCII | re.IGNORECASE)


def read_time(text: str, zone: ZoneInfo, *, end_of_day: bool = False) -> datetime | None:
    """The moment written in ``text`` as naive time of ``zone``, whole seconds (fractions are cut); None when blank.

    Reads ``YYYY-MM-DD HH:MM[:SS]`` (also with ``T`` or ``/``, also with ``Z`` or an offset, which is converted to the
    zone) and ``MM/DD/YYYY HH:MM[:SS] [AM|PM]``, where 12 AM is midnight and 12 PM noon. A day without a time is its
    midnight, or with ``end_of_day`` its last second: a deadline given as a day ends with that day. A local time that a
    daylight-saving change skips or repeats stays as the city wrote it. Raises ValueError for anything else.
    """
    text = text.strip()
    if not text:
        return None
    offset = half = None
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day, hour, minute, second, offset = found.groups()
    elif found := _MONTH_FIRST.fullmatch(text):
        month, day, year, hour, minute, second, half = found.groups()
    else:
        raise ValueError(f"no time: {text!r}")
    if hour is None:
        return datetime(int(year), int(month), int(day), *((23, 59, 59) if end_of_day else (0, 0, 0)))
    hours = int(hour)
    if half is not None:
        if not 1 <= hours <= 12:
            raise ValueError(f"no time: {text!r}")
        hours = hours % 12 + (12 if half.upper() == "PM" else 0)
    moment = datetime(int(year), int(month), int(day), hours, int(minute), int(second or 0))
    return moment if offset is None else _to_zone(moment, offset, zone)


def has_clock(text: str) -> bool:
    """Whether the text of a moment gives more than the day."""
    return ":" in text


def _to_zone(moment: datetime, offset: str, zone: ZoneInfo) -> datetime:
    sign = "+00:00" if offset in "Zz" else offset if ":" in offset else f"{offset[:3]}:{offset[3:] or '00'}"
    return datetime.fromisoformat(f"{moment.isoformat()}{sign}").astimezone(zone).replace(tzinfo=None)
