"""What the detectors of idle conduct found: each rule with its count and whose cases they are; a touch lists them."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.detectors.found import Detected, DetectedRule
from layouts.formats import count
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import opens
from layouts.parts.frame import frame as panel_frame
from layouts.parts.frame import live
from layouts.parts.marks import shown
from layouts.parts.places import department_name
from layouts.words import t

NAMED: Final = 2


def frame(lang: str, instance: str = MAIN) -> Component:
    """A block a rule."""
    return panel_frame(
        "detectors",
        t("detectors-title", lang),
        [live("detectors", "rules", instance, className="rules")],
        tip_text=t("detectors-tip", lang),
        instance=instance,
    )


def show(detected: Detected, showing: Showing) -> Props:
    """The four rules; a rule for which the source records nothing says so instead of a zero."""
    lang = showing.lang
    return {
        "rules": shown([_rule(rule, showing) for rule in detected.rules]),
        "sub": shown(t("detectors-sub", lang, days=detected.days)),
    }


def _rule(rule: DetectedRule, showing: Showing) -> Component:
    lang = showing.lang
    name = html.Span(t(f"detector-{rule.rule}", lang), className="name", title=t(f"detector-tip-{rule.rule}", lang))
    if not rule.judged:
        missing = t("detectors-unrecorded", lang, columns=", ".join(rule.missing))
        return html.Div(
            [name, html.P(missing, className="rule-missing", title=missing)], className="rule rule-unrecorded"
        )
    number = html.B(
        [count(rule.total), html.Span(t("unit-cases", lang), className="unit-word")],
        className="rule-total",
        **opens("detector", rule=rule.rule),
    )
    return html.Div([name, number, html.Div(_whose(rule, showing), className="rule-whose")], className="rule")


def _whose(rule: DetectedRule, showing: Showing) -> list[Component]:
    """The departments with most cases, then how many cases the others have."""
    lang = showing.lang
    if not rule.total:
        return [html.Span(t("detectors-none", lang), className="whose")]
    named: list[Component] = [
        html.Span(
            [
                html.Span(_name(code, showing), className="cut", title=_name(code, showing)),
                html.B(count(n)),
            ],
            className="whose",
            **opens("detector", rule=rule.rule, department=code or ""),
        )
        for code, n in rule.departments[:NAMED]
    ]
    rest = sum(n for _, n in rule.departments[NAMED:])
    if rest:
        words: list[Component | str] = [t("detectors-others", lang), html.B(count(rest))]
        named.append(html.Span(words, className="whose whose-rest", **opens("detector", rule=rule.rule)))
    return named


def _name(code: str | None, showing: Showing) -> str:
    if code is None:
        return t("detectors-nobody", showing.lang)
    return department_name(showing.reference, code, showing.lang)


PANEL: Final = Panel("detectors", "detectors", 300, show, stale_after=900)
