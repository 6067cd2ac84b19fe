"""The scenes of the wall, by id, and all panels that stand in them; the navigation shows these and no others."""

from collections.abc import Mapping
from typing import Final

from dash.development.base_component import Component

from layouts.panel import Panel
from layouts.panels import alarms
from layouts.scene import Place, Scene
from layouts.scenes import orders, overview, performance


def _with_alarms(scene: Scene) -> Scene:
    """The scene, and over it the alarms, which stand in every one."""

    def layout(place: Place, lang: str) -> Component:
        main = scene.layout(place, lang)
        main.children = [*main.children, alarms.frame(lang)]
        return main

    return Scene(scene.id, (*scene.shows, alarms.PANEL), layout)


SCENES: Final[Mapping[str, Scene]] = {
    scene.id: _with_alarms(scene) for scene in (overview.SCENE, orders.SCENE, performance.SCENE)
}
PANELS: Final[Mapping[str, Panel]] = {panel.id: panel for scene in SCENES.values() for panel in scene.shows}
"""Every panel of the broadcast: those the scenes show."""
