"""All entries, family by family."""

from collections.abc import Mapping
from typing import Final

from indicators.registry import citizens, closing, flow, handled, patrol, shape, stages, standing, wall
from indicators.registry.entry import Indicator

REGISTRY: Final[Mapping[str, Indicator]] = {
    entry.id: entry
    for family in (wall, stages, flow, shape, closing, handled, citizens, standing, patrol)
    for entry in family.ENTRIES
}
"""All indicators by id."""
