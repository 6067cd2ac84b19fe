"""Rows of what is overdue and what will be: one unit a row, the cuts of the day as columns."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.horizon import SPREAD, Horizon, HorizonRow
from layouts.formats import count
from layouts.panel import Showing
from layouts.parts.attrs import NOBODY, attrs, cases
from layouts.parts.cuts import cut_name
from layouts.parts.marks import percent_of
from layouts.words import t

SHOWN: Final = 7
Name = Callable[[str | None], str]
BY_CUT: Final = ("due_by_cut", "due_by_second_cut", "due_by_third_cut")
"""The indicators of the three columns."""


def heads(horizon: Horizon, showing: Showing, first: str) -> list[Component]:
    """The heads of the columns: the unit, overdue now, and before each cut."""
    cuts = [cut_name(cut, showing) for cut in horizon.cuts]
    return [html.Span(text) for text in (first, t("horizon-now", showing.lang), *cuts)]


def rows(found: Sequence[HorizonRow], name: Name, where: str) -> list[Component]:
    """A row a unit; the deeper the cell, the more goes overdue by then. ``where`` is the field of the case list."""
    most = max((row.by_cut[-1] for row in found), default=0) or 1
    return [_row(row, name(row.key), where, most) for row in found]


def _row(row: HorizonRow, name: str, where: str, most: int) -> Component:
    whose = {where: row.key or NOBODY, "level": SPREAD if where == "area" else ""}
    late, ahead = cases("overdue", **whose), [cases(indicator, **whose) for indicator in BY_CUT]
    return html.Div(
        [
            html.Span(name, className="name cut", title=name),
            html.B(count(row.overdue), className="ahead-now" if row.overdue else "ahead-none", **late),
            *(
                html.Span(count(n) if n else "·", className=_class(n, most), **(ahead[i] if n else {}))
                for i, n in enumerate(row.by_cut)
            ),
        ],
        className="row",
    )


def _class(n: int, most: int) -> str:
    """Four depths of one ramp; nothing is a dot."""
    return f"ahead ahead-{0 if not n else min(3, 1 + 3 * n // (most + 1))}"


def steps(horizon: Horizon, showing: Showing) -> list[Component]:
    """Overdue now, and how many more before each cut: a staircase of four on one scale."""
    lang, most = showing.lang, max(horizon.overdue, horizon.totals[-1], 1)
    found: list[Component] = [
        html.Div(
            [
                html.Span(t("horizon-now", lang), className="step-name"),
                html.B(count(horizon.overdue), **cases("overdue")),
                html.I(html.I(style={"width": percent_of(horizon.overdue / most)}), className="step-bar step-bar-now"),
            ],
            className="step step-now",
        )
    ]
    for i, (cut, total) in enumerate(zip(horizon.cuts, horizon.totals, strict=True)):
        more: dict[str, Any] = cases(BY_CUT[i])
        found.append(
            html.Div(
                [
                    html.Span(t("horizon-before", lang, cut=cut_name(cut, showing)), className="step-name"),
                    html.B(f"+{count(total)}", **more),
                    html.I(html.I(style={"width": percent_of(total / most)}), className="step-bar"),
                ],
                className="step",
                **attrs(data_cut=f"{cut:%Y-%m-%dT%H:%M}"),
            )
        )
    return found
