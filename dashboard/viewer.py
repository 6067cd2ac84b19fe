"""Who looks, and what they may ask for. Decided before anything is looked up; no and not there are answered alike."""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.keys import Focus
from data_access.reference import Reference
from data_access.scope import Audience, Scope

_ROLES = {
    Audience.LEADER: frozenset({Audience.LEADER, Audience.WALL}),
    Audience.OFFICIAL: frozenset({Audience.OFFICIAL, Audience.WALL}),
    Audience.WALL: frozenset({Audience.WALL}),
    Audience.PUBLIC: frozenset({Audience.PUBLIC}),
}
"""Bodies a viewer may ask for: their own and, of their own places, those of the wall, which say less."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """An audience and its places. ``areas`` and ``departments`` None and None is everywhere; else either may allow."""

    audience: Audience
    areas: frozenset[str] | None = None
    departments: frozenset[str] | None = None
    name: str = ""
    steers: frozenset[str] = frozenset()
    """Walls that a phone with a control token may tell what to show; nothing else about it differs from a wall."""

    @classmethod
    def official(cls, areas: Iterable[str], departments: Iterable[str], name: str = "") -> "Viewer":
        """An official of these areas and departments; of none, when both are empty (never of everything)."""
        return cls(Audience.OFFICIAL, frozenset(areas), frozenset(departments), name)

    @property
    def everywhere(self) -> bool:
        """Whether no place is closed to this viewer."""
        return self.areas is None and self.departments is None

    @property
    def scope(self) -> Scope:
        """The rows and columns of this viewer. Rights to nothing are rights to an area that does not exist."""
        if self.everywhere:
            return Scope.of(self.audience)
        nothing = not self.areas and not self.departments
        return Scope.of(self.audience, {""} if nothing else self.areas or None, self.departments or None)

    def may(self, audience: Audience, focus: Focus, reference: Reference) -> bool:
        """Whether this viewer may see that place as that audience. False as well for a place that does not exist.

        A place lies within the rights when its area is inside one of the viewer's areas, or when it is narrowed to one
        of the viewer's departments.
        """
        if audience not in _ROLES[self.audience] or focus.area not in reference.tree.by_code:
            return False
        if focus.department is not None and focus.department not in reference.departments:
            return False
        own_department = focus.department in (self.departments or ())
        return self.everywhere or own_department or self._area(focus.area, reference)

    def home(self, reference: Reference, first: str | None) -> Focus | None:
        """Where this viewer begins: the city, else the first own area, else the city of the first own department."""
        root = first or reference.tree.root
        if root is None:
            return None
        if self.everywhere:
            return Focus(root)
        for area in sorted(self.areas or ()):
            if area in reference.tree.by_code:
                return Focus(area)
        for department in sorted(self.departments or ()):
            if department in reference.departments:
                return Focus(root, department)
        return None

    def _area(self, code: str, reference: Reference) -> bool:
        own = self.areas or frozenset()
        return code in own or any(above in own for above in reference.tree.ancestors(code))
