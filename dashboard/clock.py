"""Now, as the product sees it. Handed in wherever time is needed, so that tests turn hours in an instant."""

import time
from datetime import datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from data_access.errors import SettingError

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Clock(Protocol):
    """Three clocks: the shown moment, the machine's own, and one that only measures durations."""

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        ...

    def now(self) -> float:
        """The moment the wall shows, in seconds since 1970; GRIDWALL_CLOCK moves it."""
        ...

    def real(self) -> float:
        """The machine's clock in seconds since 1970, never moved: leases and signed cookies use it."""
        ...

    def monotonic(self) -> float:
        """Seconds that never jump, for durations."""
        ...


class SystemClock:
    """The machine's clock, with the shown moment moved by a fixed number of seconds."""

    def __init__(self, zone: ZoneInfo, offset: float = 0.0) -> None:
        self.zone = zone
        self.offset = offset

    def now(self) -> float:
        """The moved moment."""
        return time.time() + self.offset

    def real(self) -> float:
        """The machine's moment."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds since some start."""
        return time.monotonic()


def city_time(at: float, zone: ZoneInfo) -> datetime:
    """Naive city time of a moment in seconds since 1970."""
    return datetime.fromtimestamp(at, zone).replace(tzinfo=None)


def epoch_ms(moment: datetime, zone: ZoneInfo) -> int:
    """Milliseconds since 1970 of a naive city time; of an hour that comes twice, the first."""
    return int(moment.replace(tzinfo=zone).timestamp() * 1000)


def offset_of(spec: str, zone: ZoneInfo, real: float) -> float:
    """Seconds by which GRIDWALL_CLOCK moves now.

    ``""`` moves nothing; ``-90d``, ``+36h``, ``-300`` (seconds) are offsets; ``2015-03-31T09:00`` is the city time that
    shall be now at ``real``, from where the clock runs on. Raises SettingError.
    """
    text = spec.strip()
    if not text:
        return 0.0
    if text[0] in "+-":
        unit = _SECONDS.get(text[-1])
        digits = text[1:] if unit is None else text[1:-1]
        try:
            seconds = float(digits) * (unit or 1)
            timedelta(seconds=seconds)
        except (ValueError, OverflowError) as error:
            raise SettingError(f"GRIDWALL_CLOCK={spec} is not an offset such as -90d", name="GRIDWALL_CLOCK") from error
        return seconds if text[0] == "+" else -seconds
    try:
        start = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"GRIDWALL_CLOCK={spec} is neither an offset such as -90d nor a moment such as 2015-03-31T09:00"
        raise SettingError(message, name="GRIDWALL_CLOCK") from error
    aware = start if start.tzinfo is not None else start.replace(tzinfo=zone)
    return aware.timestamp() - real
