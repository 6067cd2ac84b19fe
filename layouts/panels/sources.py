"""The systems we read from: which of them speak, which are silent, and rows from the future."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.events import Feed, Sources
from layouts.formats import count
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.frame import frame as panel_frame
from layouts.parts.frame import live
from layouts.parts.marks import shown
from layouts.words import t


def frame(lang: str, instance: str = MAIN) -> Component:
    """A row of names with their states."""
    return panel_frame(
        "sources",
        t("sources-title", lang),
        [live("sources", "feeds", instance, className="feeds")],
        tip_text=t("sources-tip", lang),
        instance=instance,
        sub=False,
    )


def show(sources: Sources, showing: Showing) -> Props:
    """A warning of rows from the future; an entry a source, the silent first; before the live how many these are."""
    lang = showing.lang
    order = {"silent": 0, "quiet": 1, "live": 2}
    feeds = sorted(sources.feeds, key=lambda feed: order[feed.state])
    entries: list[Component] = [_feed(feed, showing) for feed in feeds]
    if speaking := sum(feed.state == "live" for feed in feeds):
        live_ones = t("feeds-live", lang, n=count(speaking), of=count(len(feeds)))
        entries.insert(len(feeds) - speaking, html.Span(live_ones, className="feed feed-count"))
    if not entries:
        entries.append(html.Span(t("sources-none", lang), className="feed feed-none"))
    if sources.future_rows:
        entries.insert(
            0, html.Span(t("sources-future", lang, rows=count(sources.future_rows)), className="feed feed-future")
        )
    return {"feeds": shown(entries)}


def _feed(feed: Feed, showing: Showing) -> Component:
    lang = showing.lang
    words: list[Component | str] = [html.I(className="feed-icon"), feed.name]
    if feed.state != "live":
        word = t(f"feed-{feed.state}", lang)
        if feed.state == "silent" and feed.last_at is not None:
            minutes = max(int((showing.now - feed.last_at).total_seconds() // 60), 0)
            word = f"{word} {ago(minutes, lang)}"
        words.append(html.B(word))
    return html.Span(words, className=f"feed feed-{feed.state}")


def ago(minutes: int, lang: str) -> str:
    """How long: minutes to two hours, then hours to two days, then days."""
    if minutes < 120:
        return t("ago-minutes", lang, n=minutes)
    hours = minutes // 60
    return t("ago-hours", lang, n=hours) if hours < 48 else t("ago-days", lang, n=hours // 24)


PANEL: Final = Panel("sources", "sources", 2, show)
