"""The on-time closing rate of the last days."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.rates import OnTime
from layouts.formats import NONE, count, percent
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts import kpi
from layouts.parts.attrs import cases
from layouts.parts.marks import spoken
from layouts.words import t


def frame(lang: str, instance: str = MAIN) -> Component:
    """The card."""
    return kpi.card("ontime", t("ontime-title", lang), lang, defines=PANEL.defines, instance=instance)


def show(ontime: OnTime, showing: Showing) -> Props:
    """The rate in percent, compared in points; the note gives the denominator, a dash where nothing was due.

    The rate opens the cases that spoil it, the denominator all of them.
    """
    comparison = kpi.compare(ontime.rate.value, "ontime", showing, "points")
    due = html.Span(count(ontime.rate.of), **cases("ontime_close", "base"))
    props = kpi.numbers(
        percent(ontime.rate.value),
        "" if ontime.rate.value is None else "%",
        comparison,
        [comparison.against, spoken("ontime-note", showing.lang, cases=due)]
        if ontime.rate.of
        else [t("ontime-none", showing.lang, days=ontime.days)],
        kpi.line("ontime", showing, until_now=False),
        cases("ontime_close", "rest") if ontime.rate.of else None,
    )
    props["note"]["title"] = beside(ontime, showing.lang)
    return props


def beside(ontime: OnTime, lang: str) -> str:
    """What could make the rate look good: extended, suspended, exempt, forced, void, no deadline."""
    counts = {
        name: NONE if number is None else count(number)
        for name, number in (
            ("extended", ontime.extended),
            ("suspended", ontime.suspended),
            ("exempt", ontime.exempt),
            ("forced", ontime.forced),
            ("void", ontime.void),
            ("no_deadline", ontime.no_deadline),
        )
    }
    return t("ontime-beside", lang, **counts)


PANEL: Final = Panel(
    "ontime", "ontime", 60, show, also=("last_week", "sparks"), stale_after=180, defines=("ontime_close",)
)
