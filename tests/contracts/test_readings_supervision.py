"""督办: counts, terms and the list against SQL by hand and on paper, on each engine."""

from datetime import datetime, timedelta

import pytest

from data_access.scope import Audience, Scope
from indicators.readings import supervision as module
from indicators.readings.cases import Ask, Cases, cases
from indicators.readings.supervision import Replies, Supervision, SupervisionRow, replies, supervision
from indicators.values import NotRecorded, Rate
from tests.fixtures.edges import NOW, Edges, when
from tests.fixtures.reckoned import HAND
from tests.fixtures.small import area

WALL, LEADER = Scope.of(Audience.WALL), Scope.of(Audience.LEADER)
OPEN = (
    "m.kind = 'supervision' AND m.replied_at IS NULL AND (m.result IS NULL OR m.result = 'open')"
    " AND o.stage IN ('reported', 'verifying', 'filed', 'dispatched', 'handling', 'checking')"
)


def taken(edges: Edges, scope: Scope = LEADER, now: datetime = NOW, place: str | None = None) -> Supervision:
    with edges.database.reader(scope) as db:
        found = supervision(db if place is None else db.narrowed(place), when(now, place))
    assert isinstance(found, Supervision)
    return found


def replied(edges: Edges, place: str | None = None) -> Rate:
    with edges.database.reader(LEADER) as db:
        found = replies(db if place is None else db.narrowed(place), when(NOW, place))
    assert isinstance(found, Replies)
    assert found.days == 30
    return found.rate


def counted(edges: Edges, place: str | None, condition: str) -> int:
    mine = "1 = 1" if place is None else f"o.area_code LIKE '{place}%'"
    return int(
        edges.hand.one(
            "SELECT count(*) FROM work_order_measures m JOIN work_orders o ON o.id = m.order_id"
            f" WHERE {mine} AND {condition}"
        )
    )


PLACES = pytest.mark.parametrize("place", [None, area(2, 2), area(3)])


def assert_counts(edges: Edges, place: str | None) -> None:
    found = taken(edges, place=place)
    assert found.open == counted(edges, place, OPEN) == sum(n for _, n in found.by_grade)
    for grade, n in found.by_grade:
        assert n == counted(edges, place, f"{OPEN} AND coalesce(m.grade, '') = '{grade}'")
    assert found.unanswered == counted(edges, place, f"{OPEN} AND m.reply_due_at < '{NOW}'")
    assert found.due_today == counted(
        edges, place, f"{OPEN} AND m.reply_due_at >= '{NOW}' AND m.reply_due_at < '2026-03-12 00:00:00'"
    )
    mine = "1 = 1" if place is None else f"o.area_code LIKE '{place}%'"
    cases_of = f"SELECT count(*) FROM work_orders o WHERE {mine} AND "
    assert replied(edges, place) == Rate(
        *(edges.hand.one(cases_of + HAND["supervision_replied"].where(part)) for part in ("good", "base"))
    )


@PLACES
def test_supervision_equals_a_count_by_hand(scenery: Edges, place: str | None) -> None:
    assert_counts(scenery, place)


@PLACES
def test_so_does_that_of_the_city_with_edges(edges: Edges, place: str | None) -> None:
    assert_counts(edges, place)


def test_supervision_on_paper(scenery: Edges) -> None:
    """Open: of k01, k08, k09, k10, a11, a13, a14. In time: of k02 and k05; late: k03; never: k01, k04, k08."""
    found = taken(scenery)
    assert found.by_grade == (("normal", 4), ("", 1), ("leader", 1), ("urgent", 1))
    assert (found.open, found.unanswered, found.due_today) == (7, 3, 2)
    assert replied(scenery) == Rate(2, 6)


def test_who_must_answer_first_is_on_top(scenery: Edges) -> None:
    found = taken(scenery)
    assert [(row.order_id, row.late) for row in found.rows] == [
        ("a11", True), ("k08", True), ("k01", True), ("k10", False), ("k09", False), ("a14", False), ("a13", False)
    ]  # fmt: skip
    asked, due = datetime(2026, 2, 2, 9), datetime(2026, 3, 11, 9)
    assert found.rows[2] == SupervisionRow("k01", "E0110", area(3, 1, 1, 1), "D2", "normal", asked, due, True)
    assert found.rows[3].department == "D1", "nobody in particular was asked: who holds it"
    assert found.rows[-1].reply_due is None


