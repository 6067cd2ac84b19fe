"""What a browser asks for in the drawer. Anybody can send anything: it is only short texts until it was checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeGuard

from data_access.errors import InputError

_LONGEST: Final = 80
_MOST_FIELDS: Final = 12
_MOST_STEPS: Final = 12
_PARTS: Final = frozenset({"part", "weights"})
"""Fields that ask for the same thing in another way."""
_NOT_FIELDS: Final = frozenset({"kind", "place", "within", "at"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: what kind of thing, its fields, and the place of the page it was asked on ("" where that is home).

    Fields are short texts and nothing more; whoever answers looks each of them up.
    """

    kind: str
    fields: Mapping[str, str] = field(default_factory=dict)
    place: str = ""

    def text(self, name: str) -> str:
        """A field that must be there. Raises InputError."""
        if not (value := self.fields.get(name)):
            raise InputError(f"no {name}")
        return value

    @property
    def words(self) -> dict[str, str]:
        """As it is kept in the browser."""
        return {"kind": self.kind, "place": self.place, **self.fields}


def asked_of(value: Any) -> Asked:
    """The question in what a browser sent. Raises InputError when it is none."""
    if not isinstance(value, dict):
        raise InputError("not a question")
    fields = {name: text for name, text in value.items() if name not in _NOT_FIELDS}
    if len(fields) > _MOST_FIELDS or not all(map(_short, fields)) or not all(map(_short, fields.values())):
        raise InputError("not the fields of a question")
    kind, place = value.get("kind"), value.get("place") or ""
    if not _short(kind) or not (place == "" or _short(place)):
        raise InputError("not a question")
    return Asked(kind, fields, place)


def trail_of(value: Any) -> list[Asked]:
    """The questions that were answered before, oldest first. Raises InputError."""
    if not isinstance(value, list):
        return []
    return [asked_of(step) for step in value[-_MOST_STEPS:]]


def follow(trail: list[Asked], asked: Asked) -> list[Asked]:
    """The trail with one more step; asking for another part of the same list is no step."""
    if trail and _but_part(trail[-1]) == _but_part(asked):
        trail = trail[:-1]
    return [*trail, asked][-_MOST_STEPS:]


def _but_part(asked: Asked) -> Asked:
    return Asked(asked.kind, {name: text for name, text in asked.fields.items() if name not in _PARTS}, asked.place)


def _short(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST
