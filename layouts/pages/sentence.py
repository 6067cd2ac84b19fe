"""Pages that are one sentence: an error, a place that is not there."""

from dash import html
from dash.development.base_component import Component

from data_access.errors import DashboardError
from layouts.words import known, t


def error_text(error: DashboardError, lang: str) -> str:
    """What an error says to a person, in the language of the page."""
    key = f"error-{error.key}"
    return t(key, lang, **error.params) if known(key, lang) else t("error-unknown", lang)


def sentence(text: str, lang: str) -> Component:
    """A page with one sentence and the way back."""
    return html.Main(
        [html.P(text), html.A(t("error-back", lang), href="/")],
        className="sentence-page",
        lang="zh-CN" if lang == "zh" else "en",
    )
