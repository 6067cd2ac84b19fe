"""The panels of the broadcast, by id."""

from collections.abc import Mapping
from typing import Final

from layouts.panel import Panel

PANELS: Final[Mapping[str, Panel]] = {}
