"""The page of a phone that decides what a wall shows: scene, area, layer, pause, freeze."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from data_access.reference import AreaTree
from layouts import ids
from layouts.pages.wall import link
from layouts.panels.map_frame import LAYERS
from layouts.parts.attrs import attrs
from layouts.parts.viewer import Choice
from layouts.scenes import SCENES
from layouts.words import LANGUAGES, t

_REFRESH_MS = 2000


@dataclass(frozen=True, slots=True)
class WallState:
    """A wall as the phone sees it.

    ``scene`` and ``place`` are what its screen said last, ``ago_s`` seconds ago (None: never); ``layer``, ``pause`` and
    ``freeze`` are what it was told; ``followed`` says whether it has done so.
    """

    name: str
    answers: bool
    ago_s: float | None
    scene: str
    place: str
    layer: str
    pause: bool
    freeze: bool
    followed: bool


def page(
    wall: str, walls: Sequence[str], areas: Sequence[Choice], lang: str, *, viewer_menu: Component | None = None
) -> Component:
    """The page for one wall ("": none chosen yet); ``walls`` are those this person may decide for."""
    other = next(language for language in LANGUAGES if language != lang)
    named = {"wall": wall} if wall else {}
    return html.Div(
        [
            html.Header(
                [
                    html.H1(t("control-title", lang)),
                    html.A(t("language-other", lang), href=link("/control", **named, lang=other), className="nav-link"),
                ],
                className="control-head",
            ),
            *([viewer_menu] if viewer_menu is not None else []),
            _walls(wall, walls, lang),
            html.Div(id=ids.CONTROL_STATE, className="control-state", role="status"),
            _area(areas if wall else (), lang),
            html.P(t("control-hint", lang), className="control-note"),
            dcc.Store(id=ids.CONTROL_WALL, data=wall),
            dcc.Store(id=ids.CONTROL_ASKED),
            dcc.Interval(id=ids.CONTROL_BEAT, interval=_REFRESH_MS, disabled=not wall),
        ],
        id=ids.WALL_ROOT,
        className=f"control lang-{lang}",
        lang="zh-CN" if lang == "zh" else "en",
    )


def _walls(wall: str, walls: Sequence[str], lang: str) -> Component:
    """Which wall; a sentence where there is none."""
    if not walls:
        return html.P(t("control-no-walls", lang), className="control-note")
    return html.Nav(
        [
            html.A(
                name,
                href=link("/control", wall=name, lang=lang),
                className="control-wall",
                **attrs(aria_current="true" if name == wall else "false"),
            )
            for name in walls
        ],
        className="control-walls",
        **attrs(aria_label=t("control-walls", lang)),
    )


def _area(areas: Sequence[Choice], lang: str) -> Component:
    """A searchable list of places; choosing sends."""
    labels: Any = {name: t(f"choose-{name.replace('_', '-')}", lang) for name in _LABELS}
    return html.Section(
        [
            html.H2(t("control-area", lang)),
            dcc.Dropdown(
                id=ids.CONTROL_AREA,
                options=[{"value": choice.value, "label": choice.label} for choice in areas],
                searchable=True,
                clearable=False,
                placeholder=t("control-area-choose", lang),
                labels=labels,
                className="viewer-dropdown",
            ),
        ],
        className="control-part control-area",
        hidden=not areas,
    )


_LABELS = ("search", "clear_search", "clear_selection", "no_options_found")


def places(tree: AreaTree, homes: Sequence[str], lang: str) -> list[Choice]:
    """The places a phone may choose: these areas and everything below them down to the streets, from the top."""
    found: dict[str, Choice] = {}
    for home in homes:
        for level in ("city", "county", "street"):
            below = [tree.by_code[home]] if tree.by_code[home].level == level else tree.below(home, level)
            for area in below:
                above = [tree.by_code[code].label(lang) for code in tree.ancestors(area.code)[:1]]
                found[area.code] = Choice(area.code, " · ".join([area.label(lang), *above]))
    return list(found.values())


def state(wall: WallState, place: str, lang: str) -> list[Component]:
    """What the wall shows, and what can be touched. ``place`` is the name of the place it shows."""
    scene = t(f"scene-{wall.scene}", lang) if wall.scene in SCENES else ""
    return [
        html.P(
            [html.B(wall.name), html.Span(_answer(wall, lang))],
            className="control-answer" if wall.answers else "control-answer control-silent",
        ),
        html.P(" · ".join(word for word in (scene, place) if word), className="control-now"),
        html.P(t("control-followed" if wall.followed else "control-waiting", lang), className="control-note"),
        _part(
            "control-scene",
            [_button(t(f"scene-{name}", lang), name == wall.scene, scene=name) for name in SCENES],
            lang,
        ),
        _part(
            "control-layer",
            [
                _button(t("control-layer-turns", lang), not wall.layer, layer=""),
                *(_button(t(f"layer-{name}-tab", lang), name == wall.layer, layer=name) for name in LAYERS),
            ],
            lang,
        ),
        _part(
            "control-hold",
            [
                _button(t("control-pause", lang), wall.pause, pause="" if wall.pause else "1"),
                _button(t("control-freeze", lang), wall.freeze, freeze="" if wall.freeze else "1"),
                _button(t("control-release", lang), None, release="1"),
            ],
            lang,
        ),
    ]


def _answer(wall: WallState, lang: str) -> str:
    if wall.ago_s is None:
        return t("control-never", lang)
    return t("control-answers" if wall.answers else "control-silent", lang, seconds=round(wall.ago_s))


def _part(key: str, buttons: list[Component], lang: str) -> Component:
    return html.Section(
        [html.H2(t(key, lang)), html.Div(buttons, className="control-buttons")], className="control-part"
    )


def _button(text: str, pressed: bool | None, **change: str) -> Component:
    """A button that stays pressed, or (None) one that does something once."""
    words = json.dumps(change, ensure_ascii=False)
    marks = attrs(data_control=words, **({} if pressed is None else {"aria_pressed": str(pressed).lower()}))
    return html.Button(text, type="button", className="control-button", **marks)
