"""Alarms: each kind comes at its second, stays for a minute under one name, and comes for nothing else."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from data_access.scope import Audience, Scope
from indicators.policy import AlarmKind
from indicators.readings import alarms as module
from indicators.readings.alarms import Alarm, alarms
from indicators.values import At
from tests.fixtures.edges import NOW, Edges, when
from tests.fixtures.small import area

WALL, LEADER = Scope.of(Audience.WALL), Scope.of(Audience.LEADER)
SECOND = timedelta(seconds=1)
HOME = area(3, 1, 1, 1)


def told(
    edges: Edges, now: datetime, scope: Scope = LEADER, kind: AlarmKind | None = None, place: str | None = None
) -> list[Alarm]:
    with edges.database.reader(scope) as db:
        found = alarms(db if place is None else db.narrowed(place), when(now, place)).rows
    assert list(found) == sorted(found, key=lambda alarm: alarm.at, reverse=True)
    return [alarm for alarm in found if kind in (None, alarm.kind)]


def times(edges: Edges, moment: datetime, kind: AlarmKind, name: str, scope: Scope = LEADER) -> None:
    """It is not there at the second, but the second after, and a minute later it is still there, but not for longer."""
    for after, there in ((0, False), (1, True), (30, True), (60, True), (61, False)):
        found = [alarm for alarm in told(edges, moment + timedelta(seconds=after), scope, kind) if name in alarm.id]
        assert [alarm.at for alarm in found] == [moment] * there, after
        assert len({alarm.id for alarm in found}) == int(there)


def test_an_urgent_order_that_becomes_long_overdue(scenery: Edges) -> None:
    """a15 has two hours from 06:30 and twice that is used at 10:30; a16 the same and is not urgent."""
    times(scenery, NOW, "long_overdue_urgent", "a15")
    (found,) = told(scenery, NOW + SECOND, kind="long_overdue_urgent")
    assert found == Alarm(found.id, "long_overdue_urgent", NOW, "a15", "E0501", HOME, "D1")
    (again,) = told(scenery, NOW + 20 * SECOND, kind="long_overdue_urgent")
    assert again == found


def test_a_supervision_that_is_not_answered(scenery: Edges) -> None:
    """k10 must be answered by 10:30 and k01 by nine, by the department that was asked."""
    times(scenery, NOW, "supervision_unanswered", ":12")
    (found,) = told(scenery, datetime(2026, 3, 11, 9, 0, 1), kind="supervision_unanswered")
    assert found == Alarm(
        "supervision_unanswered:11", "supervision_unanswered", datetime(2026, 3, 11, 9), "k01", "E0110", HOME, "D2"
    )


def test_a_hall_hears_nothing_of_sensitive_classes(scenery: Edges) -> None:
    evening = datetime(2026, 3, 10, 18, 0, 30)
    assert [alarm.order_id for alarm in told(scenery, evening, LEADER, "supervision_unanswered")] == ["k08"]
    assert told(scenery, evening, WALL, "supervision_unanswered") == []


def test_a_feed_that_falls_silent(scenery: Edges) -> None:
    """The hotline sends every ten minutes and last did at 10:29; patrol every fifteen, at 10:25."""
    times(scenery, datetime(2026, 3, 11, 11, 9), "source_silent", "hotline")
    times(scenery, datetime(2026, 3, 11, 11, 25), "source_silent", "patrol")
    (found,) = told(scenery, datetime(2026, 3, 11, 11, 9, 30), kind="source_silent")
    assert (found.source, found.order_id, found.area) == ("hotline", None, None)


def test_orders_that_stop_coming(own_scenery: Edges) -> None:
    """Without weeks like these before nobody knows what is usual: silent a day after the last change."""
    own_scenery.made.write(
        "DELETE FROM source_feeds", "DELETE FROM work_orders WHERE reported_at > '2026-03-11 10:30:00'"
    )
    last = datetime.fromisoformat(str(own_scenery.hand.rows("SELECT max(updated_at) FROM work_orders")[0][0]))
    turned = last + timedelta(days=1, seconds=1)
    assert told(own_scenery, turned - SECOND, kind="source_silent") == []
    for after in (0, 1, 17, 59):
        (found,) = told(own_scenery, turned + after * SECOND, kind="source_silent")
        assert found.id == f"source_silent:orders:{last:%Y%m%d%H%M%S}"
        assert abs(found.at - turned) <= SECOND
        assert found.source == "orders"
    assert told(own_scenery, turned + 61 * SECOND, kind="source_silent") == []


def test_a_place_hears_of_its_own_orders(scenery: Edges) -> None:
    late = NOW + SECOND
    assert {alarm.order_id for alarm in told(scenery, late, place=area(3))} == {"a15", "k10"}
    assert told(scenery, late, place=area(1)) == []
    hall = Scope.of(Audience.OFFICIAL, departments=["D9"])
    assert told(scenery, late, hall) == []


def test_the_policy_chooses_kinds_and_urgencies(scenery: Edges) -> None:
    policy = when().policy

    def by(**rule: object) -> set[str | None]:
        own = policy.model_copy(update={"alarms": policy.alarms.model_copy(update=rule)})
        at: At = replace(when(NOW + SECOND), policy=own)
        with scenery.database.reader(LEADER) as db:
            return {alarm.order_id for alarm in alarms(db, at).rows}

    assert by() == {"a15", "k10"}
    assert by(kinds=("supervision_unanswered",)) == {"k10"}
    assert by(kinds=()) == set()
    assert by(urgency=("critical",)) == {"k10"}
    assert by(urgency=("urgent", "normal")) == {"a15", "a16", "k10"}


def test_a_hundred_alarms_are_no_alarm(scenery: Edges) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LISTED", 1)
        assert len(told(scenery, NOW + SECOND)) == 1


def test_a_suspended_order_raises_none(own_scenery: Edges) -> None:
    own_scenery.made.write(
        "INSERT INTO work_order_measures (id, order_id, kind, asked_at, result, from_at, until_at) VALUES"
        " (91, 'a15', 'suspension', '2026-03-11 07:00:00', 'approved', '2026-03-11 07:30:00', '2026-03-11 08:00:00')"
    )
    assert told(own_scenery, NOW + SECOND, kind="long_overdue_urgent") == []
    moved = datetime(2026, 3, 11, 11)
    assert told(own_scenery, moved, kind="long_overdue_urgent") == []
    (found,) = told(own_scenery, moved + SECOND, kind="long_overdue_urgent")
    assert found.at == moved


def test_what_is_not_recorded_raises_none(own_scenery: Edges) -> None:
    own_scenery.drop("work_orders", "urgency")
    own_scenery.made.write("DROP TABLE work_order_measures", "DROP TABLE source_feeds")
    own_scenery.database.forget()
    assert told(own_scenery, NOW + SECOND) == []
