"""The most frequent types of the last days, and what rose."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.history import TypeCount, Types
from layouts.formats import change_by, count
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import NOBODY, cases
from layouts.parts.frame import empty, live, tip
from layouts.parts.frame import frame as panel_frame
from layouts.parts.marks import bar, shown, spoken
from layouts.parts.places import category_name
from layouts.words import t

SHOWN: Final = 7


def frame(lang: str, instance: str = MAIN) -> Component:
    """Rows, and a line below for what rose."""
    return panel_frame(
        "types",
        t("types-title", lang),
        [live("types", "rows", instance, className="rows"), live("types", "rising", instance, className="foot")],
        tip_text=tip(PANEL.defines, lang),
        instance=instance,
    )


def show(types: Types, showing: Showing) -> Props:
    """Seven rows with bar, count and change against the days before; rising types named below."""
    lang = showing.lang
    total = html.Span(count(types.total), **cases("type_count"))
    sub = spoken("types-sub", lang, days=str(types.days), total=total)
    if not types.rows:
        return {"rows": shown(empty(t("types-empty", lang, days=types.days))), "rising": shown(""), "sub": shown(sub)}
    most = max(row.count for row in types.rows) or 1
    rows = [_row(row, most, showing) for row in types.rows[:SHOWN]]
    return {"rows": shown(rows), "rising": shown(_rising(types, showing)), "sub": shown(sub)}


def _row(row: TypeCount, most: int, showing: Showing) -> Component:
    name = category_name(showing.reference, row.category, showing.lang)
    new = t("types-new", showing.lang)
    return html.Div(
        [
            html.Span(name, className="name cut", title=name),
            bar(row.count / most),
            html.B(count(row.count), **cases("type_count", category=row.category or NOBODY)),
            html.Span(change_by(row.count, row.before) if row.before else new, className="change"),
        ],
        className="row",
    )


def _rising(types: Types, showing: Showing) -> list[Component]:
    lang = showing.lang
    if not types.rising:
        return [html.Span(t("types-none-rising", lang), className="foot-item")]
    return [
        html.Span(t("types-rising", lang), className="foot-item foot-label"),
        *(
            html.Span(
                [
                    category_name(showing.reference, row.category, lang),
                    html.B(
                        change_by(row.count, row.before) if row.before else t("types-new", lang),
                        **cases("type_count", category=row.category or NOBODY),
                    ),
                ],
                className="foot-item",
            )
            for row in types.rising
        ),
    ]


PANEL: Final = Panel("types", "types", 60, show, stale_after=180, defines=("type_count",))
