"""Departments by on-time closing rate, with the interval, the sample, and those with too few cases apart."""

from math import floor
from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.rates import DepartmentRate, Departments
from layouts.formats import count, percent
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import NOBODY, cases
from layouts.parts.frame import empty, live, paged, tip
from layouts.parts.frame import frame as panel_frame
from layouts.parts.marks import percent_of, shown
from layouts.parts.places import department_name
from layouts.words import t

SHOWN: Final = 7


def frame(lang: str, instance: str = MAIN) -> Component:
    """Pages of rows, the axis below them, and the band of those with too few cases."""
    return panel_frame(
        "departments",
        t("departments-title", lang),
        [
            paged("departments", instance, most=SHOWN),
            live("departments", "axis", instance, className="axis"),
            live("departments", "few", instance, className="foot foot-few"),
        ],
        tip_text=tip(PANEL.defines, lang) + "\n" + t("departments-tip", lang),
        instance=instance,
    )


def show(departments: Departments, showing: Showing) -> Props:
    """Rows, best first, all on one scale."""
    lang = showing.lang
    sub = shown(t("departments-sub", lang, days=departments.days))
    few = shown(_few(departments, showing))
    if not departments.rows:
        sentence = empty(t("departments-empty", lang, minimum=departments.minimum, days=departments.days))
        return {"rows": shown(sentence), "axis": shown([]), "few": few, "sub": sub}
    low = _floor(min(row.rate.low or 0.0 for row in departments.rows))
    rows = [_row(row, low, showing) for row in departments.rows]
    return {"rows": shown(rows), "axis": shown(_axis(low)), "few": few, "sub": sub}


def _floor(lowest: float) -> float:
    """Where the scale begins: the ten below the lowest interval, at most 90 %."""
    return min(floor(lowest * 10), 9) / 10


def _step(low: float) -> float:
    """Distance of the ticks: at most four of them."""
    return 0.05 if low >= 0.9 else 0.1 if low >= 0.7 else 0.2


def _row(row: DepartmentRate, low: float, showing: Showing) -> Component:
    name = department_name(showing.reference, row.department, showing.lang)
    rate, start, end = row.rate.value or 0.0, row.rate.low or 0.0, row.rate.high or 0.0

    def at(value: float) -> float:
        return (value - low) / (1 - low)

    interval = t("departments-interval", showing.lang, low=percent(start), high=percent(end))
    return html.Div(
        [
            html.Span(name, className="name cut", title=name),
            html.Div(
                [
                    html.I(
                        className="interval",
                        style={"left": percent_of(at(start)), "width": percent_of(at(end) - at(start))},
                    ),
                    html.I(className="dot", style={"left": percent_of(at(rate))}),
                ],
                className="track",
                style={"--step": percent_of(_step(low) / (1 - low))},
                title=interval,
            ),
            html.B(percent(row.rate.value), **cases("ontime_department", "rest", department=row.department or NOBODY)),
            html.Span(
                count(row.rate.of),
                className="sample",
                **cases("ontime_department", "base", department=row.department or NOBODY),
            ),
        ],
        className="row",
    )


def _axis(low: float) -> list[Component]:
    """Ticks from the right: 100 %, then down to the last not below the scale's beginning."""
    step = _step(low)
    ticks = [1 - step * i for i in range(int((1 - low) / step + 1e-9) + 1)]
    return [html.Span(percent(tick, 0), style={"right": percent_of((1 - tick) / (1 - low))}) for tick in ticks]


def _few(departments: Departments, showing: Showing) -> list[Component]:
    lang = showing.lang
    if not departments.too_few:
        return [html.Span(t("departments-none-few", lang, minimum=departments.minimum), className="foot-item")]
    label = t("departments-few", lang, minimum=departments.minimum, units=len(departments.too_few))
    return [
        html.Span(label, className="foot-item foot-label"),
        *(
            html.Span(
                [
                    department_name(showing.reference, row.department, lang),
                    html.B(
                        f"{count(row.rate.good)}/{count(row.rate.of)}"
                        if row.rate.of
                        else t("departments-nothing-due", lang),
                        **(
                            cases("ontime_department", "base", department=row.department or NOBODY)
                            if row.rate.of
                            else {}
                        ),
                    ),
                ],
                className="foot-item",
            )
            for row in departments.too_few
        ),
    ]


PANEL: Final = Panel("departments", "departments", 60, show, stale_after=180, defines=("ontime_department",))