def test_an_order_asked_about_twice_counts_once_as_in_the_list_of_cases(own_scenery: Edges) -> None:
    own_scenery.made.write(
        "INSERT INTO work_order_measures (id, order_id, kind, asked_at, reply_due_at, result, grade)"
        " VALUES (92, 'k01', 'supervision', '2026-03-10 09:00:00', '2026-03-11 08:00:00', 'open', 'leader')"
    )
    found = taken(own_scenery)
    assert (found.open, found.unanswered) == (7, 3)
    assert dict(found.by_grade)["leader"] == 2
    assert next(row for row in found.rows if row.order_id == "k01").reply_due == datetime(2026, 3, 11, 8)
    for indicator, n in (("supervised", found.open), ("supervision_late", found.unanswered)):
        with own_scenery.database.reader(LEADER) as db:
            listed = cases(db, when(), Ask(indicator))
        assert isinstance(listed, Cases)
        assert listed.total == n
        assert {row.order_id for row in listed.rows} == {
            row.order_id for row in found.rows if indicator == "supervised" or row.late
        }


def test_a_second_later_it_is_late(scenery: Edges) -> None:
    found = taken(scenery, now=NOW + timedelta(seconds=1))
    assert (found.unanswered, found.due_today) == (4, 1)


def test_a_hall_counts_sensitive_classes_and_does_not_list_them(scenery: Edges) -> None:
    found = taken(scenery, WALL)
    assert found.open == 7
    assert "k08" not in {row.order_id for row in found.rows}


def test_the_list_is_cut_and_the_counts_are_not(scenery: Edges) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LISTED", 2)
        found = taken(scenery)
    assert ([row.order_id for row in found.rows], found.open) == (["a11", "k08"], 7)


def test_closing_an_order_is_no_reply(own_scenery: Edges) -> None:
    before, rate = taken(own_scenery), replied(own_scenery)
    own_scenery.made.write(
        "UPDATE work_orders SET stage = 'closed', closed_at = '2026-03-11 10:00:00' WHERE id = 'k01'"
    )
    after = taken(own_scenery)
    assert (after.open, after.unanswered) == (before.open - 1, before.unanswered - 1)
    assert replied(own_scenery) == rate


def test_an_answer_takes_it_off_the_list(own_scenery: Edges) -> None:
    before, rate = taken(own_scenery), replied(own_scenery)
    own_scenery.made.write("UPDATE work_order_measures SET replied_at = '2026-03-11 08:59:59' WHERE id = 11")
    after = taken(own_scenery)
    assert (after.open, after.unanswered) == (before.open - 1, before.unanswered - 1)
    assert replied(own_scenery) == Rate(rate.good + 1, rate.of)


def test_a_case_asked_twice_is_one_case_of_the_rate(own_scenery: Edges) -> None:
    """k02 answered its first in time; a second answer, too late, spoils the case, a third in time mends it."""
    before = replied(own_scenery)
    insert = (
        "INSERT INTO work_order_measures (id, order_id, kind, asked_at, reply_due_at, replied_at, result)"
        " VALUES ({}, 'k02', 'supervision', '2026-03-10 09:00:00', '2026-03-10 12:00:00', '2026-03-10 {}', 'open')"
    )
    own_scenery.made.write(insert.format(91, "12:00:01"))
    assert replied(own_scenery) == Rate(before.good - 1, before.of)
    own_scenery.made.write(insert.format(92, "12:00:02").replace("2026-03-10 12:00:00", "2026-03-10 13:00:00"))
    assert replied(own_scenery) == before


def test_an_answer_without_a_date_is_neither_in_time_nor_late(own_scenery: Edges) -> None:
    before = replied(own_scenery)
    own_scenery.made.write("UPDATE work_order_measures SET replied_at = '2026-03-11 09:00:00' WHERE id = 21")
    assert replied(own_scenery) == before


def test_without_supervision_there_is_none(own_scenery: Edges) -> None:
    own_scenery.made.write("DELETE FROM work_order_measures WHERE kind = 'supervision'")
    assert taken(own_scenery) == Supervision(0, (), 0, 0, ())
    assert replied(own_scenery) == Rate(0, 0)


@pytest.mark.parametrize("column", ["replied_at", "reply_due_at"])
def test_what_is_not_recorded_is_said(own_scenery: Edges, column: str) -> None:
    own_scenery.drop("work_order_measures", column)
    with own_scenery.database.reader(WALL) as db:
        assert supervision(db, when()) == NotRecorded((f"work_order_measures.{column}",))


def test_grades_and_departments_need_not_be_recorded(own_scenery: Edges) -> None:
    own_scenery.drop("work_order_measures", "grade", "department_code")
    found = taken(own_scenery)
    assert found.by_grade == (("", 7),)
    assert found.rows[2].department == "D1"


def test_without_measures_nothing_is_recorded(own_scenery: Edges) -> None:
    own_scenery.made.write("DROP TABLE work_order_measures")
    own_scenery.database.forget()
    with own_scenery.database.reader(WALL) as db:
        assert supervision(db, when()) == NotRecorded(("work_order_measures",))
