"""A card of the strip on top: one number, its comparison with last week, its line of fourteen days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dash import html
from dash.development.base_component import Component

from indicators.readings.history import LastWeek, Sparks
from layouts.formats import NONE, THIN, change_by, difference, weekday
from layouts.ids import MAIN
from layouts.panel import Props, Showing
from layouts.parts.frame import live, tip, truth, waiting
from layouts.parts.marks import shown, spark
from layouts.words import t

Change = Literal["percent", "count", "points"]


def card(
    panel: str, title: str, lang: str, *, defines: Sequence[str] = (), tip_text: str = "", instance: str = MAIN
) -> Component:
    """The static frame of a card; ``tip_text`` is said where the number is no indicator of the registry."""
    said = tip_text or tip(defines, lang)
    return html.Section(
        [
            html.Header(
                [live(panel, "title", instance, html.H2, children=title, title=said), truth()],
                className="panel-head",
            ),
            html.Div(
                [
                    html.Div(
                        [
                            live(panel, "value", instance, html.Span, className="kpi-value", children=NONE),
                            live(panel, "unit", instance, html.Span, className="kpi-unit"),
                        ],
                        className="kpi-number",
                    ),
                    live(panel, "spark", instance, className="kpi-spark"),
                    html.Div(
                        [
                            live(panel, "change", instance, html.Span, className="kpi-change"),
                            live(panel, "note", instance, html.Span, className="kpi-note fits"),
                        ],
                        className="kpi-foot",
                    ),
                ],
                className="kpi-body",
            ),
        ],
        className=f"panel kpi kpi-{panel}",
        **waiting(panel, instance),
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """A change with its arrow, and against what."""

    change: str
    against: str


def compare(now: float | None, name: str, showing: Showing, kind: Change) -> Comparison:
    """``now`` against the field ``name`` of last week's reading; says in words why there is no comparison."""
    week = showing.also.get("last_week")
    if not isinstance(week, LastWeek):
        return Comparison("", t("compare-waiting", showing.lang))
    if not week.comparable:
        return Comparison("", t(f"compare-{week.reason}", showing.lang))
    before = getattr(week, name)
    if now is None or before is None:
        return Comparison("", t("compare-no-history", showing.lang))
    against = t("compare-against", showing.lang, weekday=weekday(week.moment, showing.lang))
    match kind:
        case "percent":
            change = change_by(now, before)
        case "points":
            change = difference(now * 100, before * 100, 1)
            change += THIN + t("unit-points", showing.lang) if len(change) > 1 else ""
        case "count":
            change = difference(now, before)
    return Comparison(change, against)


def line(name: str, showing: Showing, *, until_now: bool) -> list[Component]:
    """The spark line of a field of the sparks' reading; flows leave today out, because it is not over."""
    sparks = showing.also.get("sparks")
    if not isinstance(sparks, Sparks):
        return []
    values = getattr(sparks, name)
    days = len(values) if until_now else len(values) - 1
    title = t("spark-stock" if until_now else "spark-flow", showing.lang, days=days)
    return spark(values[:days], title)


Note = str | Component | list[Component | str]


def numbers(
    value: str,
    unit: str,
    comparison: Comparison,
    note: Sequence[Note],
    spark_line: list[Component],
    touch: Mapping[str, Any] | None = None,
) -> Props:
    """The live parts of a card; each item of the note stays on one line. ``touch`` opens the cases of the number."""
    return {
        "value": shown(value if touch is None else html.Span(value, **touch)),
        "unit": shown(unit),
        "change": shown(comparison.change),
        "note": shown([html.Span(item, className="note-item") for item in note if item]),
        "spark": shown(spark_line),
    }
