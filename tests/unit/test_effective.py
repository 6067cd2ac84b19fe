"""Each rule of the clock with an answer on paper: suspend, extend, return, re-dispatch, appeal; and what holds."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.reference import Category
from indicators.effective import (
    Extension,
    Facts,
    Suspension,
    clock_of,
    computed,
    effective,
    limit_of,
    original,
)
from indicators.handclock import HandClock, Handed, hand_clock
from indicators.moved import Deadline, Moved
from indicators.policy import load_policy
from indicators.workcalendar import Clock, Pause, WorkCalendar

CALENDAR = WorkCalendar.named("cn", "Asia/Shanghai")
POLICY = load_policy()
PROPERTY = settings(deadline=None, max_examples=150)
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    """``"11 09:30"`` as a moment of March 2026: the 11th is a Wednesday, the 14th and 15th a weekend."""
    return datetime.fromisoformat(f"2026-03-{text}")


def due(close: str, *measures: Suspension | Extension, closed: str | None = None, **facts: object) -> datetime | None:
    """The effective deadline of an order with this closing deadline and these measures, on the working clock."""
    return effective(CALENDAR, _facts(close, *measures, closed=closed, **facts)).due


def _facts(close: str | None, *measures: Suspension | Extension, closed: str | None = None, **facts: object) -> Facts:
    return Facts(
        **{"handle_due": None, "clock": Clock.WORK, **facts},  # type: ignore[arg-type]
        close_due=at(close) if close else None,
        closed_at=at(closed) if closed else None,
        suspensions=tuple(one for one in measures if isinstance(one, Suspension)),
        extensions=tuple(one for one in measures if isinstance(one, Extension)),
    )


def held(start: str, end: str | None, new_due: str | None = None) -> Suspension:
    return Suspension(at(start), at(end) if end else None, at(new_due) if new_due else None)


def longer(decided: str, old: str, new: str) -> Extension:
    return Extension(at(decided), at(old), at(new))


# -- suspend (挂账) ---------------------------------------------------------------------------------------------------


def test_a_suspension_moves_the_deadline_by_the_working_time_it_lasts() -> None:
    # from 15:00 of the 10th to 10:00 of the 11th: 3 + 2 working hours
    assert due("11 09:00", held("10 15:00", "11 10:00")) == at("11 16:00")
    # over a weekend: Friday 16:00 to Monday 09:00 are 2 + 1
    assert due("13 17:00", held("13 16:00", "16 09:00")) == at("16 10:00")
    # the same on a continuous clock: 65 hours
    facts = _facts("13 17:00", held("13 16:00", "16 09:00"), clock=Clock.CONTINUOUS)
    assert effective(CALENDAR, facts).due == at("16 10:00")


def test_a_suspension_in_the_night_takes_nothing() -> None:
    assert due("11 09:00", held("10 18:30", "11 07:30")) == at("11 09:00")


def test_a_suspension_of_what_is_late_moves_nothing() -> None:
    assert due("10 14:00", held("10 14:01", "11 10:00")) == at("10 14:00")
    assert due("10 14:00", held("10 14:00", "11 10:00")) == at("11 10:00"), "begun in the last second, it still counts"


def test_a_suspension_after_which_the_source_moved_the_deadline_is_not_counted_twice() -> None:
    assert due("11 16:00", held("10 15:00", "11 10:00", new_due="11 16:00")) == at("11 16:00")
    assert due("11 09:00", held("10 15:00", "11 10:00", new_due="11 16:00")) == at("11 16:00"), "it only said so"


def test_two_suspensions_add_up_and_overlapping_ones_count_once() -> None:
    assert due("11 09:00", held("10 15:00", "10 17:00"), held("11 10:00", "11 11:00")) == at("11 12:00")
    assert due("11 09:00", held("10 15:00", "10 17:00"), held("10 16:00", "10 18:00")) == at("11 12:00")
    # the second began after the deadline that the first had made: 11:00
    assert due("11 09:00", held("10 15:00", "10 17:00"), held("11 11:01", "11 12:00")) == at("11 11:00")


def test_without_an_end_it_is_parked_until_it_is_resumed_or_closed() -> None:
    parked = effective(CALENDAR, _facts("11 09:00", held("10 15:00", None)))
    assert (parked.due, parked.parked, parked.moved) == (None, True, True)
    closed = effective(CALENDAR, _facts("11 09:00", held("10 15:00", None), closed="12 10:00"))
    assert (closed.due, closed.parked) == (at("12 16:00"), False), "3 + 8 + 2 working hours"


def test_closed_while_suspended_ends_the_suspension() -> None:
    assert due("11 09:00", held("10 15:00", "13 10:00"), closed="11 10:00") == at("11 16:00")


# -- extend (延期) ----------------------------------------------------------------------------------------------------


def test_an_extension_in_time_is_the_deadline_of_the_source() -> None:
    assert due("12 12:00", longer("10 09:00", "11 12:00", "12 12:00")) == at("12 12:00")
    assert due("12 12:00", longer("11 12:00", "11 12:00", "12 12:00")) == at("12 12:00"), "in the last second"


def test_trap_7_an_extension_after_expiry_does_not_move_the_deadline() -> None:
    assert due("12 12:00", longer("11 12:01", "11 12:00", "12 12:00")) == at("11 12:00")
    # one in time, one too late: the first counts
    in_time, after = longer("10 09:00", "10 12:00", "11 12:00"), longer("11 14:00", "11 12:00", "12 12:00")
    assert due("12 12:00", in_time, after) == at("11 12:00")
    # one too late, and another in time for the deadline that it had made: there was nothing to extend any more
    assert due(
        "12 12:00", longer("10 14:00", "10 12:00", "11 12:00"), longer("11 09:00", "11 12:00", "12 12:00")
    ) == at("10 12:00")


def test_an_extended_handling_deadline_takes_the_closing_deadline_along() -> None:
    """The source extends handling from noon of the 11th to noon of the 12th; it closes half an hour of work later."""
    late = longer("11 12:01", "11 12:00", "12 12:00")
    facts = _facts("12 14:30", late, handle_due=at("12 12:00"))
    assert effective(CALENDAR, facts).due == at("11 14:30")
    in_time = _facts("12 14:30", longer("11 09:00", "11 12:00", "12 12:00"), handle_due=at("12 12:00"))
    assert effective(CALENDAR, in_time).due == at("12 14:30")
    assert original(CALENDAR, in_time) == at("11 14:30")


def test_a_suspension_keeps_an_extension_in_time() -> None:
    """Due at noon of the 10th, held until 17:00: due at 09:00 of the 11th, and extended at 08:30 by a day."""
    waits, more = held("10 10:00", "10 17:00"), longer("11 08:30", "10 12:00", "11 12:00")
    assert due("11 12:00", waits, more) == at("12 09:00")


def test_an_extension_that_led_elsewhere_is_not_undone() -> None:
    """The order went to another department since: its deadline is a new one."""
    assert due("16 12:00", longer("11 12:01", "11 12:00", "12 12:00")) == at("16 12:00")


def test_the_original_deadline_is_the_one_before_any_extension() -> None:
    chain = longer("10 09:00", "10 12:00", "11 12:00"), longer("11 09:00", "11 12:00", "12 12:00")
    assert original(CALENDAR, _facts("12 12:00", *chain)) == at("10 12:00")
    assert original(CALENDAR, _facts("12 12:00")) == at("12 12:00")


# -- appeal (申诉) ----------------------------------------------------------------------------------------------------


def test_an_appeal_moves_no_deadline_and_makes_the_case_count_as_on_time() -> None:
    """It is exempt (in the numerator by ``orders.on_time``, tested there), and still closed after its deadline."""
    facts = _facts("11 09:00", closed="11 10:00")
    found = effective(CALENDAR, facts)
    assert found == Deadline(at("11 09:00"), at("11 09:00"), at("11 10:00"))
    assert Moved({"a": found}).closed_late() == (frozenset(), frozenset())


# -- return, re-dispatch (退回, 重派) -----------------------------------------------------------------------------


def told(*entries: tuple[str, str, str | None]) -> HandClock | None:
    return hand_clock([Handed(at(moment), action, department) for moment, action, department in entries])


def by_limit(clock: HandClock | None, hours: float = 4) -> datetime | None:
    assert clock is not None
    facts = _facts(None, start=clock.start, limit=(hours, "hour"), stood=clock.pauses)
    found = effective(CALENDAR, facts)
    assert found.computed
    assert found.due == computed(CALENDAR, facts)
    return found.due


def test_the_clock_starts_with_the_dispatch() -> None:
    clock = told(("10 09:00", "file", None), ("10 10:00", "dispatch", "D1"), ("10 10:20", "take", "D1"))
    assert clock == HandClock(at("10 10:00"))
    assert by_limit(clock) == at("10 16:00")
    assert told(("10 09:00", "file", None)) is None


def test_what_is_sent_back_stands_and_goes_on_with_the_same_department() -> None:
    clock = told(
        ("10 10:00", "dispatch", "D1"), ("10 11:00", "return", None), ("10 15:00", "dispatch", "D1"),
    )  # fmt: skip
    assert clock == HandClock(at("10 10:00"), (Pause(at("10 11:00"), at("10 15:00")),))
    assert by_limit(clock) == at("10 18:00"), "an hour was used, three go on from 15:00"


def test_trap_9_another_department_starts_anew() -> None:
    clock = told(
        ("10 10:00", "dispatch", "D1"), ("10 11:00", "return", None), ("10 15:00", "dispatch", "D2"),
    )  # fmt: skip
    assert clock == HandClock(at("10 15:00"), anew=True)
    assert by_limit(clock) == at("11 09:00"), "three hours of the 10th, one of the 11th"
    handed_on = told(("10 10:00", "dispatch", "D1"), ("10 11:00", "transfer", "D2"))
    assert handed_on == HandClock(at("10 11:00"), anew=True)


def test_a_rework_goes_on_where_handling_ended() -> None:
    clock = told(
        ("10 08:00", "dispatch", "D1"), ("10 10:00", "handle", "D1"), ("10 16:00", "rework", "D1"),
    )  # fmt: skip
    assert by_limit(clock) == at("10 18:00")


def test_sent_back_twice() -> None:
    clock = told(
        ("10 08:00", "dispatch", "D1"), ("10 09:00", "return", None), ("10 10:00", "dispatch", "D1"),
        ("10 11:00", "return", None), ("10 11:30", "return", None), ("10 14:00", "dispatch", None),
    )  # fmt: skip
    assert by_limit(clock) == at("10 16:00")


# -- limits and clocks (推算) ------------------------------------------------------------------------------------------


def _class(value: float | None, unit: str | None, clock: str | None = None) -> Category:
    return Category("C", None, "c", limit_value=value, limit_unit=unit, limit_clock=clock)


def test_trap_4_the_limit_belongs_to_the_condition_before_the_class() -> None:
    assert limit_of(2, "hour", _class(5, "day")) == (2.0, "hour")
    assert limit_of(None, None, _class(5, "day")) == (5.0, "day")
    assert limit_of(3, None, _class(5, "day")) == (5.0, "day"), "a number without a unit says nothing"
    assert limit_of(3, "week", None) is None
    assert limit_of(None, "day", None) is None


def test_the_clock_is_a_word_of_its_own_and_no_part_of_the_text() -> None:
    assert clock_of("continuous", _class(1, "day", "work"), POLICY) is Clock.CONTINUOUS
    assert clock_of(None, _class(1, "day", "continuous"), POLICY) is Clock.CONTINUOUS
    assert clock_of("紧急", None, POLICY) is Clock.WORK


@pytest.mark.parametrize(
    ("limit", "clock", "expected"),
    [
        ((2, "hour"), Clock.CONTINUOUS, "13 19:00"),  # 紧急工作时
        ((2, "hour"), Clock.WORK, "16 09:00"),  # Friday 17:00 and Monday 09:00
        ((1, "day"), Clock.WORK, "16 17:00"),  # a work day is 8 work hours
        ((1, "day"), Clock.CONTINUOUS, "14 17:00"),
    ],
)
def test_a_computed_deadline(limit: tuple[float, str], clock: Clock, expected: str) -> None:
    facts = Facts(None, None, clock, start=at("13 17:00"), limit=limit)
    assert effective(CALENDAR, facts) == Deadline(None, at(expected), computed=True)


def test_before_dispatch_and_without_a_limit_there_is_no_deadline() -> None:
    for facts in (Facts(None, None, Clock.WORK, limit=(1, "day")), Facts(None, None, Clock.WORK, start=at("10 09:00"))):
        found = effective(CALENDAR, facts)
        assert (found.due, found.missing, found.parked, found.moved) == (None, True, False, False)


def test_a_suspension_moves_a_computed_deadline_too() -> None:
    facts = _facts(None, held("10 10:00", "10 11:00"), start=at("10 09:00"), limit=(2.0, "hour"))
    assert effective(CALENDAR, facts).due == at("10 12:00")


# -- what holds of all of them ---------------------------------------------------------------------------------------

MINUTES = st.integers(0, 14 * 24 * 60).map(lambda minutes: at("02 00:00") + timedelta(minutes=minutes))
CLOCKS = st.sampled_from(list(Clock))


@st.composite
def suspensions(draw: st.DrawFn) -> tuple[Suspension, ...]:
    found = []
    for _ in range(draw(st.integers(0, 3))):
        start = draw(MINUTES)
        found.append(Suspension(start, start + timedelta(minutes=draw(st.integers(0, 6000)))))
    return tuple(found)


@PROPERTY
@given(MINUTES, CLOCKS, suspensions())
def test_suspensions_never_bring_a_deadline_forward(
    source: datetime, clock: Clock, waits: tuple[Suspension, ...]
) -> None:
    found = effective(CALENDAR, Facts(None, source, clock, suspensions=waits)).due
    assert found is not None
    assert found >= source
    if not any(one.start <= source for one in waits):
        assert found == source


@PROPERTY
@given(MINUTES, CLOCKS, suspensions(), st.integers(0, 3000))
def test_a_later_deadline_of_the_source_is_never_an_earlier_one(
    source: datetime, clock: Clock, waits: tuple[Suspension, ...], more: int
) -> None:
    early, late = (
        effective(CALENDAR, Facts(None, moment, clock, suspensions=waits)).due
        for moment in (source, source + timedelta(minutes=more))
    )
    assert early is not None
    assert late is not None
    assert early <= late


@PROPERTY
@given(MINUTES, CLOCKS, MINUTES, st.integers(1, 6000), st.integers(0, 3000))
def test_a_longer_suspension_never_gives_less_time(
    source: datetime, clock: Clock, start: datetime, length: int, more: int
) -> None:
    short, long = (
        effective(
            CALENDAR,
            Facts(None, source, clock, suspensions=(Suspension(start, start + timedelta(minutes=minutes)),)),
        ).due
        for minutes in (length, length + more)
    )
    assert short is not None
    assert long is not None
    assert short <= long


@PROPERTY
@given(MINUTES, CLOCKS, MINUTES, st.integers(1, 6000))
def test_what_was_left_when_it_was_suspended_is_left_when_it_is_resumed(
    source: datetime, clock: Clock, start: datetime, length: int
) -> None:
    """The round trip: the working time before the suspension and after it is the working time there was."""
    end = start + timedelta(minutes=length)
    found = effective(CALENDAR, Facts(None, source, clock, suspensions=(Suspension(start, end),))).due
    assert found is not None
    if start <= source:
        left = CALENDAR.worked_between(start, source, clock)
        assert CALENDAR.worked_between(end, found, clock) == left
    else:
        assert found == source


@PROPERTY
@given(MINUTES, CLOCKS, st.integers(1, 3000), MINUTES)
def test_an_extension_counts_or_it_does_not(old: datetime, clock: Clock, more: int, decided: datetime) -> None:
    new = old + timedelta(minutes=more)
    found = effective(CALENDAR, Facts(None, new, clock, extensions=(Extension(decided, old, new),))).due
    assert found == (new if decided <= old else old)


@PROPERTY
@given(st.dictionaries(st.text("abc", min_size=1, max_size=2), st.tuples(st.none() | MINUTES, st.none() | MINUTES)),
       MINUTES, MINUTES)  # fmt: skip
def test_what_is_taken_out_and_put_in_makes_the_effective_period(
    orders: dict[str, tuple[datetime | None, datetime | None]], a: datetime, b: datetime
) -> None:
    start, end = min(a, b), max(a, b)
    moved = Moved({one: Deadline(source, due) for one, (source, due) in orders.items()})
    out, into = moved.due_in(start, end)
    by_source = {one for one, (source, _) in orders.items() if source is not None and start <= source < end}
    by_effect = {one for one, (_, due) in orders.items() if due is not None and start <= due < end}
    assert (by_source - out) | into == by_effect
    assert out <= by_source
    assert not into & by_source
