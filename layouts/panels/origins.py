"""Where cases come from: patrol, hotline, scans, video and the others."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.origins import Origin, Origins
from layouts.formats import change_by, count, percent
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import NOBODY, cases
from layouts.parts.frame import empty, paged
from layouts.parts.frame import frame as panel_frame
from layouts.parts.marks import bar, shown, spoken
from layouts.parts.named import source_name
from layouts.words import t

SHOWN: Final = 7


def frame(lang: str, instance: str = MAIN) -> Component:
    """A row a source."""
    return panel_frame(
        "origins",
        t("origins-title", lang),
        [paged("origins", instance, most=SHOWN)],
        tip_text=t("origins-tip", lang),
        instance=instance,
    )


def show(origins: Origins, showing: Showing) -> Props:
    """Sources, most first, with their share of all; cases without a source are a row of their own."""
    lang = showing.lang
    total = html.Span(count(origins.total), **cases("by_origin"))
    sub = shown(spoken("origins-sub", lang, days=str(origins.days), total=total))
    if not origins.total:
        return {"rows": shown(empty(t("origins-empty", lang, days=origins.days))), "sub": sub}
    rows = [_row(row, origins.total, lang) for row in origins.rows]
    if origins.unknown:
        rows.append(_line(t("origins-unknown", lang), origins.unknown, origins.total, "", NOBODY))
    return {"rows": shown(rows), "sub": sub}


def _row(row: Origin, total: int, lang: str) -> Component:
    change = change_by(row.n, row.before) if row.before else t("types-new", lang)
    return _line(source_name(row.source, lang), row.n, total, change, row.source)


def _line(name: str, n: int, total: int, change: str, source: str) -> Component:
    return html.Div(
        [
            html.Span(name, className="name cut", title=name),
            bar(n / total),
            html.B(count(n), **cases("by_origin", source=source)),
            html.Span(f"{percent(n / total)}%", className="sample"),
            html.Span(change, className="change"),
        ],
        className="row",
    )


PANEL: Final = Panel("origins", "origins", 300, show, stale_after=900)
