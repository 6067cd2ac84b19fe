"""Alarms: what just happened and may take the screen. It stands in every scene; the browser shows it for a minute."""

from typing import Any, Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.alarms import Alarm, Alarms
from indicators.readings.events import Sources
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import attrs
from layouts.parts.frame import waiting
from layouts.parts.places import category_name, department_name, where
from layouts.words import t


def frame(lang: str, instance: str = MAIN) -> Component:
    """Over everything, and not there until the browser has an alarm that it has not shown yet."""
    return html.Div(
        [
            html.Div(className="alarm-body"),
            html.Button(t("alarm-close", lang), className="alarm-close", type="button"),
        ],
        className="alarm",
        hidden=True,
        role="alertdialog",
        **attrs(aria_label=t("alarm-heading", lang)),
        **waiting("alarms", instance),
    )


def show(alarms: Alarms, showing: Showing) -> Props:
    """Newest first, as texts; an order is named by what it is about and where, never by its own number."""
    return {"alarms": {"data": [_row(alarm, showing) for alarm in alarms.rows]}}


def _row(alarm: Alarm, showing: Showing) -> dict[str, Any]:
    return {
        "id": showing.opaque(alarm.id),
        "kind": alarm.kind,
        "at": showing.epoch_ms(alarm.at),
        "title": t(f"alarm-{alarm.kind}", showing.lang),
        "time": t("alarm-at", showing.lang, time=f"{alarm.at:%H:%M:%S}"),
        "lines": [line for line in _lines(alarm, showing) if line],
    }


def _lines(alarm: Alarm, showing: Showing) -> list[str]:
    lang, reference = showing.lang, showing.reference
    if alarm.source is not None:
        return [_source_name(alarm.source, showing)]
    return [
        category_name(reference, alarm.category, lang),
        where(reference, alarm.area, lang, showing.place),
        "" if alarm.department is None else department_name(reference, alarm.department, lang),
    ]


def _source_name(code: str, showing: Showing) -> str:
    """The name of a source system; the orders themselves are one when nothing of them comes."""
    sources = showing.also.get("sources")
    feeds = sources.feeds if isinstance(sources, Sources) else ()
    named = {feed.code: feed.name for feed in feeds}
    return named.get(code) or (t("alarm-orders", showing.lang) if code == "orders" else code)


PANEL: Final = Panel("alarms", "alarms", 10, show, also=("sources",), stale_after=30)
