"""The list of the cases behind a number: what it is, over which window, as of when, and the first of them in order."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from dash import html
from dash.development.base_component import Component

from data_access.reference import Reference
from indicators.periods import Period
from indicators.readings.cases import Case, Cases, days_before
from indicators.registry import REGISTRY, definition_of
from indicators.rules.orders import OPEN_STAGES
from indicators.values import At, NotRecorded
from indicators.windows import Now
from layouts.formats import count, moment
from layouts.parts.attrs import ANY, NOBODY, attrs, opens
from layouts.parts.columns import listed_columns
from layouts.parts.drawer import as_of, stage_name
from layouts.parts.durations import band, work_hours
from layouts.parts.frame import empty
from layouts.parts.marks import computed_mark, light_icon
from layouts.parts.named import grade_name, level_name, source_name
from layouts.parts.places import area_name, category_name, department_name, where
from layouts.words import t

_PARTS: Final = ("rest", "part", "good", "base")


def listing(
    found: Cases | NotRecorded,
    fields: Mapping[str, str],
    period: Period | None,
    reference: Reference,
    at: At,
    lang: str,
    *,
    can_open: bool,
    counted: bool = True,
) -> list[Component]:
    """The drawer's content. ``fields`` are the checked fields of the question, ``can_open`` makes lines open orders.

    Without ``counted`` it is not said how many cases are withheld.
    """
    indicator = fields["indicator"]
    head: list[Component] = [
        html.H2(REGISTRY[indicator].name.get(lang)),
        html.P(" · ".join(_narrowed(fields, period, reference, at, lang)), className="drawer-path"),
        as_of(at.now, lang),
    ]
    if REGISTRY[indicator].is_share:
        head.append(_parts(fields, lang))
    if period is not None and period.kind == "hour":
        head.append(_week_before(fields, period, lang))
    about = html.Details(
        [html.Summary(t("cases-definition", lang)), html.P(_definition(fields, period, at, lang))],
        className="drawer-note case-definition",
    )
    if isinstance(found, NotRecorded):
        missing = listed_columns(found.missing, lang)
        return [*head, about, empty(t("cases-not-recorded", lang, missing=missing))]
    lines = [_line(case, reference, at.now, lang, can_open=can_open) for case in found.rows]
    return [
        *head,
        html.P(_counted(found, lang, counted=counted), className="case-count"),
        about,
        html.Div(lines, className="drawer-orders") if lines else empty(t("cases-none", lang)),
    ]


def _definition(fields: Mapping[str, str], period: Period | None, at: At, lang: str) -> str:
    """The definition, over the period that was asked for instead of the number's own window."""
    entry = REGISTRY[fields["indicator"]]
    if not isinstance(entry.window, Now):
        if period is not None:
            entry = entry.over(period.span)
        elif "before" in fields and (before := days_before(entry)) is not None:
            entry = entry.over(before)
    return definition_of(entry, lang, at.policy)


def _week_before(fields: Mapping[str, str], hour: Period, lang: str) -> Component:
    """The same hour a week before, with which it is compared."""
    before = f"{hour.start - timedelta(days=7):%Y-%m-%dT%H}"
    asked = opens("cases", **{**fields, "period": before})
    return html.Div(
        html.Button(t("cases-week-before", lang), type="button", className="case-part", **asked), className="case-parts"
    )


