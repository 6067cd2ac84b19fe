"""小事不出网格: on which level what was closed had been solved."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.origins import Ladder, LadderStep
from layouts.formats import change_by, count, percent
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import NOBODY, cases
from layouts.parts.frame import empty, live, paged
from layouts.parts.frame import frame as panel_frame
from layouts.parts.marks import bar, shown, spoken
from layouts.parts.named import level_name
from layouts.words import t


def frame(lang: str, instance: str = MAIN) -> Component:
    """A row a level, and what stands beside."""
    return panel_frame(
        "ladder",
        t("ladder-title", lang),
        [paged("ladder", instance), live("ladder", "beside", instance, className="foot")],
        tip_text=t("ladder-tip", lang),
        instance=instance,
    )


def show(ladder: Ladder, showing: Showing) -> Props:
    """From the grid up to the city: share, cases, change; the shares are of those whose level is known."""
    lang = showing.lang
    known_level = sum(step.n for step in ladder.levels)
    total = html.Span(count(ladder.total), **cases("ladder_closed"))
    sub = shown(spoken("ladder-sub", lang, days=str(ladder.days), total=total))
    beside = _beside(ladder, lang)
    if not known_level:
        return {"rows": shown(empty(t("ladder-empty", lang, days=ladder.days))), "beside": shown(beside), "sub": sub}
    rows = [_row(step, known_level, lang) for step in ladder.levels]
    return {"rows": shown(rows), "beside": shown(beside), "sub": sub}


def _row(step: LadderStep, of: int, lang: str) -> Component:
    name, behind = level_name(step.level, lang), cases("settled", resolved=step.level)
    return html.Div(
        [
            html.Span(name, className="name cut", title=name),
            bar(step.n / of),
            html.B(f"{percent(step.n / of)}%", **behind),
            html.Span(count(step.n), className="sample", **behind),
            html.Span(change_by(step.n, step.before), className="change"),
        ],
        className="row",
    )


def _beside(ladder: Ladder, lang: str) -> list[Component]:
    """What was settled on the spot, closed by force, and settled nobody knows where; each opens its cases."""
    numbers = {
        "ladder-on-spot": (ladder.on_spot, cases("ladder_on_spot")),
        "ladder-forced": (ladder.forced or None, cases("ladder_forced")),
        "ladder-unknown": (ladder.unknown or None, cases("settled", resolved=NOBODY)),
    }
    texts: list[list[Component | str]] = [
        spoken(key, lang, cases=html.Span(count(n), **opens)) for key, (n, opens) in numbers.items() if n is not None
    ]
    nothing: list[list[Component | str]] = [[t("ladder-all-known", lang)]] if ladder.total else []
    return [html.Span(text, className="foot-item foot-label") for text in texts or nothing]


PANEL: Final = Panel("ladder", "ladder", 300, show, stale_after=900)
