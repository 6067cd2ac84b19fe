"""All entries, family by family."""

from collections.abc import Mapping
from typing import Final

from indicators.registry import wall
from indicators.registry.entry import Indicator

REGISTRY: Final[Mapping[str, Indicator]] = {entry.id: entry for entry in (*wall.ENTRIES,)}
"""All indicators by id."""
