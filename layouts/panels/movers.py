"""Who rose and who fell against the previous period, and which of that may be chance."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.scores.values import Scores, UnitScore
from layouts.formats import count
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts import grades
from layouts.parts.frame import empty
from layouts.parts.frame import frame as panel_frame
from layouts.parts.marks import percent_of, shown
from layouts.words import t

SHOWN: Final = 7
_MOST: Final = 21
_SCALE: Final = 5.0
"""Points that fill half of the track at least: a change of a few tenths is drawn as the little that it is."""


def frame(subject: str, lang: str, instance: str = MAIN) -> Component:
    """Pages of rows: the largest changes first."""
    panel = f"movers-{subject}"
    return panel_frame(
        panel,
        t("movers-title", lang),
        [grades.pages(panel, instance), grades.facts(panel, "note", instance)],
        tip_text=t("movers-tip", lang),
        instance=instance,
        classes=grades.classes("movers", subject),
    )


def show(scores: Scores, showing: Showing) -> Props:
    """Up to 21 units by the size of their change; a change within the interval is marked as perhaps chance."""
    lang = showing.lang
    moved = sorted(
        (row for group in scores.groups for row in group.rows if row.before is not None and row.score is not None),
        key=lambda row: (-abs(_moved(row)), row.code),
    )
    note = t("movers-note", lang, units=count(sum(not _chance(row) for row in moved)), of=count(len(moved)))
    most = max([_SCALE, *(abs(_moved(row)) for row in moved)])
    sheets = [
        html.Div(
            [
                *(_row(row, most, scores, showing) for row in rows),
                *(html.Div(className="row row-blank") for _ in range(SHOWN - len(rows))),
            ],
            className="page",
        )
        for rows in grades.chunks(moved[:_MOST], SHOWN)
    ]
    return {
        "rows": shown(sheets or empty(t("movers-empty", lang))),
        "note": shown([html.Span(note, className="foot-item foot-label")] if moved else []),
        "sub": shown(grades.sub(scores, lang)),
    }


def _moved(row: UnitScore) -> float:
    return grades.moved(row.score or 0.0, row.before or 0.0)


def _chance(row: UnitScore) -> bool:
    """Whether the score before lies inside the interval of the present one."""
    low, high, before = row.low, row.high, row.before
    return low is not None and high is not None and before is not None and low <= before <= high


def _row(row: UnitScore, most: float, scores: Scores, showing: Showing) -> Component:
    lang, by = showing.lang, _moved(row)
    half = abs(by) / most / 2
    return html.Div(
        [
            grades.unit(scores, row.code, showing.reference, lang, alone=False),
            html.Div(
                html.I(
                    className="swing-fill",
                    style={"left": percent_of(0.5 if by >= 0 else 0.5 - half), "width": percent_of(half)},
                ),
                className="swing",
            ),
            html.Span([grades.points(row.before), " → ", html.B(grades.points(row.score))], className="from-to"),
            html.Span(
                grades.change(row.score or 0.0, row.before or 0.0),
                className="change change-chance" if _chance(row) else "change",
                title=t("movers-chance", lang) if _chance(row) else "",
            ),
        ],
        className="row row-chance" if _chance(row) else "row",
        **grades.touch(scores.subject, row.code),
    )


PANELS: Final = tuple(
    Panel(f"movers-{subject}", f"scores_{subject}", grades.EVERY_S, show, stale_after=grades.STALE_S)
    for subject in grades.SUBJECTS
)
