"""Areas with clearly more cases than they usually have."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.hot import HotArea, HotAreas
from layouts.formats import count
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import NOBODY, cases
from layouts.parts.frame import empty, live, paged
from layouts.parts.frame import frame as panel_frame
from layouts.parts.marks import percent_of, shown, spoken
from layouts.parts.places import where
from layouts.words import t

SHOWN: Final = 7


def frame(lang: str, instance: str = MAIN) -> Component:
    """Pages of areas, and what was tested."""
    return panel_frame(
        "hot-areas",
        t("hot-title", lang),
        [paged("hot-areas", instance, most=SHOWN), live("hot-areas", "tested", instance, className="foot")],
        tip_text=t("hot-tip", lang),
        instance=instance,
    )


def show(hot: HotAreas, showing: Showing) -> Props:
    """Cases as a bar with a mark where the usual would be, and how many times the usual.

    What room is left shows, dimmed, the areas that come next, whose rise may be chance.
    """
    lang = showing.lang
    level = t(f"level-{hot.level}", lang)
    tested: list[list[Component | str]] = [[t("hot-tested", lang, areas=count(hot.tested), level=level)]]
    if hot.not_located:
        nowhere = html.Span(count(hot.not_located), **cases("in_hot_area", area=NOBODY, level=hot.level))
        tested.append(spoken("hot-not-located", lang, cases=nowhere))
    if hot.left_out:
        tested.append(spoken("hot-left-out", lang, cases=html.Span(count(hot.left_out), **cases("default_located"))))
    near = hot.near[: max(0, SHOWN - 1 - len(hot.rows))]
    most = max((max(row.n, row.expected) for row in (*hot.rows, *near)), default=1.0) or 1.0
    rows = [_row(row, hot.level, most, showing) for row in hot.rows]
    if near:
        words = t("hot-near", lang) if rows else t("hot-empty", lang, days=hot.days)
        rows.append(html.Div(html.Span(words, className="near-word"), className="row row-near"))
        rows += [_row(row, hot.level, most, showing, chance=True) for row in near]
    return {
        "rows": shown(rows or empty(t("hot-empty" if hot.tested else "hot-untested", lang, days=hot.days))),
        "tested": shown([html.Span(text, className="foot-item foot-label") for text in tested]),
        "sub": shown(t("hot-sub", lang, days=hot.days, areas=count(hot.hot))),
    }


def _row(row: HotArea, level: str, most: float, showing: Showing, *, chance: bool = False) -> Component:
    lang = showing.lang
    name = where(showing.reference, row.area, lang, showing.place)
    usual = t("hot-usual", lang, n=count(row.n), usual=count(round(row.expected, 1), 1))
    return html.Div(
        [
            html.Span(name, className="name cut", title=name),
            html.Div(
                [
                    html.I(className="bar-fill", style={"width": percent_of(row.n / most)}),
                    html.I(className="bar-usual", style={"left": percent_of(row.expected / most)}),
                ],
                className="bar",
                title=usual,
            ),
            html.B(count(row.n), **cases("in_hot_area", area=row.area, level=level)),
            html.Span(_times(row.ratio, lang), className="change"),
        ],
        className="row row-chance" if chance else "row",
    )


def _times(ratio: float | None, lang: str) -> str:
    """How many times the usual; "new" where nothing was usual."""
    return t("types-new", lang) if ratio is None else f"×{count(ratio, 1 if ratio < 99.95 else 0)}"


PANEL: Final = Panel("hot-areas", "hot_areas", 300, show, stale_after=900)
