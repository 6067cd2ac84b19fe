"""Why a unit stands where it does: its score opened into terms, cases, what would lift it, and other weights."""

from collections.abc import Mapping, Sequence
from typing import Final

from dash import html
from dash.development.base_component import Component

from data_access.reference import Reference
from indicators.registry import definition
from indicators.scores.values import ScoreGroup, Scores, ScoreTrend, TermScore, UnitScore
from layouts.formats import MINUS, NONE, count
from layouts.panel import Showing
from layouts.parts import grades
from layouts.parts.attrs import attrs, opens
from layouts.parts.columns import listed_columns
from layouts.parts.drawer import as_of
from layouts.parts.marks import bar
from layouts.parts.scoreline import plot
from layouts.words import t

STEP: Final = 5
"""Points of a hundred by which a touch changes a weight."""
NAMED: Final = 2
"""Terms named in the sentence that says what cost most."""


def explanation(
    scores: Scores,
    unit: UnitScore,
    showing: Showing,
    *,
    trend: ScoreTrend | None = None,
    tried: Scores | None = None,
    weights: Mapping[str, int] | None = None,
    named: bool = False,
    period: str = "",
) -> list[Component]:
    """The drawer's content. ``tried`` are the scores under ``weights`` (term id -> parts of a hundred), if any were.

    ``named`` says who froze the scores: for an audience that may read names. ``period`` is that of the question, ""
    where it asked for the running month.
    """
    lang, reference = showing.lang, showing.reference
    group = group_of(scores, unit.code)
    name = grades.unit_name(reference, scores.subject, unit.code, lang)
    body: list[Component] = [
        html.H2([name, " ", grades.chip(scores, unit.score, lang)]),
        html.P(
            " · ".join((group.name.get(lang), scores.period.label(lang), grades.state_of(scores, lang))),
            className="drawer-path",
            title=grades.state_words(scores, lang, named=named),
        ),
        html.P(
            [
                t("why-scheme", lang, scheme=scores.name.get(lang), version=scores.version),
                " · ",
                grades.state_words(scores, lang, named=named),
            ],
            className="drawer-path",
        ),
        as_of(showing.now, lang),
        *_verdict(scores, unit, group, lang),
        html.H3(t("why-terms", lang)),
        html.Div([_term(term, scores, unit.code, lang) for term in unit.terms], className="why-terms"),
        *_missing(scores, lang),
    ]
    if unit.score is not None:
        body += [html.H3(t("why-lift", lang)), *_lift(scores, unit, lang)]
    if trend is not None and any(point.score is not None for point in trend.points):
        body += [
            html.H3(t("trend-unit-title", lang)),
            html.Div(plot(trend, scores, showing), className="why-trend"),
        ]
    if unit.score is not None:
        asked = {"subject": scores.subject, "code": unit.code, "period": period}
        body += _try(scores, unit, group, tried, weights or given(scores), reference, asked, lang)
    return body


def group_of(scores: Scores, code: str) -> ScoreGroup:
    """The group of a unit. Raises LookupError for a unit that is not among them."""
    for group in scores.groups:
        if any(row.code == code for row in (*group.rows, *group.too_few)):
            return group
    raise LookupError(code)


def given(scores: Scores) -> dict[str, int]:
    """The weights of the scheme in parts of a hundred, by term id."""
    missing = {term for term, _ in scores.missing}
    return {term.id: round(term.weight * 100) for term in scores.rules.terms if term.id not in missing}


