"""What callbacks need from the composition root, so that they depend on nothing above them."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from data_access.engine import ScopedReader
from indicators.values import At
from layouts.pages.control import WallState

T = TypeVar("T")


class Conversation(Protocol):
    """Answers for the person behind the present request."""

    def asks(self) -> AbstractContextManager[ScopedReader]:
        """A snapshot with the rows and columns this person may see."""
        ...

    def recall(self, what: str, make: Callable[[], T]) -> T:
        """What was made for the same question of the same rights within half a minute, else made now."""
        ...

    def note(self, action: str, target: str) -> None:
        """Keep in the ledger that this person looked at something personal."""
        ...

    def require(self, area: str) -> None:
        """Nothing, when this person may ask about the area. Raises UnknownPlace, also for one that does not exist."""
        ...

    def place(self, key: str) -> tuple[str | None, str | None]:
        """Area (None: all that is in scope) and department of a place as addresses have it; "" is this person's home.

        Raises UnknownPlace when there is none, or this person may not see it.
        """
        ...

    def at(self, area: str | None = None, department: str | None = None) -> At:
        """Now, there."""
        ...

    def choose(self, choice: str) -> bool:
        """Be this viewer from the next request on (open mode only); False when it is so already.

        Raises UnknownPlace when there is no such viewer to be.
        """
        ...

    def place_name(self, key: str, lang: str) -> str:
        """The name of a place as addresses have it; "" when there is no such place."""
        ...


class Desk(Protocol):
    """What the person behind the present request may do with walls. Every method may raise StoreError."""

    def state(self, name: str) -> WallState:
        """What a wall shows and was told. Raises UnknownPlace for one that is not there or not theirs."""
        ...

    def change(self, name: str, changes: Mapping[str, Any]) -> WallState:
        """Tell a wall what to show. Raises UnknownPlace, and InputError for what is no change."""
        ...
