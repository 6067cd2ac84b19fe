"""The score of one unit over the last periods, with its interval: the units to be urged first, one after another."""

from collections.abc import Sequence
from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.settled import Settled
from indicators.scores.values import Scores, ScoreTrend
from layouts.formats import NONE, count
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts import grades
from layouts.parts.frame import empty
from layouts.parts.frame import frame as panel_frame
from layouts.parts.marks import shown
from layouts.parts.scoreline import plot
from layouts.words import t

MOST: Final = 12


def frame(subject: str, lang: str, instance: str = MAIN) -> Component:
    """Pages of one unit each."""
    panel = f"unittrend-{subject}"
    return panel_frame(
        panel,
        t("trend-unit-title", lang),
        [grades.pages(panel, instance, dwell=10), grades.facts(panel, "settled", instance)],
        tip_text=t("trend-unit-tip", lang),
        instance=instance,
        classes=grades.classes("unittrend", subject),
    )


def show(trends: Sequence[ScoreTrend], showing: Showing) -> Props:
    """A page a unit: those on the yellow list, then those on the red list, else the lowest scores."""
    lang = showing.lang
    subject = trends[0].subject if trends else "department"
    scores = showing.also.get(f"scores_{_PLURAL[subject]}")
    if not isinstance(scores, Scores) or not trends:
        return {"rows": shown(empty(t("trend-unit-empty", lang))), "sub": shown(""), "settled": shown([])}
    by_code = {trend.code: trend for trend in trends}
    codes = [code for code in chosen(scores) if code in by_code]
    pages = [html.Div(chart(by_code[code], scores, showing), className="page trend-page") for code in codes[:MOST]]
    return {
        "rows": shown(pages or empty(t("trend-unit-empty", lang))),
        "sub": shown(t("trend-unit-sub", lang, periods=len(trends[0].points))),
        "settled": shown(_settled(showing.also.get(f"settled_{_PLURAL[subject]}"), lang)),
    }


_PLURAL: Final = {"department": "departments", "county": "counties", "street": "streets"}


def _settled(settled: object | None, lang: str) -> list[Component]:
    """When last month was frozen, and for those who answer for it, that it would come out otherwise now.

    Who froze it is not said: a wall gets this body. The offer of a revision is in it too, because one body serves all
    who look, and is hidden from walls by the style sheet alone; so it may hold numbers, a month and a command, and
    nothing about a person.
    """
    if not isinstance(settled, Settled) or settled.revision is None:
        return []
    facts = t(
        "trend-unit-settled",
        lang,
        period=settled.period.label(lang),
        revision=settled.revision,
        day=NONE if settled.frozen_at is None else f"{settled.frozen_at:%Y-%m-%d}",
    )
    frozen = grades.frozen_words(settled, lang)
    line: list[Component] = [html.Span(facts, className="foot-item foot-label", title=frozen)]
    if settled.changed:
        units, after = count(settled.changed), settled.revision + 1
        words = t("trend-unit-changed", lang, units=units)
        tip = t("trend-unit-changed-tip", lang, period=settled.period.name, revision=after)
        line.append(html.Span(words, className="foot-item for-people", title=tip))
    return line


def chosen(scores: Scores) -> list[str]:
    """Units by code: the yellow list from the bottom up, the red list from the top down, the rest lowest first."""
    ranked = sorted(
        (row for group in scores.groups for row in group.rows), key=lambda row: (row.score or 0.0, row.code)
    )
    yellow = [row.code for row in ranked if row.list == "yellow"]
    red = [row.code for row in ranked[::-1] if row.list == "red"]
    return list(dict.fromkeys((*yellow, *red, *(row.code for row in ranked))))


def chart(trend: ScoreTrend, scores: Scores, showing: Showing) -> list[Component]:
    """Name and present grade over a plot of all periods on one scale with the bounds of the grades."""
    lang = showing.lang
    last = trend.points[-1] if trend.points else None
    name = grades.unit_name(showing.reference, trend.subject, trend.code, lang)
    head = html.Div(
        [
            html.Span(name, className="name cut unit", title=name),
            grades.chip(scores, None if last is None else last.score, lang),
            html.B(grades.points(None if last is None else last.score)),
        ],
        className="trend-head",
        **grades.touch(trend.subject, trend.code),
    )
    return [head, plot(trend, scores, showing)]


PANELS: Final = tuple(
    Panel(
        f"unittrend-{subject}",
        f"trends_{subject}",
        600,
        show,
        also=(f"scores_{subject}", f"settled_{subject}"),
        stale_after=1800,
    )
    for subject in grades.SUBJECTS
)
