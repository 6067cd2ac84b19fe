"""The drawer: facts of the area that was clicked, its open orders, one order's history. Three clicks to a reason."""

from datetime import datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from data_access.reference import Reference
from indicators.readings.facts import AreaFacts, FactOrder, OrderFacts, Step
from layouts import ids
from layouts.formats import NONE, count, moment
from layouts.parts.attrs import attrs, cases, opens
from layouts.parts.frame import empty
from layouts.parts.marks import computed_mark, light_icon
from layouts.parts.places import category_name, department_name, where
from layouts.words import known, t


def drawer(lang: str) -> Component:
    """The closed drawer; a callback fills the body and opens it."""
    return html.Aside(
        [
            html.Div(
                [
                    html.Button(
                        t("drawer-back", lang), id=ids.DRAWER_BACK, className="drawer-back", type="button", hidden=True
                    ),
                    html.Button(t("drawer-close", lang), id=ids.DRAWER_CLOSE, className="drawer-close", type="button"),
                ],
                className="drawer-head",
            ),
            html.Div(id=ids.DRAWER_BODY, className="drawer-body"),
            dcc.Store(id=ids.DRAWER_ASKED),
            dcc.Store(id=ids.DRAWER_TRAIL),
        ],
        id=ids.DRAWER,
        className="drawer",
        **attrs(aria_label=t("drawer-title", lang)),
    )


def area_facts(
    facts: AreaFacts, reference: Reference, now: datetime, lang: str, *, can_open: bool = True
) -> list[Component]:
    """Numbers, stages and open orders of an area, most urgent first; titles only where the reading gave them.

    ``can_open`` makes the lines open the orders. Numbers open the lists behind them.
    """
    area = reference.tree.by_code.get(facts.area)
    pulse = facts.pulse
    return [
        html.H2(area.label(lang) if area else facts.area),
        html.P(
            " · ".join(
                reference.tree.by_code[code].label(lang) for code in reversed(reference.tree.ancestors(facts.area))
            ),
            className="drawer-path",
        ),
        as_of(now, lang),
        html.Dl(
            [
                *_fact("drawer-households", count(area.households if area else None), lang),
                *_fact("drawer-population", count(area.population if area else None), lang),
                *_fact("open-title", count(pulse.open), lang, **cases("open", area=facts.area)),
                *_fact("overdue-title", count(pulse.overdue), lang, **cases("overdue", area=facts.area)),
                *_fact("closed-title", count(pulse.closed_today), lang, **cases("closed_today", area=facts.area)),
                *_fact("on-duty-title", _people(facts, lang), lang),
            ],
            className="facts",
        ),
        html.H3(t("drawer-stages", lang)),
        html.Dl(
            [
                item
                for stage, n in facts.by_stage
                for item in _fact_named(
                    stage_name(stage, lang), count(n), **cases("stage_waiting", area=facts.area, stage=stage)
                )
            ],
            className="facts facts-stages",
        ),
        html.H3(t("drawer-orders", lang)),
        html.Div(
            [_order(order, reference, now, lang, can_open=can_open) for order in facts.orders],
            className="drawer-orders",
        )
        if facts.orders
        else empty(t("drawer-no-orders", lang)),
        *(
            [html.P(t("drawer-truncated", lang, n=len(facts.orders)), className="drawer-note")]
            if facts.truncated
            else []
        ),
    ]


def as_of(now: datetime, lang: str) -> Component:
    """When this was read."""
    return html.P(t("drawer-as-of", lang, time=f"{now:%H:%M:%S}"), className="drawer-path")


def _fact(key: str, value: str, lang: str, **touch: Any) -> list[Component]:
    return _fact_named(t(key, lang), value, **touch)


def _fact_named(name: str, value: str, **touch: Any) -> list[Component]:
    return [html.Dt(name), html.Dd(html.Span(value, **touch) if touch and value != NONE else value)]


