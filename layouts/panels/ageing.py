"""The flow with its ageing: what waits in each stage, how long it has, and how much of it is late."""

from collections.abc import Sequence
from typing import Any, Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.counts import Flow
from indicators.readings.process import Ageing, StageAge
from indicators.registry import ENTERED
from indicators.values import Light
from layouts.formats import NONE, count, moment, percent
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import NOBODY, cases
from layouts.parts.drawer import stage_name, stage_short
from layouts.parts.durations import band
from layouts.parts.frame import frame as panel_frame
from layouts.parts.frame import live, tip
from layouts.parts.marks import bar, light_icon, shown, spoken
from layouts.words import t

_DEPTHS: Final = 4
"""Depths of the ramp: the older, the brighter."""


def frame(lang: str, instance: str = MAIN) -> Component:
    """One table: a column a stage, a row an age."""
    return panel_frame(
        "ageing",
        t("ageing-title", lang),
        [live("ageing", "rows", instance, className="rows age-rows")],
        tip_text=tip(PANEL.defines, lang) + "\n" + t("ageing-tip", lang),
        instance=instance,
    )


def show(ageing: Ageing, showing: Showing) -> Props:
    """Stages from left to right with what came in today; below them the ages of what waits, as bars of each stage."""
    lang, stages = showing.lang, ageing.stages
    flow = showing.also.get("flow")
    waiting = sum(stage.waiting for stage in stages)
    rows = [
        _row("age-stages", "", [_stage(stage, lang) for stage in stages], t("closed-title", lang)),
        _row("age-waiting", t("ageing-waiting", lang), [_waiting(stage) for stage in stages], _closed(flow)),
        _row("age-late", t("ageing-overdue", lang), [_late(stage, lang) for stage in stages], ""),
        *(_band(ageing, i, lang) for i in range(len(ageing.bands) + 1)),
        *_unknown(stages, lang),
        _row("age-oldest", t("ageing-oldest", lang), [_oldest(stage, showing) for stage in stages], ""),
        _row("age-entered", t("ageing-entered", lang), [_entered(flow, stage) for stage in stages], ""),
    ]
    total = html.Span(count(waiting), **cases("open"))
    return {"rows": shown(rows), "sub": shown(spoken("ageing-sub", lang, open=total))}


def _row(classes: str, label: str, cells: list[Component], last: Component | str) -> Component:
    end = last if isinstance(last, Component) else html.Span(last, className="age-end")
    return html.Div([html.Span(label, className="age-label"), *cells, end], className=f"row {classes}")


def _stage(stage: StageAge, lang: str) -> Component:
    return html.Span(stage_short(stage.stage, lang), className="age-stage", title=stage_name(stage.stage, lang))


def _waiting(stage: StageAge) -> Component:
    return html.B(count(stage.waiting), **cases("stage_waiting", stage=stage.stage))


def _late(stage: StageAge, lang: str) -> Component:
    if stage.overdue is None:
        return html.Span(NONE)
    if not stage.overdue:
        return html.Span("0", className="age-none")
    share = percent(stage.overdue / stage.waiting, 0 if stage.overdue / stage.waiting >= 0.1 else 1)
    return html.Span(
        [light_icon(Light.OVERDUE, lang), count(stage.overdue), html.Small(f"{share}%")],
        **cases("overdue", stage=stage.stage),
    )


def _band(ageing: Ageing, i: int, lang: str) -> Component:
    """One age: a bar a stage, on the stage's own scale."""
    lower = ageing.bands[i - 1] if i else 0.0
    upper = ageing.bands[i] if i < len(ageing.bands) else None
    depth = round(i * (_DEPTHS - 1) / len(ageing.bands))
    cells: list[Component] = []
    for stage in ageing.stages:
        if stage.by_band is None:
            cells.append(html.Span(NONE, className="age-cell age-none"))
            continue
        most, n = max(stage.by_band, default=0) or 1, stage.by_band[i]
        cells.append(
            html.Span(
                [bar(n / most, classes=f"age-bar age-{depth}"), _number(stage, n, str(i))],
                className="age-cell",
            )
        )
    return _row("age-band", band(lower, upper, lang), cells, "")


def _unknown(stages: Sequence[StageAge], lang: str) -> list[Component]:
    """Those whose entry is not recorded: the ages plus these are what waits."""
    if not any(stage.unknown for stage in stages):
        return []
    cells = [_number(stage, stage.unknown, NOBODY) for stage in stages]
    return [_row("age-unknown", t("ageing-unknown", lang), cells, "")]


def _number(stage: StageAge, n: int, age: str) -> Component:
    """How many of a stage are of an age; none open no list."""
    if not n:
        return html.Span(count(n), className="age-none")
    return html.Span(count(n), className="", **cases("stage_waiting", stage=stage.stage, age=age))


def _oldest(stage: StageAge, showing: Showing) -> Component:
    """The first entry; it opens those of its age, on whose top it stands."""
    if stage.oldest is None or not stage.by_band:
        return html.Span(NONE, title=NONE)
    text = moment(stage.oldest, showing.now, showing.lang)
    band = max(i for i, n in enumerate(stage.by_band) if n)
    return html.Span(text, title=text, **cases("stage_waiting", stage=stage.stage, age=str(band)))


def _entered(flow: Any, stage: StageAge) -> Component:
    found = {one.stage: one.entered for one in flow.stages} if isinstance(flow, Flow) else {}
    n = found.get(stage.stage)
    return html.Span(NONE) if n is None else html.Span(count(n), **cases(ENTERED[stage.stage]))


def _closed(flow: Any) -> Component:
    return html.B(count(flow.closed_today), **cases("closed_today")) if isinstance(flow, Flow) else html.B(NONE)


PANEL: Final = Panel(
    "ageing",
    "ageing",
    10,
    show,
    also=("flow",),
    stale_after=30,
    defines=("stage_waiting", "overdue", *ENTERED.values()),
)
