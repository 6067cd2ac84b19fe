"""Reference data as it stands this minute: the tree of areas, the departments and the categories."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

LEVELS: Final = ("city", "county", "street", "community", "grid", "micro_grid")
"""Levels from the top down; a zone (巡区) lies across them and has no rank."""


@dataclass(frozen=True, slots=True)
class Area:
    """One area; ``lon`` and ``lat`` (WGS-84) are its label point. Households and population are None where not recorded."""

    code: str
    parent_code: str | None
    level: str
    name: str
    name_en: str | None = None
    kind: str | None = None
    lon: float | None = None
    lat: float | None = None
    households: int | None = None
    population: int | None = None

    def label(self, lang: str) -> str:
        """The name in the language asked for, the recorded name where there is no other."""
        return self.name_en if lang == "en" and self.name_en else self.name


@dataclass(frozen=True, slots=True)
class Department:
    """A department or unit that handles orders; ``group`` is the ranking group."""

    code: str
    name: str
    parent_code: str | None = None
    area_code: str | None = None
    group: str | None = None
    short_name: str | None = None
    name_en: str | None = None

    def label(self, lang: str) -> str:
        """The short name in Chinese, the English name where asked for and recorded."""
        return self.name_en if lang == "en" and self.name_en else self.short_name or self.name


@dataclass(frozen=True, slots=True)
class Category:
    """A class of orders. Its limit is only the default of orders that carry none of their own."""

    code: str
    parent_code: str | None
    name: str
    kind: str | None = None
    edition: str | None = None
    name_en: str | None = None
    limit_value: float | None = None
    limit_unit: str | None = None
    limit_clock: str | None = None
    sensitive: bool = False

    def label(self, lang: str) -> str:
        """The name in the language asked for, the recorded name where there is no other."""
        return self.name_en if lang == "en" and self.name_en else self.name


@dataclass(frozen=True)
class AreaTree:
    """Areas by code, with subtrees as sets of codes. An area whose parent is unknown, or its own ancestor, is a root."""

    by_code: Mapping[str, Area]
    _subtrees: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def build(cls, areas: Iterable[Area]) -> "AreaTree":
        """A tree of these areas; a circle of parents is cut."""
        by_code = {area.code: area for area in areas}
        return cls(by_code)

    @cached_property
    def children_of(self) -> Mapping[str | None, tuple[str, ...]]:
        """Codes of the children by parent code, sorted; the key None holds the roots."""
        found: dict[str | None, list[str]] = {}
        for code in sorted(self.by_code):
            lineage = self.ancestors(code)
            found.setdefault(lineage[0] if lineage else None, []).append(code)
        return {parent: tuple(codes) for parent, codes in found.items()}

    @cached_property
    def root(self) -> str | None:
        """The code of the city: the root with the most below it; None without areas."""
        roots = [code for code in self.children_of.get(None, ()) if self.by_code[code].level != "zone"]
        return max(roots, key=lambda code: (len(self.subtree(code)), code), default=None)

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Codes above this one, nearest first; ends where a parent is unknown or the chain closes on itself."""
        chain: list[str] = []
        area = self.by_code.get(code)
        while area is not None and area.parent_code in self.by_code and area.parent_code not in (*chain, code):
            chain.append(area.parent_code)  # type: ignore[arg-type]
            area = self.by_code[chain[-1]]
        return tuple(chain)

    def subtree(self, code: str) -> frozenset[str]:
        """This code and all below it; only itself when unknown."""
        known = self._subtrees.get(code)
        if known is None:
            found, waiting = {code}, [code]
            while waiting:
                fresh = [child for child in self.children_of.get(waiting.pop(), ()) if child not in found]
                found.update(fresh)
                waiting.extend(fresh)
            known = self._subtrees[code] = frozenset(found)
        return known

    def children(self, code: str) -> tuple[Area, ...]:
        """The areas right below, sorted by code."""
        return tuple(self.by_code[child] for child in self.children_of.get(code, ()))

    def below(self, code: str, level: str) -> tuple[Area, ...]:
        """All areas of a level inside this one, sorted by code."""
        return tuple(
            self.by_code[c] for c in sorted(self.subtree(code)) if c in self.by_code and self.by_code[c].level == level
        )

    def up_to(self, code: str | None, level: str) -> Area | None:
        """The area of that level that holds this code (or is it); None when it is coded higher or is unknown."""
        if code is None or code not in self.by_code:
            return None
        for candidate in (code, *self.ancestors(code)):
            if self.by_code[candidate].level == level:
                return self.by_code[candidate]
        return None

    @cached_property
    def prefix_safe(self) -> bool:
        """Whether a subtree may be asked for as a range of codes.

        True only when every child's code starts with its parent's, codes of a level are equally long and all are digits:
        otherwise BOS-W05 would take in BOS-W050.
        """
        lengths: dict[str, set[int]] = {}
        for area in self.by_code.values():
            if not (area.code.isascii() and area.code.isdigit()):
                return False
            lengths.setdefault(area.level, set()).add(len(area.code))
            if area.parent_code in self.by_code and not area.code.startswith(area.parent_code or ""):
                return False
        ranked = [lengths[level] for level in LEVELS if level in lengths]
        return all(len(seen) == 1 for seen in lengths.values()) and all(
            max(a) < min(b) for a, b in zip(ranked, ranked[1:], strict=False)
        )


@dataclass(frozen=True)
class Reference:
    """Everything that changes by the day, not by the second; read again once a minute."""

    tree: AreaTree
    departments: Mapping[str, Department]
    categories: Mapping[str, Category]