def _narrowed(fields: Mapping[str, str], period: Period | None, reference: Reference, at: At, lang: str) -> list[str]:
    """What the list is narrowed to, in words; the place itself where no area is named."""
    if fields.get("area") == NOBODY:
        words = [t("cases-not-located", lang)]
    else:
        words = [area_name(reference, fields.get("area") or at.area or reference.tree.root, lang, down_to="")]
    if "department" in fields:
        nobody = fields["department"] == NOBODY
        name = t("cases-no-department", lang) if nobody else department_name(reference, fields["department"], lang)
        words.append(name)
    if "category" in fields:
        nothing = fields["category"] == NOBODY
        words.append(t("cases-no-class", lang) if nothing else category_name(reference, fields["category"], lang))
    if "stage" in fields:
        words.append(stage_name(fields["stage"], lang))
    if "source" in fields:
        unknown = fields["source"] == NOBODY
        words.append(t("origins-unknown", lang) if unknown else source_name(fields["source"], lang))
    if "resolved" in fields:
        unknown = fields["resolved"] == NOBODY
        words.append(t("cases-no-level", lang) if unknown else level_name(fields["resolved"], lang))
    if "age" in fields:
        words.append(_age(fields["age"], at.policy.ageing.hours, lang))
    if "holder" in fields:
        words.append(t("cases-holder", lang, department=department_name(reference, fields["holder"], lang)))
    if "grade" in fields:
        words.append(t("grade-none", lang) if fields["grade"] == NOBODY else grade_name(fields["grade"], lang))
    if "before" in fields:
        words.append(t("cases-before", lang))
    if "day" in fields:
        words.append(fields["day"])
    if period is not None:
        words.append(period.label(lang))
    return words


def _age(age: str, bounds: Sequence[float], lang: str) -> str:
    """A band of ages: how long since the entry into the stage."""
    if age == NOBODY:
        return t("cases-no-entry", lang)
    if age == ANY:
        return t("cases-any-age", lang)
    i = int(age)
    hours = band(bounds[i - 1] if i else 0.0, bounds[i] if i < len(bounds) else None, lang)
    return t("cases-age", lang, hours=hours)


def _parts(fields: Mapping[str, str], lang: str) -> Component:
    """The parts of a rate, the chosen one marked: those that spoil it first."""
    chosen = fields.get("part", "rows")
    chosen = "good" if chosen == "rows" else chosen
    return html.Div(
        [
            html.Button(
                t(f"cases-part-{part}", lang),
                type="button",
                className="case-part",
                **{**opens("cases", **{**fields, "part": part}), **attrs(aria_pressed=str(part == chosen).lower())},
            )
            for part in _PARTS
            if part != "part" or REGISTRY[fields["indicator"]].partial is not None
        ],
        className="case-parts",
    )


def _counted(found: Cases, lang: str, *, counted: bool) -> str:
    """How many there are, how many of them are listed, and that some are not for these eyes."""
    if not counted and found.withheld:
        return t("cases-without-sensitive", lang)
    words = t(
        "cases-first" if found.truncated else "cases-all", lang, n=count(len(found.rows)), total=count(found.total)
    )
    return f"{words} · {t('cases-withheld', lang, n=count(found.withheld))}" if found.withheld else words


def _line(case: Case, reference: Reference, now: datetime, lang: str, *, can_open: bool) -> Component:
    name = html.B(category_name(reference, case.category, lang))
    is_open = case.stage in OPEN_STAGES
    short = is_open and case.since is None and case.held_s is None
    words = [
        html.Span([light_icon(case.light, lang), name] if is_open else [name], className="order-head"),
        html.Span(stage_name(case.stage, lang), className="order-stage"),
        html.Span(
            [_times(case, now, lang), *([computed_mark(lang)] if case.computed else [])],
            className="order-due" if short else "order-due order-due-long",
        ),
        html.Span(
            f"{department_name(reference, case.department, lang)} · {where(reference, case.area, lang)}",
            className="order-department",
        ),
    ]
    if case.title is not None:
        words.append(html.Span(case.title, className="order-title"))
    if not can_open:
        return html.Div(words, className="drawer-order")
    return html.Button(words, type="button", className="drawer-order", **opens("order", order=case.order_id))


def _times(case: Case, now: datetime, lang: str) -> str:
    """How long it was held and since when it waits, where that was asked; deadline and end, else the report."""
    words = []
    if case.held_s is not None:
        words.append(t("cases-held", lang, hours=work_hours(case.held_s)))
    if case.since is not None:
        words.append(t("cases-since", lang, time=moment(case.since, now, lang)))
    if case.due is not None:
        words.append(t("drawer-due", lang, due=moment(case.due, now, lang)))
    if case.closed_at is not None:
        words.append(t("cases-closed", lang, time=moment(case.closed_at, now, lang)))
    if not words:
        words.append(t("cases-reported", lang, time=moment(case.reported_at, now, lang)))
    return " · ".join(words)
