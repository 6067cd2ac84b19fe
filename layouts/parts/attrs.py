"""Attributes that Python cannot spell as keywords."""

from typing import Any


def attrs(**named: str) -> dict[str, Any]:
    """``data_layer="x"`` as ``{"data-layer": "x"}``, to be unpacked into a component."""
    return {name.replace("_", "-"): value for name, value in named.items()}
