"""The cases that one detector found: each with the reason for which it is listed, and what speaks for that reason."""

from datetime import datetime
from typing import Final

from dash import html
from dash.development.base_component import Component

from data_access.reference import Reference
from indicators.detectors.found import EVERYBODY, LISTED, DetectedCase, DetectedRule, Whose
from layouts.formats import count, moment, percent
from layouts.parts.attrs import opens
from layouts.parts.columns import listed_columns
from layouts.parts.drawer import as_of
from layouts.parts.frame import empty
from layouts.parts.places import category_name, department_name, where
from layouts.words import joined, t

BUT: Final = ("but0", "but1")
"""Fields of a question that name the departments left out of a list (``NOBODY``: those without one): the others."""


def listing(
    rule: DetectedRule,
    days: int,
    whose: Whose,
    reference: Reference,
    now: datetime,
    lang: str,
    *,
    can_open: bool,
) -> list[Component]:
    """The drawer's content, of the departments that were touched. ``can_open`` makes lines open orders."""
    cases, total = rule.listed(whose), rule.count(whose)
    head: list[Component] = [
        html.H2(t(f"detector-{rule.rule}", lang)),
        html.P(
            " · ".join(
                (
                    *_whose(whose, reference, lang),
                    t("detectors-sub", lang, days=days),
                )
            ),
            className="drawer-path",
        ),
        as_of(now, lang),
        html.P(t(f"detector-tip-{rule.rule}", lang), className="drawer-note"),
    ]
    if not rule.judged:
        return [*head, empty(t("detectors-unrecorded", lang, columns=listed_columns(rule.missing, lang)))]
    if rule.missing:
        missing = t("detectors-partly", lang, columns=listed_columns(rule.missing, lang))
        head.append(html.P(missing, className="drawer-note why-unrecorded"))
    if not total:
        return [*head, empty(t("detectors-none", lang))]
    return [
        *head,
        html.P(_counted(len(cases), total, lang), className="case-count"),
        html.Div([_line(case, reference, now, lang, can_open=can_open) for case in cases], className="drawer-orders"),
        html.P(t("detectors-check", lang), className="drawer-note"),
    ]


def holder_name(reference: Reference, code: str | None, lang: str) -> str:
    """The name of the department that has a case; of none, that it has none."""
    return t("detectors-nobody", lang) if code is None else department_name(reference, code, lang)


def _whose(whose: Whose, reference: Reference, lang: str) -> tuple[str, ...]:
    """Whose cases are listed, in words; nothing where everybody's are."""
    if whose == EVERYBODY:
        return ()
    names = joined((holder_name(reference, code, lang) for code in whose.named), lang)
    return (t("detectors-but", lang, names=names) if whose.others else names,)


def _counted(listed: int, total: int, lang: str) -> str:
    """How many there are and how many of them are listed: the newest, or without those not for these eyes."""
    if listed < min(total, LISTED):
        withheld = t("cases-withheld", lang, n=count(total - listed))
        return f"{t('cases-all', lang, total=count(total))} · {withheld}"
    return t("cases-first" if total > listed else "cases-all", lang, n=count(listed), total=count(total))


def _line(case: DetectedCase, reference: Reference, now: datetime, lang: str, *, can_open: bool) -> Component:
    facts = " · ".join(_fact_words(name, value, now, lang) for name, value in case.facts.items())
    words = [
        html.Span(html.B(category_name(reference, case.category, lang)), className="order-head"),
        html.Span(moment(case.at, now, lang), className="order-stage"),
        html.Span(
            f"{department_name(reference, case.department, lang)} · {where(reference, case.area, lang)}",
            className="order-department",
        ),
        html.Span(t(f"why-detected-{case.why}", lang), className="order-title"),
    ]
    if facts:
        words.append(html.Span(facts, className="order-title order-facts"))
    if not can_open:
        return html.Div(words, className="drawer-order")
    return html.Button(words, type="button", className="drawer-order", **opens("order", order=case.order_id))


def _fact_words(name: str, value: "float | datetime", now: datetime, lang: str) -> str:
    """One fact with its unit; moments as people say them, shares in percent."""
    if isinstance(value, datetime):
        return t(f"fact-{name}", lang, value=moment(value, now, lang))
    return t(f"fact-{name}", lang, value=f"{percent(value, 0)}%" if name == "share" else count(round(value)))