def _verdict(scores: Scores, unit: UnitScore, group: ScoreGroup, lang: str) -> list[Component]:
    """The score, its place and what cost most, in words."""
    if unit.score is None:
        few = t("why-too-few", lang, sample=count(unit.sample), minimum=count(scores.minimum))
        return [html.P(few, className="why-verdict")]
    sentence = t(
        "why-verdict",
        lang,
        low=grades.points(unit.low),
        high=grades.points(unit.high),
        rank=NONE if unit.rank is None else str(unit.rank),
        of=count(len(group.rows)),
        ranks=grades.ranks(unit),
        sample=count(unit.sample),
    )
    worst = sorted((term for term in unit.terms if term.lost >= 0.05), key=lambda term: -term.lost)[:NAMED]
    lost: list[Component] = [html.Span(t("why-lost-none", lang))]
    if worst:
        named = (f"{term.name.get(lang)} {MINUS}{count(term.lost, 1)}" for term in worst)
        lost = [html.Span(t("why-lost-most", lang)), *(html.Span(words, className="note-item") for words in named)]
    change = (
        [html.Span(t("why-before", lang, change=grades.change(unit.score, unit.before)), className="why-change")]
        if unit.before is not None
        else []
    )
    return [
        html.P([html.B(grades.points(unit.score), className="why-score"), *change], className="why-number"),
        html.P(sentence, className="why-verdict"),
        html.P(lost, className="why-lost"),
    ]


def _term(term: TermScore, scores: Scores, code: str, lang: str) -> Component:
    """One term: its weight, points, what it cost, and the cases behind it."""
    head = [
        html.B(term.name.get(lang), title=definition(term.indicator, lang)),
        html.Span(t("heat-weight", lang, weight=f"{term.weight * 100:.3g}"), className="why-weight"),
        html.Span(
            f"{MINUS}{count(term.lost, 1)}" if term.lost >= 0.05 else "0",
            className="why-cost",
            title=t("why-cost", lang),
        ),
    ]
    if term.points is None:
        return html.Div([*head, html.P(t("heat-no-cases", lang), className="why-cases")], className="why-term")
    return html.Div(
        [
            *head,
            bar(term.points / 100, classes="why-bar"),
            html.Span(t("why-points", lang, points=grades.points(term.points)), className="why-points"),
            html.P(_cases(term, scores, code, lang), className="why-cases"),
            *_scale(term, scores, lang),
        ],
        className="why-term",
    )


def _scale(term: TermScore, scores: Scores, lang: str) -> list[Component]:
    """Which share gives no points and which gives all, where that is not simply 0 and 100 %."""
    rule = next((one for one in scores.rules.terms if one.id == term.id), None)
    if rule is None or not rule.is_share or sorted((rule.zero, rule.full)) == [0.0, 1.0]:
        return []
    words = t("why-scale", lang, zero=f"{rule.zero * 100:g}", full=f"{rule.full * 100:g}")
    return [html.P(words, className="why-scale")]


def _cases(term: TermScore, scores: Scores, code: str, lang: str) -> list[Component]:
    """Numerator and denominator; those that cost points open their list."""
    if term.rate is None:
        n = count(term.value)
        return [html.Button(t("score-count", lang, n=n), type="button", **grades.term_cases(scores, term, code))]
    share = "" if term.rate.value is None else f" = {count(term.rate.value * 100, 1)}%"
    words: list[Component] = [
        html.Span(f"{t('score-of', lang, good=count(term.rate.good), of=count(term.rate.of))}{share}")
    ]
    if term.bad_cases:
        text = t("why-open-cases", lang, n=count(term.bad_cases))
        words.append(html.Button(text, type="button", **grades.term_cases(scores, term, code)))
    return words


def _missing(scores: Scores, lang: str) -> list[Component]:
    """Terms that nobody is scored by, because the source does not record them."""
    names = {term.id: term.name.get(lang) for term in scores.rules.terms}
    return [
        html.P(
            t("heat-missing", lang, term=names.get(term, term), columns=listed_columns(columns, lang)),
            className="drawer-note why-unrecorded",
        )
        for term, columns in scores.missing
    ]


