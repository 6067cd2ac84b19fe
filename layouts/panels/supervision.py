"""Supervision (督办): open by grade, replies due, replies that did not come."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.supervision import Replies, Supervision, SupervisionRow
from layouts.formats import NONE, count, moment, percent
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import NOBODY, cases
from layouts.parts.frame import empty, live, paged, tip
from layouts.parts.frame import frame as panel_frame
from layouts.parts.lists import fit, right, two_lines
from layouts.parts.marks import shown, spoken
from layouts.parts.named import grade_name
from layouts.parts.places import alike, area_name, category_name, department_name
from layouts.words import t

SHOWN: Final = 7


def frame(lang: str, instance: str = MAIN) -> Component:
    """The grades, pages of orders, and how replies went."""
    return panel_frame(
        "supervision",
        t("supervision-title", lang),
        [
            live("supervision", "grades", instance, className="grades"),
            paged("supervision", instance, most=SHOWN),
            live("supervision", "answered", instance, className="foot"),
        ],
        tip_text=tip(PANEL.defines, lang) + "\n" + t("supervision-tip", lang),
        instance=instance,
    )


def show(supervision: Supervision, showing: Showing) -> Props:
    """Late replies first; a late one is said in words, never by a deadline light."""
    lang, found = showing.lang, supervision
    rows = [_row(row, showing) for row in found.rows]
    answered = _answered(showing.also.get("replies"), lang)
    return {
        "grades": shown([_grade(grade, n, lang) for grade, n in found.by_grade]),
        "rows": shown(rows or empty(t("supervision-empty", lang))),
        "answered": shown([html.Span(answered, className="foot-item foot-label")] if answered else []),
        "sub": shown(spoken("supervision-sub", lang, open=html.Span(count(found.open), **cases("supervised")))),
    }


def _answered(found: object, lang: str) -> str | list[Component | str]:
    """The share in time, which opens the cases that spoil it, of how many, which open theirs; "" until it is read."""
    if not isinstance(found, Replies):
        return ""
    rate = found.rate
    if not rate.of:
        return t("supervision-none-asked", lang, days=found.days)
    return spoken(
        "supervision-answered",
        lang,
        days=str(found.days),
        share=html.Span(percent(rate.value), **cases("supervision_replied", "rest")),
        good=html.Span(count(rate.good), **cases("supervision_replied", "good")),
        of=html.Span(count(rate.of), **cases("supervision_replied", "base")),
    )


def _grade(grade: str, n: int, lang: str) -> Component:
    return html.Span(
        [grade_name(grade, lang), html.B(count(n), **cases("supervised", grade=grade or NOBODY))], className="grade"
    )


def _row(row: SupervisionRow, showing: Showing) -> Component:
    lang, reference = showing.lang, showing.reference
    word = "late" if row.late else "open" if row.reply_due is not None else "undated"
    due = NONE if row.reply_due is None else moment(row.reply_due, showing.now, lang)
    return two_lines(
        None,
        [
            fit(category_name(reference, row.category, lang)),
            right(grade_name(row.grade, lang), "two-aside"),
            right(t(f"supervision-{word}", lang), f"word word-{word}"),
        ],
        [
            fit(department_name(reference, row.department, lang), area_name(reference, row.area, lang)),
            right(t("supervision-due", lang, due=due)),
        ],
        **alike("supervised", reference, row.category, row.area),
    )


PANEL: Final = Panel(
    "supervision",
    "supervision",
    10,
    show,
    also=("replies",),
    stale_after=30,
    defines=("supervised", "supervision_replied"),
)
