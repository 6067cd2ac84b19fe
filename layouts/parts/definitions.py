"""The definitions in tooltips under the city's own policy.

Frames and panels say what the built-in policy says ("last 7 days"); at the doors through which they leave, the page,
the broadcast and the drawer, the lines that a city's own policy changes are said anew. So no panel can forget it.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from dash.development.base_component import Component

from indicators.policy import Policy, load_policy
from indicators.registry import REGISTRY, definition

_BUILT_IN: Final = load_policy()


def under(policy: Policy, lang: str, tree: Any) -> Any:
    """The same components or properties, with titles that speak of this policy. Components are changed in place."""
    if policy != _BUILT_IN:
        _walk(tree, _changed(policy.model_dump_json(), lang))
    return tree


@lru_cache(maxsize=8)
def _changed(written: str, lang: str) -> Mapping[str, str]:
    """Definitions under the built-in policy -> under this one (as JSON), where they differ."""
    policy = Policy.model_validate_json(written)
    pairs = ((definition(name, lang), definition(name, lang, policy)) for name in REGISTRY)
    return {before: now for before, now in pairs if before != now}


def _walk(node: Any, said: Mapping[str, str]) -> None:
    if isinstance(node, Component):
        if isinstance(title := getattr(node, "title", None), str):
            setattr(node, "title", _said(title, said))  # noqa: B010 - components have the attributes of their kind
        _walk(getattr(node, "children", None), said)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name == "title" and isinstance(value, str):
                node[name] = _said(value, said)
            else:
                _walk(value, said)
    elif isinstance(node, list | tuple):
        for child in node:
            _walk(child, said)


def _said(title: str, said: Mapping[str, str]) -> str:
    return "\n".join(said.get(line, line) for line in title.split("\n"))
