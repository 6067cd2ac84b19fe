"""What the detectors of idle conduct found: each rule with its count and whose cases they are; a touch lists them."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.detectors.found import Detected, DetectedRule
from layouts.formats import count
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import NOBODY, opens
from layouts.parts.columns import listed_columns
from layouts.parts.detected import BUT, holder_name
from layouts.parts.frame import frame as panel_frame
from layouts.parts.frame import live
from layouts.parts.marks import partly_mark, shown
from layouts.words import t

NAMED: Final = len(BUT)


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
    words: list[Component | str] = [t(f"detector-{rule.rule}", lang)]
    missing = listed_columns(rule.missing, lang)
    if rule.judged and missing:
        words.append(partly_mark(t("detectors-partly", lang, columns=missing), lang))
    name = html.Span(words, className="name", title=t(f"detector-tip-{rule.rule}", lang))
    if not rule.judged:
        unrecorded = t("detectors-unrecorded", lang, columns=missing)
        return html.Div(
            [name, html.P(unrecorded, className="rule-missing", title=", ".join(rule.missing))],
            className="rule rule-unrecorded",
        )
    number = html.B(
        [count(rule.total), html.Span(t("unit-cases", lang), className="unit-word")],
        className="rule-total",
        **opens("detector", rule=rule.rule),
    )
    return html.Div([name, number, html.Div(_whose(rule, showing), className="rule-whose")], className="rule")


def _whose(rule: DetectedRule, showing: Showing) -> list[Component]:
    """The departments with most cases, then how many cases the others have."""
    lang, reference = showing.lang, showing.reference
    if not rule.total:
        return [html.Span(t("detectors-none", lang), className="whose")]
    named: list[Component] = []
    for code, n in rule.departments[:NAMED]:
        name = holder_name(reference, code, lang)
        words: list[Component | str] = [html.Span(name, className="cut", title=name), html.B(count(n))]
        asked = opens("detector", rule=rule.rule, department=code or NOBODY)
        named.append(html.Span(words, className="whose", **asked))
    rest = sum(n for _, n in rule.departments[NAMED:])
    if rest:
        but = {field: code or NOBODY for field, (code, _) in zip(BUT, rule.departments, strict=False)}
        words = [t("detectors-others", lang), html.B(count(rest))]
        named.append(html.Span(words, className="whose whose-rest", **opens("detector", rule=rule.rule, **but)))
    return named


PANEL: Final = Panel("detectors", "detectors", 300, show, stale_after=900)
