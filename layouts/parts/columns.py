"""Columns of the read contract in the words of those who use the screen: what a source does not record."""

from collections.abc import Iterable
from typing import Final

from layouts.words import joined, t

_THEMES: Final = {
    "deadlines": ("work_orders.close_due_at", "work_orders.handle_due_at"),
    "shifts": ("shifts", "shifts.department_code"),
    "positions": ("worker_positions", "patrol_pings"),
    "log": ("work_order_events", "work_order_events.to_department", "work_order_events.to_stage"),
    "measures": (
        "work_order_measures.kind",
        "work_order_measures.result",
        "work_order_measures.from_at",
        "work_order_measures.old_due_at",
        "work_order_measures.new_due_at",
        "work_order_measures.reason",
        "work_order_measures.department_code",
    ),
    "replies": ("work_order_measures.replied_at", "work_order_measures.reply_due_at"),
    "followups": (
        "work_orders.followup_valid",
        "work_orders.contacted",
        "work_orders.solved",
        "work_orders.satisfaction",
    ),
    "departments": ("work_orders.department_code", "work_orders.departments_dispatched"),
    "filing": ("work_orders.filed_at",),
    "handling": ("work_orders.handled_at",),
    "acceptance": ("work_orders.accepted_at",),
    "taking": ("work_orders.taken_at", "work_orders.dispatched_at"),
    "photos": ("work_orders.photos_after",),
    "places": ("work_orders.lon", "work_orders.lat", "work_orders.address"),
    "borders": ("areas.boundary",),
    "visits": ("work_orders.verified_at",),
    "on-spot": ("work_orders.handled_on_spot",),
    "exempt": ("work_orders.exempt",),
    "extensions": ("work_orders.extensions",),
    "returns": ("work_orders.returns",),
    "reworks": ("work_orders.reworks",),
    "outcome": ("work_orders.outcome",),
    "levels": ("work_orders.resolved_level",),
    "source": ("work_orders.source",),
    "locations": ("work_orders.location_quality",),
}
_THEME_OF: Final = {column: theme for theme, columns in _THEMES.items() for column in columns}


def column_words(missing: Iterable[str], lang: str) -> tuple[str, ...]:
    """Words for needs of an indicator (``table``, ``table.column``, ``a|b`` for one of the two), each word once.

    A column without words is named as the contract names it.
    """
    words = []
    for need in missing:
        theme = _THEME_OF.get(need.split("|", 1)[0])
        words.append(need if theme is None else t(f"column-{theme}", lang))
    return tuple(dict.fromkeys(words))


def listed_columns(missing: Iterable[str], lang: str) -> str:
    """The words in one sentence part."""
    return joined(column_words(missing, lang), lang)
