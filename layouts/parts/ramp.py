"""Classes of a map layer: few, stable, and named by what they stand for."""

from collections.abc import Iterable, Sequence
from typing import Final

from dash import html
from dash.development.base_component import Component

NO_VALUE: Final = "."
TOO_FEW: Final = "x"
_CLASSES: Final = 4


def top_of(values: Iterable[float | None]) -> int:
    """The power of two (at least 4) that 19 of 20 positive values do not exceed.

    Powers of two keep the classes as they are while the numbers move a little, so that colours do not jump.
    """
    positive = sorted(value for value in values if value is not None and value > 0)
    if not positive:
        return _CLASSES
    high, top = positive[int((len(positive) - 1) * 0.95)], _CLASSES
    while top < high:
        top *= 2
    return top


def breaks_of(top: int) -> tuple[int, ...]:
    """Upper ends of the classes 1 to 3; class 4 is more: 1, 2, 3 up to four, else an eighth, a quarter, a half."""
    return (1, 2, 3) if top == _CLASSES else (top // 8, top // 4, top // 2)


def class_of(value: float | None, breaks: Sequence[int]) -> str:
    """ "0" none, "1" to "4" rising, "." no value."""
    if value is None:
        return NO_VALUE
    return "0" if value <= 0 else str(1 + sum(value > end for end in breaks))


def labels_of(breaks: Sequence[int]) -> dict[str, str]:
    """What each class stands for, as it is written under the ramp."""
    first, second, third = breaks
    labels = {"0": "0", "1": f"≤{first}", "2": f"≤{second}", "3": f"≤{third}", "4": f">{third}"}
    if breaks == (1, 2, 3):
        labels |= {"1": "1", "2": "2", "3": "3", "4": "≥4"}
    return labels


def legend(labels: dict[str, str], extra: dict[str, str]) -> list[Component]:
    """The ramp with its labels, then classes apart from it (no value, too few cases)."""
    steps = [
        html.Span([html.I(className=f"step step-{name}"), text], className="legend-step")
        for name, text in labels.items()
    ]
    names = {NO_VALUE: "none", TOO_FEW: "few"}
    apart = [
        html.Span([html.I(className=f"step step-{names[name]}"), text], className="legend-step legend-apart")
        for name, text in extra.items()
    ]
    return [*steps, *apart]
