"""The horizon: what goes overdue before the next cuts of the day if nobody acts, and whose it is."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.horizon import Horizon
from layouts.formats import count
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts import ahead
from layouts.parts.attrs import cases
from layouts.parts.cuts import cut_name
from layouts.parts.frame import empty, live, paged, tip
from layouts.parts.frame import frame as panel_frame
from layouts.parts.marks import provisional_mark, shown, spoken
from layouts.parts.places import department_name
from layouts.words import t


def frame(lang: str, instance: str = MAIN) -> Component:
    """The staircase of the whole, the heads, and a row a department."""
    return panel_frame(
        "horizon",
        t("horizon-title", lang),
        [
            live("horizon", "steps", instance, className="steps"),
            live("horizon", "heads", instance, className="row row-head"),
            paged("horizon", instance, most=ahead.SHOWN),
        ],
        tip_text=tip(PANEL.defines, lang) + "\n" + t("horizon-tip", lang),
        instance=instance,
        classes="panel-ahead",
    )


def show(horizon: Horizon, showing: Showing) -> Props:
    """Departments, most first; the subtitle says what is computed and what stands beside."""
    lang = showing.lang
    sub: list[Component | str] = [t("horizon-sub", lang)]
    if horizon.computed:
        number = html.Span(count(horizon.computed), **cases("due_computed"))
        sub += [" · ", *spoken("horizon-computed", lang, cases=number)]
    if showing.provisional:
        sub.append(provisional_mark(lang))

    def name(key: str | None) -> str:
        return department_name(showing.reference, key, lang) if key else t("horizon-no-department", lang)

    cut = horizon.cuts[-1]
    nothing = empty(t("horizon-empty", lang, cut=cut_name(cut, showing)))
    return {
        "steps": shown(ahead.steps(horizon, showing)),
        "heads": shown(ahead.heads(horizon, showing, t("horizon-department", lang)) if horizon.departments else []),
        "rows": shown(ahead.rows(horizon.departments, name, "department") or nothing),
        "sub": shown(sub),
    }


PANEL: Final = Panel("horizon", "horizon", 10, show, stale_after=30, defines=("overdue", "due_by_cut"))
