"""Reference data as it stands this minute: the tree of areas, the departments and the categories."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

LEVELS: Final = ("city", "county", "street", "community", "grid", "micro_grid")
"""Levels from the top down; a zone (巡区) lies across them and has no rank."""


@dataclass(frozen=True, slots=True)
class Area:
    """One area; ``lon`` and ``lat`` (WGS-84) are its label point; None is "not recorded"."""

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
    """Areas by code, with subtrees as sets of codes. An area whose parent is unknown, or below itself, is a root."""

    by_code: Mapping[str, Area]
    _subtrees: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)
    _below: dict[tuple[str, str], tuple[Area, ...]] = field(default_factory=dict, repr=False, compare=False)
    _held_by: dict[str, dict[str, Area]] = field(default_factory=dict, repr=False, compare=False)
    _branches: dict[str, dict[str, str]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def build(cls, areas: Iterable[Area]) -> "AreaTree":
        """A tree of these areas; a circle of parents is cut at each of its members."""
        return cls({area.code: area for area in areas})

    @cached_property
    def parent_of(self) -> Mapping[str, str]:
        """The code of the parent by code; roots are not in it."""
        return {code: parent for code in self.by_code if (parent := self._parent(code)) is not None}

    def _parent(self, code: str) -> str | None:
        parent = above = self.by_code[code].parent_code
        seen: set[str] = set()
        while above is not None and above in self.by_code and above not in seen:
            if above == code:
                return None
            seen.add(above)
            above = self.by_code[above].parent_code
        return parent if parent in self.by_code else None

    @cached_property
    def children_of(self) -> Mapping[str | None, tuple[str, ...]]:
        """Codes of the children by parent code, sorted; the key None holds the roots."""
        found: dict[str | None, list[str]] = {}
        for code in sorted(self.by_code):
            found.setdefault(self.parent_of.get(code), []).append(code)
        return {parent: tuple(codes) for parent, codes in found.items()}

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """Codes without a parent, zones left out, the one with the most below it first."""
        roots = (code for code in self.children_of.get(None, ()) if self.by_code[code].level != "zone")
        return tuple(sorted(roots, key=lambda code: (-len(self.subtree(code)), code)))

    @property
    def root(self) -> str | None:
        """The code of the city: the root with the most below it; None without areas."""
        return self.roots[0] if self.roots else None

    @property
    def only_root(self) -> bool:
        """Whether there is exactly one root, so that the whole database is that one city's."""
        return len(self.roots) == 1

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Codes above this one, nearest first."""
        chain: list[str] = []
        parent = self.parent_of.get(code)
        while parent is not None:
            chain.append(parent)
            parent = self.parent_of.get(parent)
        return tuple(chain)

    def subtree(self, code: str) -> frozenset[str]:
        """This code and all below it; only itself when unknown."""
        known = self._subtrees.get(code)
        if known is None:
            found = {code}
            waiting = [code]
            while waiting:
                children = self.children_of.get(waiting.pop(), ())
                found.update(children)
                waiting.extend(children)
            known = self._subtrees[code] = frozenset(found)
        return known

    def children(self, code: str) -> tuple[Area, ...]:
        """The areas right below, sorted by code."""
        return tuple(self.by_code[child] for child in self.children_of.get(code, ()))

    def spread(self, code: str) -> tuple[Area, ...]:
        """The areas a place is spread over: those right below it, where a level of a single area is passed over."""
        children = self.children(code)
        while len(children) == 1 and self.children(children[0].code):
            children = self.children(children[0].code)
        return children

    def branches(self, code: str) -> Mapping[str, str]:
        """Every code below this one, with the code of the child that holds it (or is it)."""
        known = self._branches.get(code)
        if known is None:
            children = self.children_of.get(code, ())
            known = self._branches[code] = {inside: child for child in children for inside in self.subtree(child)}
        return known

    def below(self, code: str, level: str) -> tuple[Area, ...]:
        """All areas of a level inside this one, sorted by code."""
        known = self._below.get((code, level))
        if known is None:
            inside, members = self.subtree(code), self.by_code
            chosen = sorted(c for c in inside if c in members and members[c].level == level)
            known = self._below[code, level] = tuple(members[c] for c in chosen)
        return known

    def up_to(self, code: str | None, level: str) -> Area | None:
        """The area of that level that holds this code (or is it); None when it is coded higher or is unknown."""
        held = self._held_by.get(level)
        if held is None:
            of_level = (area for area in self.by_code.values() if area.level == level)
            outside_in = sorted(of_level, key=lambda area: (-len(self.subtree(area.code)), area.code))
            held = {inside: area for area in outside_in for inside in self.subtree(area.code)}
            self._held_by[level] = held
        return held.get(code or "")

    @cached_property
    def prefix_safe(self) -> bool:
        """Whether a subtree may be asked for as a range of codes.

        True only when codes are digits, codes of a level are equally long, and one code begins with another exactly
        when it lies below it: otherwise BOS-W05 would take in BOS-W050.
        """
        lengths: dict[str, int] = {}
        above: list[str] = []
        for code in sorted(self.by_code):
            if not (code.isascii() and code.isdigit()):
                return False
            if lengths.setdefault(self.by_code[code].level, len(code)) != len(code):
                return False
            while above and not code.startswith(above[-1]):
                above.pop()
            if (above[-1] if above else None) != self.parent_of.get(code):
                return False
            above.append(code)
        return True


@dataclass(frozen=True)
class Reference:
    """Everything that changes by the day, not by the second; read again once a minute, the same object if unchanged."""

    tree: AreaTree
    departments: Mapping[str, Department]
    categories: Mapping[str, Category]
