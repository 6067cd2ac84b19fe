"""The scenes of the wall, by id; the navigation shows these and no others."""

from collections.abc import Mapping
from typing import Final

from layouts.scene import Scene

SCENES: Final[Mapping[str, Scene]] = {}
