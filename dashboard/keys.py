"""Addresses of the broadcast: who sees which scene of which place in which language."""

import re
from dataclasses import dataclass
from typing import Final

from data_access.scope import Audience
from layouts.words import LANGUAGES

_AUDIENCES: Final = frozenset(audience.value for audience in Audience)
_CODE: Final = re.compile(r"[\w.:-]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Focus:
    """What a screen looks at: an area, and perhaps only the orders of one department there."""

    area: str
    department: str | None = None

    def __str__(self) -> str:
        return self.area if self.department is None else f"{self.area}@{self.department}"

    @classmethod
    def parse(cls, text: str) -> "Focus | None":
        """``area`` or ``area@department``; None when it is neither."""
        area, at, department = text.partition("@")
        if not _CODE.fullmatch(area) or (at and not _CODE.fullmatch(department)):
            return None
        return cls(area, department or None)


@dataclass(frozen=True, slots=True)
class LiveKey:
    """One body of the broadcast."""

    audience: Audience
    scene: str
    focus: Focus
    lang: str

    def __str__(self) -> str:
        return f"{self.audience.value}/{self.scene}/{self.focus}/{self.lang}"

    @property
    def path(self) -> str:
        """Where the body is fetched."""
        return f"/live/{self}"

    @classmethod
    def parse(cls, text: str) -> "LiveKey | None":
        """``audience/scene/place/lang``; None when it is anything else. Whether it exists is not asked here."""
        parts = text.split("/")
        if len(parts) != 4 or parts[0] not in _AUDIENCES or not _CODE.fullmatch(parts[1]) or parts[3] not in LANGUAGES:
            return None
        focus = Focus.parse(parts[2])
        return None if focus is None else cls(Audience(parts[0]), parts[1], focus, parts[3])
