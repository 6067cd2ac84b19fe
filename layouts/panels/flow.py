"""The flow of orders through the stages: waiting now, how much of it overdue, entered since midnight."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.counts import Flow, StageFlow
from indicators.registry import ENTERED
from layouts.formats import NONE, count, percent
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import cases
from layouts.parts.drawer import stage_name, stage_short
from layouts.parts.frame import frame as panel_frame
from layouts.parts.frame import live, tip
from layouts.parts.marks import bar, shown, spoken
from layouts.words import t


def frame(lang: str, instance: str = MAIN) -> Component:
    """Column heads and the rows."""
    heads = [html.Span(t(f"flow-{name}", lang)) for name in ("stage", "waiting", "overdue", "entered")]
    return panel_frame(
        "flow",
        t("flow-title", lang),
        [html.Div(heads, className="row row-head"), live("flow", "rows", instance, className="rows")],
        tip_text=tip(PANEL.defines, lang),
        instance=instance,
    )


def show(flow: Flow, showing: Showing) -> Props:
    """One row a stage, from reported to checking, and the closings of today as the last."""
    lang = showing.lang
    most = max((stage.waiting for stage in flow.stages), default=0) or 1
    rows = [_row(stage, most, lang) for stage in flow.stages]
    rows.append(
        html.Div(
            [
                html.Span(t("stage-closed", lang), className="stage"),
                html.Span(className="flow-wait"),
                html.Span(className="flow-late"),
                html.Span(html.Span(count(flow.closed_today), **cases("closed_today")), className="flow-in"),
            ],
            className="row row-last",
        )
    )
    waiting = sum(stage.waiting for stage in flow.stages)
    return {
        "rows": shown(rows),
        "sub": shown(spoken("flow-sub", lang, open=html.Span(count(waiting), **cases("open")))),
    }


def _row(stage: StageFlow, most: int, lang: str) -> Component:
    late = None if stage.overdue is None else stage.overdue / stage.waiting if stage.waiting else 0.0
    share = NONE if late is None or not stage.waiting else f"{percent(late, 0 if late >= 0.1 else 1)}%"
    return html.Div(
        [
            html.Span(stage_short(stage.stage, lang), className="stage", title=stage_name(stage.stage, lang)),
            html.Span(
                [
                    bar(stage.waiting / most, second=stage.waiting / most * (late or 0.0), classes="bar-flow"),
                    html.B(count(stage.waiting), **cases("stage_waiting", stage=stage.stage)),
                ],
                className="flow-wait",
            ),
            html.Span(
                share if share == NONE else html.Span(share, **cases("overdue", stage=stage.stage)),
                className="flow-late",
            ),
            html.Span(_entered(stage), className="flow-in"),
        ],
        className="row",
    )


def _entered(stage: StageFlow) -> Component | str:
    if stage.entered is None:
        return NONE
    return html.Span(count(stage.entered), **cases(ENTERED[stage.stage]))


PANEL: Final = Panel("flow", "flow", 2, show, defines=("stage_waiting", "overdue", *ENTERED.values()))
