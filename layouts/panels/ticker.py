"""What just happened: the newest entries of the event log."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.events import Ticker, TickerEvent
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.frame import empty, live, tip
from layouts.parts.frame import frame as panel_frame
from layouts.parts.marks import shown
from layouts.parts.places import category_name, department_name, where
from layouts.words import known, t


def frame(lang: str, instance: str = MAIN) -> Component:
    """A line of events at the foot of a wall, a list on a wide one."""
    return panel_frame(
        "ticker",
        t("ticker-title", lang),
        [live("ticker", "events", instance, className="events")],
        tip_text=tip(PANEL.defines, lang),
        instance=instance,
        sub=False,
    )


def show(ticker: Ticker, showing: Showing) -> Props:
    """Newest first; what does not fit whole is not shown."""
    if not ticker.events:
        return {"events": shown(empty(t("ticker-empty", showing.lang)))}
    return {"events": shown([_event(event, showing) for event in ticker.events])}


def _event(event: TickerEvent, showing: Showing) -> Component:
    lang, reference = showing.lang, showing.reference
    action = f"action-{event.action}"
    words = [
        html.Span(event.at.strftime("%H:%M:%S"), className="event-at"),
        html.Span(where(reference, event.area, lang, showing.place), className="event-place"),
        html.B(category_name(reference, event.category, lang), className="event-type"),
        html.Span(t(action, lang) if known(action, lang) else event.action, className="event-action"),
    ]
    if event.department is not None:
        words.append(html.Span(department_name(reference, event.department, lang), className="event-department"))
    if event.overdue:
        words.append(html.Span(t("event-overdue", lang), className="event-late"))
    return html.Div(words, className="event")


PANEL: Final = Panel("ticker", "ticker", 2, show, defines=("events",))
