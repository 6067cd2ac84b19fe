"""The rate by the original deadlines: one rule wherever it is counted, listed or shown, on each engine, on paper."""

from datetime import datetime

import pytest

from data_access.scope import Audience, Scope
from indicators.readings.cases import MOST, Ask, Cases, cases
from indicators.readings.figures import figures
from indicators.readings.looking_good import LookingGood, looking_good
from indicators.readings.rates import OnTime, ontime
from indicators.values import NotRecorded, Rate
from indicators.windows import Between, Span
from tests.fixtures.edges import Edges, when
from tests.fixtures.reckoned import DUE_WEEK, HAND, ON_TIME

LEADER = Scope.of(Audience.LEADER)
LOST = {"x39", "x40", "y12", "y31", "y33", "y35", "y38", "y39"}
"""Of the city, on time by their extensions alone."""
KEPT = {"y30", "y32", "y34", "y36", "y37", "y40", "y41"}
"""Extended too, and on time by their original deadlines, an upheld appeal, or a deadline set anew since."""


def counted(edges: Edges, condition: str) -> int:
    return int(edges.hand.one(f"SELECT count(*) FROM work_orders o WHERE {condition}"))


def without(edges: Edges, condition: str, lost: set[str]) -> int:
    names = ", ".join(f"'{one}'" for one in sorted(lost))
    return counted(edges, f"{condition} AND o.id NOT IN ({names})")


def listed(edges: Edges, ask: Ask) -> set[str]:
    with edges.database.reader(LEADER) as db:
        found = cases(db, when(), ask)
    assert isinstance(found, Cases)
    assert len(found.rows) == found.total
    return {row.order_id for row in found.rows}


def test_who_is_on_time_by_an_extension_alone(reckoned: Edges) -> None:
    """An extension of the handling moved the closing with it: it is taken back from both."""
    ontime_, original = (
        listed(reckoned, Ask(name, "good", limit=MOST)) for name in ("ontime_department", "ontime_original")
    )
    assert ontime_ - original == LOST
    assert original - ontime_ == set()
    assert original >= KEPT
    assert listed(reckoned, Ask("ontime_original", "rest", limit=MOST)) >= LOST


def test_the_week_beside_the_rate_and_the_month_by_the_same_rule(reckoned: Edges) -> None:
    with reckoned.database.reader(LEADER) as db:
        week, month = ontime(db, when()), looking_good(db, when())
        of_week = figures(db, when(), ["ontime_original"], span=Span("ontime_days"))["ontime_original"]
        of_month = figures(db, when(), ["ontime_original"])["ontime_original"]
    assert isinstance(week, OnTime)
    assert isinstance(month, LookingGood)
    assert not isinstance(of_week, NotRecorded)
    assert not isinstance(of_month, NotRecorded)
    good, of = without(reckoned, f"{DUE_WEEK} AND {ON_TIME}", LOST), counted(reckoned, DUE_WEEK)
    assert week.by_original == of_week[None] == Rate(good, of)
    assert week.rate == Rate(good + len(LOST), of), "all of them are due within the week"
    shown = next(way.rate for way in month.ways if way.indicator == "ontime_original")
    hand = HAND["ontime_original"]
    assert shown == of_month[None] == Rate(counted(reckoned, hand.where("good")), counted(reckoned, hand.where("base")))


@pytest.mark.parametrize(
    ("day", "good", "rest"),
    [
        (9, set(), {"x39", "y12"}),  # by their effective deadlines; the others are due on the next day
        (10, KEPT, LOST - {"x39", "y12"}),
    ],
)
def test_a_span_of_one_day_judges_alike(reckoned: Edges, day: int, good: set[str], rest: set[str]) -> None:
    """An order belongs to the day of its effective deadline, wherever the original one lies."""
    span = Between(datetime(2026, 3, day), datetime(2026, 3, day + 1))
    asked = {part: listed(reckoned, Ask("ontime_original", part, span=span, limit=MOST)) for part in ("good", "rest")}
    assert asked["good"] & (KEPT | LOST) == good
    assert asked["rest"] & (KEPT | LOST) == rest


def test_without_the_counts_of_extensions_the_measures_say_it(own_reckoned: Edges) -> None:
    own_reckoned.drop("work_orders", "extensions")
    ontime_, original = (
        listed(own_reckoned, Ask(name, "good", limit=MOST)) for name in ("ontime_department", "ontime_original")
    )
    assert ontime_ - original == LOST | {"y40"}


@pytest.mark.parametrize("column", ["old_due_at", "new_due_at"])
def test_extensions_without_their_deadlines_are_not_recorded(own_reckoned: Edges, column: str) -> None:
    """A deadline that nobody set down is not taken for one that never was moved."""
    own_reckoned.drop("work_order_measures", column)
    with own_reckoned.database.reader(LEADER) as db:
        found, week = figures(db, when(), ["ontime_original"])["ontime_original"], ontime(db, when())
    assert found == NotRecorded((f"work_order_measures.{column}",))
    assert isinstance(week, OnTime)
    assert week.by_original is None
