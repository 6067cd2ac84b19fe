"""The whole registry on each engine: every number equals its count by hand, its parts, and the list of its cases."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Select

from data_access.engine import ScopedReader
from data_access.scope import Audience, Scope
from indicators.readings.cases import MOST, Ask, Cases, cases
from indicators.readings.figures import By, Figure, figures
from indicators.registry import REGISTRY, Indicator
from indicators.values import Count, NotRecorded, Rate, WeightedRate
from indicators.windows import Between, Now
from tests.fixtures.edges import Edges, when
from tests.fixtures.reckoned import HAND
from tests.fixtures.small import area

LEADER = Scope.of(Audience.LEADER)
COUNTED = [entry for entry in REGISTRY.values() if entry.counted]
LATER = [entry.id for entry in COUNTED if not isinstance(entry.window, Now)]


def parts_of(entry: Indicator) -> tuple[str, ...]:
    """The parts that the cases of a number can be asked for by."""
    if not entry.is_share:
        return ("rows",)
    return ("good", "part", "rest", "base") if entry.partial is not None else ("rows", "good", "rest", "base")


def size(figure: Figure, part: str) -> int:
    """How many cases a part of a figure has."""
    if isinstance(figure, Count):
        return figure.n
    full, some = (figure.full, figure.part) if isinstance(figure, WeightedRate) else (figure.good, 0)
    return {"part": some, "rest": figure.of - full - some, "base": figure.of}.get(part, full)


def by_hand(edges: Edges, entry: Indicator, part: str) -> set[str]:
    return {one for (one,) in edges.hand.rows(f"SELECT o.id FROM work_orders o WHERE {HAND[entry.id].where(part)}")}


def overheard(db: ScopedReader, monkeypatch: pytest.MonkeyPatch) -> list[Select[Any]]:
    """The statements that are asked from now on."""
    asked: list[Select[Any]] = []
    rows = db.rows

    def hear(statement: Select[Any]) -> Any:
        asked.append(statement)
        return rows(statement)

    monkeypatch.setattr(db, "rows", hear)
    return asked


def test_every_counted_number_is_counted_by_hand_too() -> None:
    assert set(HAND) == {entry.id for entry in COUNTED}


def test_count_list_and_hand_agree_for_the_whole_registry(reckoned: Edges) -> None:
    """One walk, because the figures are made to be asked together."""
    wrong = []
    with reckoned.database.reader(LEADER) as db:
        found = figures(db, when(), [entry.id for entry in COUNTED])
        for entry in COUNTED:
            figure = found[entry.id]
            assert not isinstance(figure, NotRecorded)
            for part in parts_of(entry):
                listed = cases(db, when(), Ask(entry.id, part, limit=MOST))  # type: ignore[arg-type]
                assert isinstance(listed, Cases)
                hand, ids = by_hand(reckoned, entry, part), [row.order_id for row in listed.rows]
                counted = size(figure[None], part)
                if not len(hand) == counted == listed.total == len(ids) or hand != set(ids):
                    wrong.append((entry.id, part, counted, listed.total, sorted(set(ids) ^ hand)))
    assert wrong == []


def test_no_number_of_the_walk_is_empty(sqlite_reckoned: Edges) -> None:
    """Else a predicate that is never met would pass."""
    for entry in COUNTED:
        assert all(by_hand(sqlite_reckoned, entry, part) for part in parts_of(entry)), entry.id


@pytest.mark.parametrize("by", ["department", "area", "category", "day"])
def test_the_parts_are_the_whole(reckoned: Edges, by: By) -> None:
    ids = LATER if by == "day" else [entry.id for entry in COUNTED]
    with reckoned.database.reader(LEADER) as db:
        whole, parts = figures(db, when(), ids), figures(db, when(), ids, by=by)
    for name in ids:
        total, found = whole[name], parts[name]
        assert not isinstance(total, NotRecorded)
        assert not isinstance(found, NotRecorded)
        for part in parts_of(REGISTRY[name]):
            assert sum(size(figure, part) for figure in found.values()) == size(total[None], part), (name, part)


@pytest.mark.parametrize(("by", "level"), [
    ("department", None), ("area", None), ("area", "street"), ("area", "grid"), ("category", None),
    ("category", "major"), ("day", None),
])  # fmt: skip
@pytest.mark.parametrize("name", ["overdue", "ontime_department", "sat", "rework", "ontime_handle", "reported"])
def test_a_part_opens_the_list_of_its_own_cases(sqlite_reckoned: Edges, by: By, level: str | None, name: str) -> None:
    if by == "day" and isinstance(REGISTRY[name].window, Now):
        return
    with sqlite_reckoned.database.reader(LEADER) as db:
        found = figures(db, when(), [name], by=by, level=level)[name]
        assert not isinstance(found, NotRecorded)
        assert found
        for key, figure in found.items():
            assert key is not None
            narrow = {by: date.fromisoformat(key) if by == "day" else key}
            if by == "area" and level is None and key:
                continue  # without a level the area of a list takes in what is below it
            for part in parts_of(REGISTRY[name]):
                ask = Ask(name, part, limit=MOST, level=level, **narrow)  # type: ignore[arg-type]
                listed = cases(db, when(), ask)
                assert isinstance(listed, Cases)
                assert listed.total == len(listed.rows) == size(figure, part), (key, part)


def test_another_span(reckoned: Edges) -> None:
    """The whole of February and the days of March so far are everything since February."""
    february = Between(datetime(2026, 2, 1), datetime(2026, 3, 1))
    march, both = (
        Between(datetime(2026, 3, 1), datetime(2026, 4, 1)),
        Between(datetime(2026, 2, 1), datetime(2026, 4, 1)),
    )
    with reckoned.database.reader(LEADER) as db:
        first, second, whole = (figures(db, when(), LATER, span=span) for span in (february, march, both))
    for name in LATER:
        one, two, all_ = first[name], second[name], whole[name]
        assert not isinstance(one, NotRecorded)
        assert not isinstance(two, NotRecorded)
        assert not isinstance(all_, NotRecorded)
        assert one[None] + two[None] == all_[None], name  # type: ignore[operator]
    hand = "o.closed_at >= '2026-02-01 00:00:00' AND o.closed_at < '2026-03-01 00:00:00' AND o.stage = 'closed'"
    assert first["closed"] == {None: Count(reckoned.hand.one(f"SELECT count(*) FROM work_orders o WHERE {hand}"))}


def test_the_state_of_now_has_no_other_span_and_no_days(sqlite_reckoned: Edges) -> None:
    yesterday = Between(datetime(2026, 3, 10), datetime(2026, 3, 11))
    with sqlite_reckoned.database.reader(LEADER) as db:
        assert figures(db, when(), ["overdue"], span=yesterday) == figures(db, when(), ["overdue"])
        with pytest.raises(LookupError):
            figures(db, when(), ["overdue"], by="day")
        with pytest.raises(LookupError):
            figures(db, when(), ["on_duty"])
        with pytest.raises(LookupError):
            figures(db, when(), ["happiness"])
    with pytest.raises(LookupError):
        REGISTRY["overdue"].over(yesterday)


def test_few_statements(sqlite_reckoned: Edges, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers of one window share their statements: the whole registry takes far fewer than one each."""
    with sqlite_reckoned.database.reader(LEADER) as db:
        figures(db, when(), ["ontime_department"])  # finds the moved deadlines, once a snapshot
        asked = overheard(db, monkeypatch)
        figures(
            db, when(), ["should_close", "close_rate", "susp_rate", "ontime_original", "late_rate"], by="department"
        )
        same = len(asked)
        figures(db, when(), [entry.id for entry in COUNTED])
    assert same <= 6
    assert len(asked) - same <= 45 < len(COUNTED) * 2 / 3


