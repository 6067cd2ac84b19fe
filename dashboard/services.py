"""The parts that the web application is made of, each once; chosen in one place (``dashboard.compose``)."""

import hashlib
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar, cast

from dash import ctx
from flask import current_app, request
from flask_caching import Cache

from dashboard.auth import COOKIE_SECONDS, VIEWER_COOKIE, Entrances, chosen_viewer
from dashboard.clock import Clock, city_time
from dashboard.directory import Directory
from dashboard.geometry import GeometryStore
from dashboard.keys import Focus
from dashboard.plan import Plan
from dashboard.proxies import client_of
from dashboard.security import viewer_of
from dashboard.settings import Settings
from dashboard.stores import Broadcast
from data_access.engine import Database, ScopedReader
from data_access.errors import LedgerError, SourceUnreachable, UnknownPlace
from data_access.ledger import Access, Ledger
from data_access.reference import Reference
from data_access.scope import Scope
from indicators.policy import Policy
from indicators.values import At
from indicators.workcalendar import WorkCalendar

_log = logging.getLogger(__name__)
T = TypeVar("T")
CONVERSATION: Final = "gridwall-conversation"


def _sorted(scope: Scope) -> list[tuple[list[str] | None, list[str] | None]]:
    """The grants of a scope in an order that is always the same."""
    return [
        (
            None if grant.areas is None else sorted(grant.areas),
            None if grant.departments is None else sorted(grant.departments),
        )
        for grant in scope.grants
    ]


@dataclass(frozen=True)
class Services:
    """What routes, pages and callbacks may use. ``alive`` is None where the publisher is another process."""

    settings: Settings
    clock: Clock
    database: Database
    directory: Directory
    broadcast: Broadcast
    plan: Plan
    calendar: WorkCalendar
    policy: Policy
    entrances: Entrances
    geometry: GeometryStore
    ledger: Ledger
    build: str
    alive: Callable[[], bool] | None = None

    @property
    def reference(self) -> Reference:
        """Tree and names. Raises SourceUnreachable while they were never read."""
        reference = self.directory.reference
        if reference is None:
            raise SourceUnreachable("the tree of areas was not read yet")
        return reference

    def asks(self) -> AbstractContextManager[ScopedReader]:
        """A snapshot with the rows and columns of the person behind this request."""
        return self.database.reader(viewer_of().scope)

    def recall(self, what: str, make: Callable[[], T]) -> T:
        """What was made for the same question of the same rights within half a minute, else made now."""
        cache: Cache = current_app.extensions[CONVERSATION]
        scope = viewer_of().scope
        key = hashlib.sha256(repr((scope.audience, _sorted(scope), what)).encode()).hexdigest()
        kept = cache.get(key)
        if kept is None:
            kept = make()
            cache.set(key, kept)
        return cast(T, kept)

    def note(self, action: str, target: str) -> None:
        """Write into the ledger who looked at something personal. A ledger that is away stops nobody, and is logged."""
        viewer = viewer_of()
        access = Access(self.clock.real(), viewer.name, viewer.audience.value, action, target, client_of(request))
        try:
            self.ledger.log_access(access)
        except LedgerError as error:
            _log.error("an access could not be noted", extra={"action": action, "target": target, "cause": str(error)})

    def require(self, area: str) -> None:
        """Raises UnknownPlace when the person behind this request may not ask about the area, or there is none.

        An official of a department alone may ask about any area: the scope then leaves the department's rows only.
        """
        viewer = viewer_of()
        ways = [Focus(area), *(Focus(area, department) for department in viewer.departments or ())]
        if not any(viewer.may(viewer.audience, way, self.reference) for way in ways):
            raise UnknownPlace(f"no area {area}", place=area)

    def place(self, key: str) -> tuple[str | None, str | None]:
        """Area (None: all that is in scope) and department of a place as addresses have it; "" is this person's home.

        Raises UnknownPlace when there is none, or this person may not see it.
        """
        viewer, reference = viewer_of(), self.reference
        focus = Focus.parse(key) if key else viewer.home(reference, self.settings.area or None)
        if focus is None or not viewer.may(viewer.audience, focus, reference):
            raise UnknownPlace("no such place", place=key)
        return None if focus.area == reference.tree.root else focus.area, focus.department

    def place_name(self, key: str, lang: str) -> str:
        """The name of a place as addresses have it; "" when there is no such place."""
        focus, reference = Focus.parse(key), self.reference
        area = None if focus is None else reference.tree.by_code.get(focus.area)
        if focus is None or area is None:
            return ""
        department = reference.departments.get(focus.department or "")
        return area.label(lang) if department is None else f"{area.label(lang)} {department.label(lang)}"

    def at(self, area: str | None = None, department: str | None = None) -> At:
        """Now, there."""
        return At(self.now(), self.calendar, self.policy, area, department, self.ledger)

    def now(self) -> datetime:
        """The shown moment as naive city time."""
        return city_time(self.clock.now(), self.clock.zone)

    def choose(self, choice: str) -> bool:
        """Write the cookie of another viewer into this callback's answer; False when it is the present one.

        The menu reports its value whenever it is drawn, not only when somebody chooses.
        """
        if choice == viewer_of().name:
            return False
        cookies = self.entrances.choices
        viewer = chosen_viewer(choice)
        if cookies is None or viewer is None or viewer.home(self.reference, None) is None:
            raise UnknownPlace("no such viewer", place=choice)
        ctx.response.set_cookie(
            VIEWER_COOKIE,
            cookies.write(choice),
            max_age=COOKIE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure,
        )
        return True
