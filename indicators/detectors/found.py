"""What the detectors find: a rule, how often, whose, and the very cases with what speaks against each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

Rule = Literal["unexplained_extension", "stalling", "perfunctory", "repeated"]
"""无故延期受理, 拖延不办, 敷衍应付, 反复发案."""
Why = Literal[
    "late_acceptance", "extension_after_due", "extension_without_reason", "extension_same_reason",
    "not_taken", "silent",
    "dissatisfied", "too_fast", "rework", "no_photo",
    "same_place",
]  # fmt: skip
"""What speaks against a case; one rule has several of them."""
WHYS: Final[dict[Rule, tuple[Why, ...]]] = {
    "unexplained_extension": (
        "late_acceptance", "extension_after_due", "extension_without_reason", "extension_same_reason",
    ),
    "stalling": ("not_taken", "silent"),
    "perfunctory": ("dissatisfied", "too_fast", "rework", "no_photo"),
    "repeated": ("same_place",),
}  # fmt: skip
"""The reasons of each rule; of a case with several, the first of them is its ``why``."""
Fact = Literal[
    "waited_min", "asked_at", "due_at", "times", "since", "share", "handled_min", "reworks", "photos", "dissatisfied",
    "first_at", "metres",
]  # fmt: skip
"""What is known of a case: minutes from report to acceptance; when an extension was asked for, and the deadline it
had; how often the same reason was given or the same place reported; since when nothing was recorded, and that time as
a share of the limit; minutes from taking to handling; reworks; photos afterwards; 1 where the caller was not content;
the first report there, and how far from it."""
LISTED: Final = 50
"""Cases of one list; of a rule so many are kept of each department, so that every list is whole up to here."""


@dataclass(frozen=True, slots=True)
class DetectedCase:
    """One case by codes; ``case_no`` is None for an audience that may not read it. ``at`` is when it came to pass."""

    order_id: str
    case_no: str | None
    category: str
    area: str
    department: str | None
    at: datetime
    why: Why
    facts: dict[Fact, float | datetime]


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose cases are meant: those of the ``named`` departments (None: nobody's yet), or with ``others`` all but those.

    Without anything said everybody's.
    """

    named: tuple[str | None, ...] = ()
    others: bool = True

    def __contains__(self, department: str | None) -> bool:
        return (department in self.named) is not self.others


EVERYBODY: Final = Whose()
"""The cases of a whole rule."""


@dataclass(frozen=True, slots=True)
class DetectedRule:
    """What one rule found: ``total`` cases, by department (None: nobody's yet) most first.

    ``cases`` are the newest 50 of each department, newest first; ``truncated`` when a department has more of them.

    ``judged`` are the reasons that this source lets us judge (none: the rule is "not recorded", and ``total`` says
    nothing), ``missing`` the columns that the others would need. Sensitive cases are counted, but listed for those
    only who may see persons.
    """

    rule: Rule
    total: int
    departments: tuple[tuple[str | None, int], ...]
    cases: tuple[DetectedCase, ...]
    truncated: bool
    judged: tuple[Why, ...]
    missing: tuple[str, ...] = ()

    def count(self, whose: Whose) -> int:
        """How many cases these departments have, also those that are not listed."""
        return sum(n for department, n in self.departments if department in whose)

    def listed(self, whose: Whose) -> tuple[DetectedCase, ...]:
        """The newest 50 cases of these departments, newest first."""
        return tuple(case for case in self.cases if case.department in whose)[:LISTED]


@dataclass(frozen=True, slots=True)
class Detected:
    """The four rules in a fixed order, over the last ``days`` days; stalling is judged by what stands open now."""

    rules: tuple[DetectedRule, ...]
    days: int