def test_a_place_has_its_own_figures(reckoned: Edges) -> None:
    with reckoned.database.reader(LEADER) as db:
        here = figures(db.narrowed(area(2)), when(place=area(2)), ["reported", "ontime_department"])
        streets = figures(db, when(), ["reported"], by="area", level="county")["reported"]
    hand = f"{HAND['reported'].rows} AND o.area_code LIKE '{area(2)}%'"
    n = reckoned.hand.one(f"SELECT count(*) FROM work_orders o WHERE {hand}")
    assert not isinstance(streets, NotRecorded)
    assert here["reported"] == {None: Count(n)}
    assert streets[area(2)] == Count(n)


def test_satisfaction_counts_the_basically_satisfied_in_part(sqlite_reckoned: Edges) -> None:
    """On paper: y01 satisfied, y02 basically, y03 not, y05 nothing noted; y04 not valid, y06 tomorrow."""
    with sqlite_reckoned.database.reader(LEADER) as db:
        found = figures(db, when(), ["followups", "resp", "solve", "sat"])
    assert found["followups"] == {None: Count(4)}
    assert found["resp"] == {None: Rate(2, 4)}
    assert found["solve"] == {None: Rate(1, 4)}
    assert found["sat"] == {None: WeightedRate(1, 1, 0.9, 4)}
    assert WeightedRate(1, 1, 0.9, 4).value == pytest.approx(0.475)


