"""Every number of cases opens their list, every score its explanation: the panels of all scenes, drawn and walked."""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from dash.development.base_component import Component

from layouts.panel import Panel
from layouts.scenes import PANELS
from tests.fixtures import handmade_all, handmade_orders
from tests.fixtures.handmade import showing
from tests.fixtures.trees import components, props_of

EXEMPT: Final = {
    # people, not cases
    "on-duty": ("value",),
    "duty": ("sample",),
    "map-duty": ("not-located",),
    # axes and ranks
    "departments": ("axis",),
    "ranking": ("axis", "col-rank", "foot-label"),  # the last: the smallest sample
    "unittrend": ("bound-word",),
    # systems that speak, not cases
    "sources": ("feed-count",),
    # units by grade: a legend of the ranks below
    "scheme": ("tally",),
}
"""Panel (without its subject) -> parts or classes of elements whose numbers open nothing, and why."""
ORDERS: Final = ("sla", "longest", "ping-pong", "supervision")
"""Panels whose rows are one order each."""
BARE: Final = re.compile(r"\+?[\d\u2009]*\d(\.\d)?")
"""A count, or a score."""
IN_WORDS: Final = re.compile(r"\d\s*件|\d\s*/\s*\d")
"""So many cases, and so many of so many, inside a sentence of the Chinese catalogue."""
DAYS: Final = {"usual": handmade_all.data(), "crowded": handmade_all.data() | handmade_orders.crowded()}


def drawn(panel: Panel, day: str = "usual") -> dict[str, Any]:
    """The parts of a panel."""
    data = DAYS[day]
    return dict(panel.show(data[panel.reading], showing("zh", also={name: data.get(name) for name in panel.also})))


def walked(node: Any, names: frozenset[str], *, opens: bool = False) -> Iterator[tuple[str, frozenset[str], bool]]:
    """Each text of a tree, with the classes of all it stands in, and whether something around it opens."""
    if isinstance(node, Component):
        props = props_of(node)
        inside = names | frozenset(str(props.get("className") or "").split())
        yield from walked(getattr(node, "children", None), inside, opens=opens or "data-opens" in props)
    elif isinstance(node, list | tuple):
        for child in node:
            yield from walked(child, names, opens=opens)
    elif node is not None:
        yield str(node).strip(), names, opens


def texts(parts: dict[str, Any]) -> Iterator[tuple[str, frozenset[str], bool]]:
    """Those of all parts of a panel; the number beside a layer of the map is told by its painter."""
    for name, part in parts.items():
        yield from walked(part.get("children"), frozenset({name}))
        if isinstance(layer := part.get("data"), dict) and layer.get("not_located"):
            yield str(layer["not_located"]), frozenset({"not-located"}), bool(layer.get("opens"))


def shut(panel: Panel, parts: dict[str, Any]) -> list[str]:
    """The numbers of cases and the scores that open nothing; there is no list of nothing."""
    name = panel.id if panel.id in EXEMPT else panel.id.partition("-")[0]
    return [
        text
        for text, names, opens in texts(parts)
        if not opens
        and text != "0"
        and (BARE.fullmatch(text) or IN_WORDS.search(text))
        and names.isdisjoint(EXEMPT.get(name, ()))
    ]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("panel", PANELS.values(), ids=lambda panel: panel.id)
def test_every_number_of_cases_opens_its_list(panel: Panel, day: str) -> None:
    assert shut(panel, drawn(panel, day)) == []


@pytest.mark.parametrize("panel", ORDERS)
def test_every_row_of_an_order_opens_those_like_it(panel: str) -> None:
    rows = [row for row in drawn(PANELS[panel])["rows"]["children"] if "row" in str(row.className).split()]
    assert rows and all("data-opens" in props_of(row) for row in rows)
    assert all((props_of(row)["role"], props_of(row)["tabIndex"]) == ("button", "0") for row in rows)


@pytest.mark.parametrize("panel", PANELS.values(), ids=lambda panel: panel.id)
def test_a_number_that_loses_its_list_is_noticed(panel: Panel) -> None:
    """Else the walk would prove nothing: each of what opens and has a number in it, in turn, opens no more."""
    parts = drawn(panel)
    for opener in (one for part in parts.values() for one in components(part.get("children"))):
        words = props_of(opener).get("data-opens")
        if words and any(BARE.fullmatch(text) and text != "0" for text, _, _ in walked(opener, frozenset())):
            delattr(opener, "data-opens")
            assert shut(panel, parts), words
            setattr(opener, "data-opens", words)
