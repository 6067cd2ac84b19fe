"""Who has held the orders: working time by department, from the log, each step charged to whoever had the order."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.holding import HeldBy, Holding
from layouts.formats import NONE, count, percent
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import cases
from layouts.parts.durations import work_hours
from layouts.parts.frame import empty, paged, tip
from layouts.parts.frame import frame as panel_frame
from layouts.parts.lists import heads
from layouts.parts.marks import bar, shown
from layouts.parts.places import department_name
from layouts.words import t

SHOWN: Final = 7


def frame(lang: str, instance: str = MAIN) -> Component:
    """Column heads, and pages of departments."""
    names = ("department", "share", "each", "limit")
    return panel_frame(
        "holding",
        t("holding-title", lang),
        [heads([t(f"holding-{name}", lang) for name in names]), paged("holding", instance, most=SHOWN)],
        tip_text=tip(PANEL.defines, lang) + "\n" + t("holding-tip", lang),
        instance=instance,
    )


def show(holding: Holding, showing: Showing) -> Props:
    """Departments by their share of all working time, with time an order and how much of the limit that used.

    Each of these opens the cases the department held, the longest held first.
    """
    lang = showing.lang
    sub = shown(t("holding-sub", lang, days=holding.days))
    if not holding.rows:
        return {"rows": shown(empty(t("holding-empty", lang, days=holding.days))), "sub": sub}
    most = max(row.share for row in holding.rows) or 1.0
    return {"rows": shown([_row(row, most, showing) for row in holding.rows]), "sub": sub}


def _row(row: HeldBy, most: float, showing: Showing) -> Component:
    lang = showing.lang
    name = department_name(showing.reference, row.department, lang)
    theirs = cases("held", holder=row.department)
    whole = t("holding-orders", lang, orders=count(row.orders), hours=work_hours(row.seconds))
    return html.Div(
        [
            html.Span(name, className="name cut", title=name),
            bar(row.share / most),
            html.B(f"{percent(row.share)}%", title=whole, **theirs),
            html.Span(work_hours(row.per_order), **theirs),
            html.Span(
                NONE if row.limit_share is None else f"{percent(row.limit_share, 0)}%",
                className="sample",
                **({} if row.limit_share is None else theirs),
            ),
        ],
        className="row",
    )


PANEL: Final = Panel("holding", "holding", 300, show, stale_after=900, defines=("held",))
