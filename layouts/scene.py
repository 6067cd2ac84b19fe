"""A scene: the panels that stand together on one screen, and how they are laid out."""

from collections.abc import Callable
from dataclasses import dataclass

from dash.development.base_component import Component

from layouts.panel import Panel


@dataclass(frozen=True, slots=True)
class Place:
    """The area (and department) a screen shows. ``name`` is already in the language of the screen."""

    code: str
    name: str
    level: str = "city"
    department: str | None = None

    @property
    def key(self) -> str:
        """As it stands in addresses: ``3203`` or ``3203@D01``."""
        return f"{self.code}@{self.department}" if self.department else self.code


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene of the wall: what it shows, and the static frames that live in. A panel may stand in several scenes."""

    id: str
    shows: tuple[Panel, ...]
    layout: Callable[[Place, str], Component]

    @property
    def panels(self) -> tuple[str, ...]:
        """Its panels by id."""
        return tuple(panel.id for panel in self.shows)
