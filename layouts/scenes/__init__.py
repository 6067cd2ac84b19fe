"""The scenes of the wall, by id; the navigation shows these and no others."""

from collections.abc import Mapping
from typing import Final

from layouts.scene import Scene
from layouts.scenes import overview

SCENES: Final[Mapping[str, Scene]] = {scene.id: scene for scene in (overview.SCENE,)}
