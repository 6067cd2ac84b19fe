"""The moments a duty officer looks ahead to, as words."""

from datetime import datetime

from layouts.formats import weekday
from layouts.panel import Showing
from layouts.words import t


def cut_name(cut: datetime, showing: Showing) -> str:
    """The time alone for a cut of today, "Sun 12:00" for a later one; short, because it heads a column."""
    time = f"{cut:%H:%M}"
    if cut.date() == showing.now.date():
        return time
    return t("cut-later", showing.lang, time=time, weekday=weekday(cut, showing.lang))