def _lift(scores: Scores, unit: UnitScore, lang: str) -> list[Component]:
    """What would bring the next grade: points missing, and how many cases in one term alone would do."""
    above = scores.rules.next_grade(unit.score or 0.0)
    if above is None or unit.gap is None:
        return [html.P(t("why-best", lang), className="why-lift")]
    alone = [term for term in unit.terms if term.lift is not None]
    words: list[Component] = [
        html.P(t("why-gap", lang, gap=count(unit.gap, 1), grade=above.key), className="why-lift"),
    ]
    if not alone:
        return [*words, html.P(t("why-none-alone", lang), className="why-lift")]
    return [*words, html.Ul([html.Li(_lifting(term, lang)) for term in alone], className="why-ways")]


def _lifting(term: TermScore, lang: str) -> str:
    key = "why-more" if term.direction == "up" else "why-fewer"
    return t(key, lang, term=term.name.get(lang), n=count(term.lift))


def _try(
    scores: Scores,
    unit: UnitScore,
    group: ScoreGroup,
    tried: Scores | None,
    weights: Mapping[str, int],
    reference: Reference,
    asked: Mapping[str, str],
    lang: str,
) -> list[Component]:
    """Other weights, tried out here alone. ``asked`` are the fields of the question, without weights."""
    rows = [
        html.Div(
            [
                html.Span(term.name.get(lang)),
                _step(asked, weights, term.id, -STEP, lang),
                html.B(count(weights[term.id])),
                _step(asked, weights, term.id, STEP, lang),
            ],
            className="try-weight",
        )
        for term in scores.rules.terms
        if term.id in weights
    ]
    body: list[Component] = [
        html.H3(t("try-title", lang)),
        html.P(t("try-note", lang), className="drawer-note"),
        html.Div(rows, className="try-weights"),
    ]
    if tried is None:
        return body
    now = tried.unit(unit.code)
    body.append(html.P(_outcome(unit, now, lang), className="try-outcome"))
    body.append(_standing(group_of(tried, unit.code).rows, group, tried, unit.code, reference, lang))
    body.append(
        html.Button(
            t("try-reset", lang),
            type="button",
            className="try-reset",
            **opens("score", **asked),
        )
    )
    return body


def _step(asked: Mapping[str, str], weights: Mapping[str, int], term: str, by: int, lang: str) -> Component:
    """The button that makes one weight larger or smaller; it carries all weights as they would be."""
    changed = {**weights, term: min(max(weights[term] + by, 0), 100)}
    usable = changed != dict(weights) and any(changed.values())
    touch = opens("score", **asked, weights=",".join(map(str, changed.values())))
    label = t("try-more" if by > 0 else "try-less", lang, by=abs(by))
    return html.Button(
        "+" if by > 0 else MINUS,
        type="button",
        className="try-step",
        disabled=not usable,
        title=label,
        **{**(touch if usable else {}), **attrs(aria_label=label)},
    )


def _outcome(unit: UnitScore, now: UnitScore | None, lang: str) -> str:
    if now is None or now.score is None:
        return t("try-no-score", lang)
    return t(
        "try-outcome",
        lang,
        before=grades.points(unit.score),
        after=grades.points(now.score),
        rank=NONE if unit.rank is None else str(unit.rank),
        then=NONE if now.rank is None else str(now.rank),
        ranks=grades.ranks(now),
    )


def _standing(
    rows: Sequence[UnitScore], group: ScoreGroup, tried: Scores, code: str, reference: Reference, lang: str
) -> Component:
    """The group in its order under the tried weights, each with the rank it officially has."""
    official = {row.code: row.rank for row in group.rows}
    head = [html.Th(t(f"try-{name}", lang)) for name in ("rank", "range", "unit", "score", "official")]
    lines = [
        html.Tr(
            [
                html.Td(NONE if row.rank is None else str(row.rank)),
                html.Td(grades.ranks(row)),
                html.Td(grades.unit_name(reference, tried.subject, row.code, lang)),
                html.Td(grades.points(row.score)),
                html.Td(NONE if official.get(row.code) is None else str(official[row.code])),
            ],
            className="try-this" if row.code == code else "",
        )
        for row in rows
    ]
    return html.Table([html.Thead(html.Tr(head)), html.Tbody(lines)], className="try-table")
