"""Every number of gridwall, defined once: screens, lists and the command line take it from here.

The tooltips and ``docs/indicators.md`` are made from these entries (``make docs`` writes it).
Thresholds and lengths of windows are the policy's; the texts name them by placeholders, filled with the policy in use.
One module a family holds the entries; ``entry`` says what an entry is, ``words`` makes texts of them.
"""

from indicators.registry.entries import REGISTRY
from indicators.registry.entry import Indicator, Predicate, Text
from indicators.registry.stages import ENTERED
from indicators.registry.wall import next_cut, next_cuts
from indicators.registry.words import definition, definition_of, document, window_words

__all__ = [
    "ENTERED",
    "REGISTRY",
    "Indicator",
    "Predicate",
    "Text",
    "definition",
    "definition_of",
    "document",
    "next_cut",
    "next_cuts",
    "window_words",
]
