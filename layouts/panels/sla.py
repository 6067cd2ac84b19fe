"""The most urgent orders: type, community, department, due moment and the working time that is left."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.deadlines import Sla, SlaRow
from layouts.formats import count, moment
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import attrs, cases
from layouts.parts.frame import empty, paged, tip
from layouts.parts.frame import frame as panel_frame
from layouts.parts.marks import computed_mark, light_icon, provisional_mark, shown, spoken
from layouts.parts.places import alike, area_name, category_name, department_name
from layouts.words import t


def frame(lang: str, instance: str = MAIN) -> Component:
    """Column heads and rows."""
    heads = {name: html.Span(t(f"sla-{name}", lang), className=f"sla-{name}") for name in _COLUMNS}
    return panel_frame(
        "sla",
        t("sla-title", lang),
        [
            html.Div(
                [
                    html.Span(className="sla-icon"),
                    html.Div([heads["type"], heads["due"]], className="sla-line"),
                    html.Div([heads["place"], heads["department"]], className="sla-line sla-line-second"),
                    heads["left"],
                ],
                className="row row-head",
            ),
            paged("sla", instance),
        ],
        tip_text=tip(PANEL.defines, lang),
        instance=instance,
    )


_COLUMNS: Final = ("type", "place", "department", "due", "left")


def show(sla: Sla, showing: Showing) -> Props:
    """One row an order, which opens those like it: all that are overdue, or all that are open, by deadline."""
    lang = showing.lang
    today = sla.cut.date() == showing.now.date()
    cut = f"{sla.cut:%H:%M}" if today else moment(sla.cut, showing.now, lang)
    late = html.Span(count(sla.overdue), **cases("overdue"))
    soon = html.Span(count(sla.due_by_cut), **cases("due_by_cut"))
    sub = spoken("sla-sub", lang, overdue=late, cut=cut, soon=soon)
    if showing.provisional:
        sub.append(provisional_mark(lang))
    rows = [_row(row, showing) for row in sla.rows]
    body: Sequence[Component] | Component = rows if rows else empty(t("sla-empty", lang))
    return {"rows": shown(body), "sub": shown(sub)}


def _row(row: SlaRow, showing: Showing) -> Component:
    lang, reference = showing.lang, showing.reference
    name = category_name(reference, row.category, lang)
    place = area_name(reference, row.area, lang)
    department = department_name(reference, row.department, lang)
    indicator = "overdue" if row.due < showing.now else "open"
    return html.Div(
        [
            html.Span(light_icon(row.light, lang), className="sla-icon"),
            html.Div(
                [
                    html.Span(name, className="sla-type cut", title=name),
                    html.Span(_due(row, showing), className="sla-due"),
                ],
                className="sla-line",
            ),
            html.Div(
                [
                    html.Span(place, className="sla-place cut", title=place),
                    html.Span(department, className="sla-department cut", title=department),
                ],
                className="sla-line sla-line-second",
            ),
            html.Span(left(row, showing), className="sla-left"),
        ],
        className="row",
        **alike(indicator, reference, row.category, row.area),
    )


def _due(row: SlaRow, showing: Showing) -> list[Component | str]:
    words = moment(row.due, showing.now, showing.lang)
    return [words, computed_mark(showing.lang)] if row.computed else [words]


def left(row: SlaRow, showing: Showing) -> Component:
    """The countdown. The browser writes its text from seconds left at a moment, whether the clock runs, and its flip.

    While the clock runs the seconds are given for the full hour: then the same row stays the same, beat after beat.
    """
    at = showing.now
    remaining = row.remaining_s
    if row.running:
        at = showing.now.replace(minute=0, second=0, microsecond=0)
        remaining += (showing.now - at) / timedelta(seconds=1)
    return html.Span(
        className=f"count pill pill-{row.light.value}",
        **attrs(
            data_left=str(round(remaining)),
            data_at=str(showing.epoch_ms(at)) if row.running else "",
            data_running="1" if row.running else "0",
            data_flips="" if row.flips_at is None else str(showing.epoch_ms(row.flips_at)),
        ),
    )


PANEL: Final = Panel("sla", "sla", 2, show, defines=("overdue", "due_by_cut"))
