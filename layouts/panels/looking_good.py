"""The known ways of looking good: the on-time rate, the same by the original deadline, and what lies between."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.looking_good import WAYS, LookingGood, Way
from indicators.registry import REGISTRY
from indicators.values import Rate
from layouts.formats import NONE, count, difference, percent
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import cases
from layouts.parts.columns import column_words
from layouts.parts.frame import frame as panel_frame
from layouts.parts.frame import live, tip
from layouts.parts.marks import shown, spoken
from layouts.parts.places import department_name
from layouts.words import t


def frame(lang: str, instance: str = MAIN) -> Component:
    """A cell a way."""
    return panel_frame(
        "looking-good",
        t("ways-title", lang),
        [live("looking-good", "ways", instance, className="ways")],
        tip_text=t("ways-tip", lang),
        instance=instance,
    )


def show(found: LookingGood, showing: Showing) -> Props:
    """The share of each way, against the days before, and the unit that uses it most."""
    lang = showing.lang
    return {
        "ways": shown([_way(way, showing) for way in found.ways]),
        "sub": shown(t("ways-sub", lang, days=found.days)),
    }


def _way(way: Way, showing: Showing) -> Component:
    lang, entry = showing.lang, REGISTRY[way.indicator]
    name = html.H3(entry.name.get(lang), title=tip((way.indicator,), lang), className="way-name cut")
    if way.rate is None:
        missing = html.P(_missing(way, lang), className="way-missing", title=", ".join(way.missing))
        return html.Div([name, missing], className="way way-unrecorded")
    rate = way.rate
    number = html.Div(
        [
            html.Span(percent(rate.value), className="kpi-value"),
            html.Span("%" if rate.value is not None else "", className="kpi-unit"),
            html.Span(_change(way, lang), className="way-change", title=t("ways-before", lang)),
        ],
        className="kpi-number",
        **cases(way.indicator, "rest" if entry.better == "up" else "good"),
    )
    of: list[Component | str] = [t("ways-none", lang)]
    if rate.of:
        whole = html.Span(count(rate.of), **cases(way.indicator, "base"))
        of = spoken("score-of", lang, good=html.Span(count(rate.good), **cases(way.indicator, "good")), of=whole)
    return html.Div(
        [name, number, html.Span(of, className="way-of"), *_most(way, showing)],
        className="way",
    )


def _missing(way: Way, lang: str) -> str:
    """The first column that is missing, and how many more."""
    words = column_words(way.missing, lang)
    if len(words) < 2:
        return t("ways-unrecorded", lang, columns="".join(words))
    return t("ways-unrecorded-more", lang, column=words[0], more=count(len(words) - 1))


def _change(way: Way, lang: str) -> str:
    """Against the days before, in points."""
    now, before = way.rate.value if way.rate else None, way.before.value if way.before else None
    if now is None or before is None:
        return ""
    if round((now - before) * 100, 1) == 0:
        return t("ways-same", lang)
    return difference(now * 100, before * 100, 1)


def _most(way: Way, showing: Showing) -> list[Component]:
    if way.rate is None or not way.rate.of:
        return []
    if not way.most:
        return [html.Span(t("ways-nobody", showing.lang), className="way-most way-nobody")]
    code, rate = way.most[0]
    name = department_name(showing.reference, code, showing.lang)
    better_up = REGISTRY[way.indicator].better == "up"
    text = t(
        "ways-least" if better_up else "ways-most",
        showing.lang,
        unit=name,
        share=percent(rate.value) if rate.of else NONE,
    )
    others = "\n".join(_named(unit, one, showing) for unit, one in way.most)
    return [
        html.Span(
            text,
            className="way-most cut",
            title=others,
            **cases(way.indicator, "rest" if better_up else "good", department=code),
        )
    ]


def _named(code: str, rate: Rate, showing: Showing) -> str:
    name = department_name(showing.reference, code, showing.lang)
    return f"{name} {percent(rate.value)}% ({count(rate.good)}/{count(rate.of)})"


PANEL: Final = Panel("looking-good", "looking_good", 300, show, stale_after=900, defines=WAYS)