def test_a_day_cut_at_noon(sqlite_reckoned: Edges) -> None:
    """What happens in the afternoon belongs to tomorrow."""
    policy = when().policy
    at_noon = policy.model_copy(update={"period": policy.period.model_copy(update={"day_cut": "12:00"})})
    at = when()
    with sqlite_reckoned.database.reader(LEADER) as db:
        found = figures(db, replace(at, policy=at_noon), ["reported"], by="day")["reported"]
        listed = cases(db, replace(at, policy=at_noon), Ask("reported", day=date(2026, 3, 11), limit=MOST))
    n = sqlite_reckoned.hand.one(
        "SELECT count(*) FROM work_orders o"
        " WHERE o.reported_at >= '2026-03-10 12:00:00' AND o.reported_at <= '2026-03-11 10:30:00'"
    )
    assert not isinstance(found, NotRecorded)
    assert isinstance(listed, Cases)
    assert found["2026-03-11"] == Count(n) == Count(listed.total)
    assert all(row.reported_at >= datetime(2026, 3, 10, 12) for row in listed.rows)


def test_measures_are_asked_order_by_order(sqlite_reckoned: Edges, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the order and never by the kind alone, which is the whole history of a city for each of its cases."""
    with sqlite_reckoned.database.reader(LEADER) as db:
        asked = overheard(db, monkeypatch)
        figures(db, when(), ["ontime_original", "susp_rate", "appeals_approved", "appeals_rejected"])
    counting = [one for one in asked if "EXISTS" in str(one) and ("count(" in str(one) or "outlasted" in str(one))]
    assert any("outlasted" in str(one) for one in counting), "who was closed after a deadline that was extended"
    plans = plans_of(sqlite_reckoned, counting)
    of_measures = [step for step in plans if "work_order_measures" in step]
    assert len(of_measures) >= 4
    assert [step for step in of_measures if "order_id=?" not in step] == []
    assert [step for step in plans if step.startswith("SCAN work_orders")] == []


def plans_of(edges: Edges, statements: Sequence[Select[Any]]) -> list[str]:
    """How SQLite goes about them, step by step."""
    texts = [str(one.compile(edges.made.admin, compile_kwargs={"literal_binds": True})) for one in statements]
    return [
        str(row[-1])
        for text in texts
        for row in edges.hand.rows(f"EXPLAIN QUERY PLAN {text.replace(':', chr(92) + ':')}")
    ]


def test_replies_are_found_by_their_days_and_judged_case_by_case(
    sqlite_reckoned: Edges, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the orders nor all replies there ever were are read through."""
    with sqlite_reckoned.database.reader(LEADER) as db:
        asked = overheard(db, monkeypatch)
        figures(db, when(), ["supervision_replied"])
    assert len(asked) == 2
    plans = [step for step in plans_of(sqlite_reckoned, asked) if "work_order" in step]
    assert [step for step in plans if "SCAN" in step] == []
    by_days = ("replied_at>? AND replied_at<?", "replied_at=? AND reply_due_at>? AND reply_due_at<?")
    assert [step for step in plans if not ("id=?" in step or any(days in step for days in by_days))] == []


def test_what_is_changed_in_past_days_changes_their_figures(own_reckoned: Edges) -> None:
    """An old case is found void, another gets a later deadline: the recount by hand is followed at once."""
    ids = ["ontime_department", "close_rate", "closed_on_time", "void_rate"]

    def asked() -> dict[str, dict[str, int]]:
        own_reckoned.database.forget()
        with own_reckoned.database.reader(LEADER) as db:
            found = figures(db, when(), ids)
        sizes: dict[str, dict[str, int]] = {}
        for name, figure in found.items():
            assert not isinstance(figure, NotRecorded)
            sizes[name] = {part: size(figure[None], part) for part in parts_of(REGISTRY[name])}
        return sizes

    def counted() -> dict[str, dict[str, int]]:
        return {
            name: {part: len(by_hand(own_reckoned, REGISTRY[name], part)) for part in parts_of(REGISTRY[name])}
            for name in ids
        }

    before = asked()
    assert before == counted()
    own_reckoned.made.write(
        "UPDATE work_orders SET stage = 'void', outcome = 'void' WHERE id = 'm03'",
        "UPDATE work_orders SET close_due_at = '2026-03-10 18:00:00' WHERE id = 'm02'",
    )
    after = asked()
    assert after == counted()
    assert after["ontime_department"]["base"] == before["ontime_department"]["base"] - 1
    assert after["ontime_department"]["good"] == before["ontime_department"]["good"], "one good less, one good more"
    assert after["void_rate"]["good"] == before["void_rate"]["good"] + 1