def _people(facts: AreaFacts, lang: str) -> str:
    """On duty out of planned; in words where the source does not say whose people they are."""
    if facts.on_duty is None or facts.planned is None:
        return t("drawer-not-recorded", lang)
    return f"{count(facts.on_duty)} / {count(facts.planned)}"


def _order(order: FactOrder, reference: Reference, now: datetime, lang: str, *, can_open: bool) -> Component:
    due = t("drawer-no-due", lang) if order.due is None else t("drawer-due", lang, due=moment(order.due, now, lang))
    head = [light_icon(order.light, lang), html.B(category_name(reference, order.category, lang))]
    lines = [
        html.Span(head, className="order-head"),
        html.Span(stage_name(order.stage, lang), className="order-stage"),
        html.Span(due, className="order-due"),
        html.Span(department_name(reference, order.department, lang), className="order-department"),
    ]
    if order.title is not None:
        lines.append(html.Span(order.title, className="order-title"))
    if not can_open:
        return html.Div(lines, className="drawer-order")
    return html.Button(lines, className="drawer-order", type="button", **opens("order", order=order.id))


def stage_name(stage: str, lang: str) -> str:
    """The name of a stage in full, which tells apart the checks before filing and before closing.

    A stage that is not of the contract is shown as it is.
    """
    full = f"stage-full-{stage}"
    return t(full, lang) if known(full, lang) else stage_short(stage, lang)


def stage_short(stage: str, lang: str) -> str:
    """The name of a stage where there is little room; its title should give the full one."""
    return t(f"stage-{stage}", lang) if known(f"stage-{stage}", lang) else str(stage)


def _deadline(order: OrderFacts, now: datetime, lang: str) -> list[Component | str]:
    """The effective deadline, marked when computed; the source's own beside it when that is another."""
    words: list[Component | str] = [NONE if order.due is None else moment(order.due, now, lang)]
    if order.computed:
        words.append(computed_mark(lang))
    elif order.source_due is not None and order.source_due != order.due:
        words.append(
            html.Span(t("order-source-due", lang, due=moment(order.source_due, now, lang)), className="fact-aside")
        )
    return words


def order_facts(order: OrderFacts, reference: Reference, now: datetime, lang: str) -> list[Component]:
    """One order whole, with who held it and why."""
    rows: dict[str, Any] = {
        "order-case": order.case_no,
        "order-stage": stage_name(order.stage, lang),
        "order-area": where(reference, order.area, lang),
        "order-department": department_name(reference, order.department, lang),
        "order-reported": moment(order.reported_at, now, lang),
        "order-due": _deadline(order, now, lang),
        "order-closed": NONE if order.closed_at is None else moment(order.closed_at, now, lang),
        "order-address": order.address or NONE,
        "order-description": order.description or NONE,
        "order-result": order.result or NONE,
    }
    return [
        html.H2([light_icon(order.light, lang), category_name(reference, order.category, lang)]),
        html.P(order.title or "", className="drawer-path"),
        as_of(now, lang),
        html.Dl(
            [item for key, value in rows.items() for item in _fact(key, value, lang)], className="facts facts-order"
        ),
        html.H3(t("order-history", lang)),
        html.Ol([_step(step, reference, now, lang) for step in order.steps], className="history")
        if order.steps
        else empty(t("order-no-history", lang)),
    ]


def _step(step: Step, reference: Reference, now: datetime, lang: str) -> Component:
    action = f"action-{step.action}"
    words = [
        html.Span(moment(step.at, now, lang), className="step-at"),
        html.B(t(action, lang) if known(action, lang) else step.action),
    ]
    if step.to_stage:
        words.append(html.Span(f"→ {stage_name(step.to_stage, lang)}"))
    if step.department:
        words.append(html.Span(department_name(reference, step.department, lang)))
    if step.note:
        words.append(html.Span(step.note, className="step-note"))
    return html.Li(words)
