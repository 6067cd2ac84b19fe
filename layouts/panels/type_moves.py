"""Types that rose or fell by more than chance."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.history import TypeCount
from indicators.readings.origins import TypeMoves
from layouts.formats import change_by, count
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import NOBODY, cases
from layouts.parts.frame import empty, live, paged
from layouts.parts.frame import frame as panel_frame
from layouts.parts.marks import shown
from layouts.parts.places import category_name
from layouts.words import t

SHOWN: Final = 6
"""At most so many, half of them rising."""


def frame(lang: str, instance: str = MAIN) -> Component:
    """The rising, then the falling."""
    return panel_frame(
        "type-moves",
        t("type-moves-title", lang),
        [
            live("type-moves", "heads", instance, className="row row-head"),
            paged("type-moves", instance),
        ],
        tip_text=t("type-moves-tip", lang),
        instance=instance,
    )


def show(moves: TypeMoves, showing: Showing) -> Props:
    """The rising, then the falling; one leaves the other what it does not need of its half."""
    lang = showing.lang
    sub = shown(t("type-moves-sub", lang, days=moves.days))
    if not (moves.rising or moves.falling):
        return {"heads": shown([]), "rows": shown(empty(t("type-moves-empty", lang, days=moves.days))), "sub": sub}
    up = moves.rising[: SHOWN - min(SHOWN // 2, len(moves.falling))]
    down = moves.falling[: SHOWN - len(up)]
    rows = [_row(row, showing, "") for row in up]
    rows += [_row(row, showing, "" if i or not up else " row-parted") for i, row in enumerate(down)]
    heads = [html.Span(t(f"type-moves-{name}", lang, days=moves.days)) for name in ("type", "before", "now", "change")]
    return {"heads": shown(heads), "rows": shown(rows), "sub": sub}


def _row(row: TypeCount, showing: Showing, classes: str) -> Component:
    lang = showing.lang
    name, of_class = category_name(showing.reference, row.category, lang), row.category or NOBODY
    return html.Div(
        [
            html.Span(name, className="name cut", title=name),
            html.Span(count(row.before), className="sample", **cases("type_count", category=of_class, before="1")),
            html.B(count(row.count), **cases("type_count", category=of_class)),
            html.Span(change_by(row.count, row.before) if row.before else t("types-new", lang), className="change"),
        ],
        className=f"row{classes}",
    )


PANEL: Final = Panel("type-moves", "type_moves", 300, show, stale_after=900)
