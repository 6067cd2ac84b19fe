"""Performance: who does well, who does not, why, and by which known ways a figure may look better than it is."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from layouts.panels import detectors, looking_good, movers, ranking, red_yellow, scheme, terms_heat, unit_trend
from layouts.parts.attrs import attrs
from layouts.parts.grades import SUBJECTS
from layouts.scene import Place, Scene
from layouts.words import t

_OF_SUBJECTS: Final = (scheme, ranking, terms_heat, movers, unit_trend, red_yellow)


def layout(place: Place, lang: str) -> Component:
    """The tabs of the three subjects; each panel of scores stands once a subject, and the browser shows one of them."""
    tabs = [
        html.Button(
            t(f"subject-{subject}", lang), className="subject-tab", type="button", **attrs(data_subject_tab=subject)
        )
        for subject in SUBJECTS
    ]
    bar = html.Div(
        [
            html.Div(tabs, className="subject-tabs", role="tablist", **attrs(aria_label=t("subject-tabs", lang))),
            *(scheme.frame(subject, lang) for subject in SUBJECTS),
        ],
        className="score-bar",
    )
    blocks = (module.frame(subject, lang) for module in _OF_SUBJECTS if module is not scheme for subject in SUBJECTS)
    return html.Main(
        [looking_good.frame(lang), bar, *blocks, detectors.frame(lang)],
        className="scene scene-performance",
        **attrs(data_subject=SUBJECTS[0]),
    )


SCENE: Final = Scene(
    "performance",
    (
        looking_good.PANEL,
        *(panel for module in _OF_SUBJECTS for panel in module.PANELS),
        detectors.PANEL,
    ),
    layout,
)
