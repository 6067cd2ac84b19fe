"""The scenes of the wall, by id, and all panels that stand in them; the navigation shows these and no others."""

from collections.abc import Mapping
from typing import Final

from layouts.panel import Panel
from layouts.scene import Scene
from layouts.scenes import overview

SCENES: Final[Mapping[str, Scene]] = {scene.id: scene for scene in (overview.SCENE,)}
PANELS: Final[Mapping[str, Panel]] = {panel.id: panel for scene in SCENES.values() for panel in scene.shows}
"""Every panel of the broadcast: those the scenes show."""
