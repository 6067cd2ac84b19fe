"""What goes overdue before the next cut of the day if nobody acts."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.horizon import Horizon
from layouts.formats import count
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts import kpi
from layouts.parts.attrs import cases
from layouts.parts.cuts import cut_name
from layouts.parts.frame import tip
from layouts.parts.marks import percent_of, shown, spoken
from layouts.words import t


def frame(lang: str, instance: str = MAIN) -> Component:
    """The card."""
    return kpi.card("due-soon", t("due-soon-waiting", lang), lang, defines=PANEL.defines, instance=instance)


def show(horizon: Horizon, showing: Showing) -> Props:
    """How many more up to the next cut; the note looks ahead to the last one, the columns show all three."""
    lang = showing.lang
    title = t("due-soon-title", lang, cut=cut_name(horizon.cuts[0], showing))
    last = html.Span(count(horizon.totals[-1]), **cases("due_by_third_cut"))
    ahead = spoken("due-soon-note", lang, cut=cut_name(horizon.cuts[-1], showing), cases=last)
    number = kpi.numbers(
        count(horizon.totals[0]),
        t("unit-cases", lang),
        kpi.Comparison("", ""),
        [ahead],
        _columns(horizon, showing),
        cases("due_by_cut"),
    )
    return number | {"title": shown(title, title=tip(PANEL.defines, lang))}


def _columns(horizon: Horizon, showing: Showing) -> list[Component]:
    """One column a cut, cumulative, on one scale."""
    most = max(horizon.totals) or 1
    return [
        html.I(
            className="step-column",
            style={"height": percent_of(total / most)},
            title=t("due-soon-note", showing.lang, cut=cut_name(cut, showing), cases=count(total)),
        )
        for cut, total in zip(horizon.cuts, horizon.totals, strict=True)
    ]


PANEL: Final = Panel("due-soon", "horizon", 10, show, stale_after=30, defines=("due_by_cut",))
