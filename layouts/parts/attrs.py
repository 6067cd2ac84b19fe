"""Attributes that Python cannot spell as keywords."""

import json
from typing import Any, Final

from indicators.readings.cases import Part

CASE_FIELDS: Final = frozenset(
    {
        "department",
        "area",
        "category",
        "stage",
        "level",
        "day",
        "period",
        "source",
        "resolved",
        "age",
        "holder",
        "grade",
        "before",
    }
)
"""What may narrow a list of cases: codes (``NOBODY`` for the rest that has none), the level of a grouping, where a case
came from, the level that settled it, a day as ``2026-11-21``, a period as ``2026-10``, ``2026-W41``, ``2026-10-05T09``
(an hour) or ``2026-10-05..2026-10-11``, an age by its number (0 the youngest band, ``ANY``: by entry, the oldest
first), a department that has held it, the grade of its supervision; ``before="1"`` are the days before those of the
number."""
NOBODY: Final = "-"
"""Of no department, of no class, of no area (of the level): the key "" of figures."""
ANY: Final = "*"
"""Of any age: all that wait in the stage and whose entry is recorded, the oldest first."""


def attrs(**named: str) -> dict[str, Any]:
    """``data_layer="x"`` as ``{"data-layer": "x"}``, to be unpacked into a component."""
    return {name.replace("_", "-"): value for name, value in named.items()}


def cases(indicator: str, part: Part = "rows", /, **where: str) -> dict[str, Any]:
    """The attributes of a number that opens the list of the cases behind it, to be unpacked into a component.

    ``indicator`` is an id of the registry. ``part`` says which cases: ``rows`` of a count; ``good``, ``rest`` (in the
    denominator, not good), ``part`` (counts in part) or ``base`` (the denominator) of a rate. ``where`` narrows it by
    ``CASE_FIELDS``; an empty one is left out. The browser hands these words back, and the server believes none of
    them. Raises ValueError for a field that there is not, which is a mistake of the panel.
    """
    if unknown := where.keys() - CASE_FIELDS:
        raise ValueError(f"a list of cases has no field {', '.join(sorted(unknown))}")
    return opens("cases", indicator=indicator, part=part, **where)


def opens(kind: str, **fields: str) -> dict[str, Any]:
    """The attributes of whatever opens in the drawer: which kind of thing (``callbacks.drawer``), and its fields.

    Empty fields are left out.
    """
    asked = {"kind": kind, **{name: value for name, value in fields.items() if value}}
    words = json.dumps(asked, ensure_ascii=False, sort_keys=True)
    return {"data-opens": words, "role": "button", "tabIndex": "0"}
