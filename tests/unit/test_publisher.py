"""The publisher beat by beat, with a clock turned by hand."""

import random
from datetime import datetime
from typing import Any

import pytest

from dashboard import wire
from data_access.errors import ContractBroken, SourceTooSlow, SourceUnreachable
from indicators.readings.events import Sources
from indicators.values import NotRecorded
from layouts.panel import Panel
from tests.fixtures.beats import Stage, clock_text, stage, text_panel

KEY = "wall/main/01/zh"


def counting() -> Any:
    """A reading that gives a new number each time."""
    numbers = iter(range(1, 1_000_000))
    return lambda job, now: next(numbers)


def ready(**more: Any) -> Stage:
    """Two panels: one changes with every beat, one never does."""
    found = stage(
        {"moves": text_panel("moves", "moves"), "still": text_panel("still", "still")},
        {"moves": lambda job, now: clock_text(now), "still": lambda job, now: "same"},
        **more,
    )
    found.beat()
    return found


def test_the_first_beat_brings_a_whole_body() -> None:
    show = ready()
    body = show.body()
    assert body["epoch"] == 100
    assert body["seq"] == 1
    assert body["base"] is None
    assert body["build"] == "test"
    assert body["next_ms"] >= body["beat_at"] + 2000
    assert body["panels"]["moves"]["state"] == "live"
    assert body["panels"]["moves"]["props"] == {"value": {"children": "10:30:00", "lang": "zh"}}
    assert body["panels"]["moves"]["as_of"] == body["beat_at"]
    assert body["panels"]["moves"]["stale_ms"] == 10_000


def test_every_beat_has_a_new_number_changed_or_not() -> None:
    show = stage({"still": text_panel("still", "still")}, {"still": lambda job, now: "same"})
    seen = []
    for _ in range(4):
        show.beat()
        seen.append((show.body()["seq"], show.body()["beat_at"], show.panel("still")["rev"]))
    assert [seq for seq, _, _ in seen] == [1, 2, 3, 4]
    assert len({beat_at for _, beat_at, _ in seen}) == 4
    assert {rev for _, _, rev in seen} == {1}


def test_a_difference_carries_all_heads_and_only_changed_props() -> None:
    show = ready()
    show.beat()
    difference = show.body(since=1)
    assert difference["base"] is not None and difference["base"] <= 1
    assert set(difference["panels"]) == {"moves", "still"}
    assert "props" in difference["panels"]["moves"]
    assert "props" not in difference["panels"]["still"]
    assert difference["panels"]["still"]["as_of"] == difference["beat_at"]


def test_another_epoch_or_an_old_number_gets_the_full_body() -> None:
    show = ready()
    show.beat(9)
    entry = show.entry(KEY)
    assert entry is not None
    assert entry.seq == 10
    assert [entry.pick(100, base) is entry.parts[wire.FULL] for base in (3, 4, 5, 9, 10, 11)] == [
        True, True, False, False, False, True,
    ]  # fmt: skip
    assert entry.pick(99, 9) is entry.parts[wire.FULL]


def test_who_asks_again_before_the_next_beat_gets_heads_alone() -> None:
    show = ready()
    show.beat(3)
    again = show.body(since=4)
    assert (again["seq"], again["base"]) == (4, 4)
    assert set(again["panels"]) == {"moves", "still"}
    assert not any("props" in head for head in again["panels"].values())


def test_differences_that_say_the_same_are_compressed_once() -> None:
    show = stage({"still": text_panel("still", "still")}, {"still": lambda job, now: "same"})
    show.beat(6)
    entry = show.entry(KEY)
    assert entry is not None
    assert len(entry.parts) == 7
    assert len({part for base, part in entry.parts.items() if base > 0}) == 1
    assert show.body(since=5)["base"] == 1


def test_differences_in_any_rhythm_add_up_to_the_full_body() -> None:
    """A browser that asks now and then, and merges, always holds what the full body says."""
    chance = random.Random(7)
    panels = {f"p{n}": text_panel(f"p{n}", f"p{n}") for n in range(6)}
    values = dict.fromkeys(panels, 0)
    show = stage(panels, dict.fromkeys(panels, lambda job, now: values[job.reading]))
    held: dict[str, Any] = {}
    since = wire.FULL
    for _ in range(200):
        for name in values:
            values[name] += chance.random() < 0.2
        show.beat()
        if chance.random() < 0.5:
            body = show.body(since=since)
            for name, head in body["panels"].items():
                held[name] = head.get("props", held.get(name))
            since = body["seq"]
            full = show.body()
            assert held == {name: head["props"] for name, head in full["panels"].items()}


def test_panels_scenes_and_languages_share_one_computation() -> None:
    panels = {name: text_panel(name, "shared") for name in ("a", "b", "c")}
    show = stage(
        panels, {"shared": counting()}, scenes={"main": ("a", "b"), "other": ("c",)},
        pinned=("wall/main/01/zh", "wall/main/01/en", "wall/other/01/zh"),
    )  # fmt: skip
    show.beat(3)
    assert show.fast.times("shared") == 3
    texts = {show.panel("a", key)["props"]["value"]["children"] for key in ("wall/main/01/zh", "wall/main/01/en")}
    assert texts == {"3"} == {show.panel("c", "wall/other/01/zh")["props"]["value"]["children"]}


def test_audiences_and_places_are_computed_apart() -> None:
    show = stage(
        {"a": text_panel("a", "a")},
        {"a": lambda job, now: f"{job.spot.audience.value}@{job.spot.focus}"},
        pinned=("wall/main/01/zh", "official/main/01/zh", "wall/main/011@D1/zh"),
    )
    show.beat()
    assert {key: show.panel("a", key)["props"]["value"]["children"] for key in map(str, show.publisher.served)} == {
        "wall/main/01/zh": "wall@01",
        "official/main/01/zh": "official@01",
        "wall/main/011@D1/zh": "wall@011@D1",
    }


def test_a_reading_is_due_by_its_quickest_panel_and_not_before() -> None:
    show = stage(
        {"often": text_panel("often", "a", 4), "seldom": text_panel("seldom", "a", 10), "b": text_panel("b", "b", 10)},
        {"a": counting(), "b": counting()},
    )
    show.beat(10)
    assert show.fast.times("a") == 5
    assert show.fast.times("b") == 2


def test_a_panel_sees_the_last_value_of_its_other_readings() -> None:
    show = stage(
        {"a": text_panel("a", "a", also=("late",)), "late": text_panel("late", "late", 60)},
        {"a": lambda job, now: "x", "late": counting()},
        slow=frozenset({"late"}),
    )
    show.slow_lane.hang()
    show.beat()
    assert show.panel("a")["props"]["value"]["children"] == "x late=None"
    assert show.panel("late")["state"] == "waiting"
    assert "props" not in show.panel("late")
    show.slow_lane.let_go()
    show.beat()
    assert show.panel("a")["props"]["value"]["children"] == "x late=1"
    assert show.panel("late")["state"] == "live"


def test_a_failing_reading_keeps_its_value_carries_the_cause_and_heals() -> None:
    answers: dict[str, Any] = {"a": lambda job, now: "good", "b": lambda job, now: clock_text(now)}
    show = stage({"a": text_panel("a", "a"), "b": text_panel("b", "b")}, answers)
    show.beat()
    good = show.panel("a")

    def slow(job: Any, now: float) -> object:
        raise SourceTooSlow("cancelled")

    answers["a"] = slow
    show.beat()
    bad = show.panel("a")
    assert bad["state"] == "stale"
    assert bad["why"] == {"key": "source-too-slow"}
    assert (bad["props"], bad["as_of"], bad["rev"]) == (good["props"], good["as_of"], good["rev"])
    assert show.panel("b")["state"] == "live"
    answers["a"] = lambda job, now: "better"
    show.beat(3)
    healed = show.panel("a")
    assert (healed["state"], healed["props"]["value"]["children"]) == ("live", "better")
    assert "why" not in healed


def test_a_reading_that_never_worked_is_broken_not_stale() -> None:
    def broken(job: Any, now: float) -> object:
        raise ContractBroken("no such column", missing="work_orders.area_code")

    show = stage({"a": text_panel("a", "a")}, {"a": broken})
    show.beat()
    assert show.panel("a")["state"] == "broken"
    assert show.panel("a")["why"] == {"key": "contract-broken", "params": {"missing": "work_orders.area_code"}}
    assert show.panel("a")["as_of"] is None


def test_not_recorded_says_what_is_missing_and_shows_nothing() -> None:
    show = stage({"a": text_panel("a", "a")}, {"a": lambda job, now: NotRecorded(("shifts",))})
    show.beat()
    assert show.panel("a")["state"] == "not_recorded"
    assert show.panel("a")["why"] == {"key": "not-recorded", "params": {"missing": "排班"}}
    assert "props" not in show.panel("a")


def test_a_panel_that_cannot_be_drawn_breaks_alone() -> None:
    def fail(data: Any, showing: Any) -> Any:
        if data >= 2:
            raise ZeroDivisionError
        return {"value": {"children": str(data)}}

    show = stage({"bad": Panel("bad", "n", 2, fail), "good": text_panel("good", "n")}, {"n": counting()})
    show.beat()
    assert show.panel("bad")["state"] == "live"
    show.beat()
    bad = show.panel("bad")
    assert bad["state"] == "broken"
    assert bad["why"]["key"] == "panel-failed"
    assert bad["props"]["value"]["children"] == "1"
    assert show.panel("good")["props"]["value"]["children"] == "2"


def test_what_is_not_json_breaks_its_panel_alone() -> None:
    def strange(data: Any, showing: Any) -> Any:
        return {"value": {"children": object()}}

    show = stage({"bad": Panel("bad", "n", 2, strange), "good": text_panel("good", "n")}, {"n": counting()})
    show.beat()
    assert show.panel("bad")["state"] == "broken"
    assert show.panel("good")["state"] == "live"


@pytest.mark.parametrize("speech", ["live", "quiet", "silent"])
def test_the_source_speaks_through_every_panel(speech: Any) -> None:

    at = datetime(2026, 3, 11, 10, 29)
    sources = Sources(orders_at=at, positions_at=None, future_rows=0, feeds=(), state=speech)
    show = stage(
        {"a": text_panel("a", "a"), "duty": text_panel("duty", "duty")},
        {"a": lambda job, now: 1, "duty": lambda job, now: 1, "sources": lambda job, now: sources},
    )
    show.beat()
    assert show.panel("a")["state"] == speech
    assert show.panel("a")["source_at"] == show.body()["beat_at"] - 60_000
    assert show.panel("duty")["source_at"] is None
    assert show.panel("duty")["state"] == "silent", "nobody ever sent a position"


@pytest.mark.parametrize(("minute", "state"), [(29, "live"), (20, "live"), (19, "silent")])
def test_positions_have_a_rule_of_their_own(minute: int, state: str) -> None:
    at = datetime(2026, 3, 11, 10, minute)
    sources = Sources(orders_at=None, positions_at=at, future_rows=0, feeds=(), state="quiet")
    show = stage(
        {"a": text_panel("a", "a"), "duty": text_panel("duty", "duty")},
        {"a": lambda job, now: 1, "duty": lambda job, now: 1, "sources": lambda job, now: sources},
    )
    show.beat()
    assert (show.panel("a")["state"], show.panel("duty")["state"]) == ("quiet", state)
    assert show.panel("duty")["source_at"] == show.body()["beat_at"] - (30 - minute) * 60_000


def test_ten_minutes_without_a_database_leave_the_last_values_marked_and_heal_alone() -> None:
    show = stage(
        {"a": text_panel("a", "a"), "rate": text_panel("rate", "rate", 300)},
        {"a": lambda job, now: clock_text(now), "rate": lambda job, now: clock_text(now)},
        slow=frozenset({"rate"}),
    )
    show.beat()
    before = show.panel("a")
    show.fast.down = show.slow.down = SourceUnreachable("gone")
    for _ in range(300):
        show.beat()
        now = show.panel("a")
        assert (now["state"], now["props"], now["as_of"]) == ("stale", before["props"], before["as_of"])
        assert now["why"] == {"key": "source-unreachable"}
    assert show.body()["seq"] == 301
    assert show.panel("rate")["state"] == "stale"
    show.fast.down = show.slow.down = None
    show.beat(5)
    assert show.panel("a")["state"] == show.panel("rate")["state"] == "live"
    assert show.panel("a")["as_of"] > before["as_of"] + 600_000


def of_every_kind(**more: Any) -> Stage:
    """What is read with every beat, what is read seldom, and what is read in the slow lane; ten seconds on the way."""
    clocked = {name: lambda job, now: clock_text(now) for name in ("often", "seldom", "rate")}
    found = stage(
        {"often": text_panel("often", "often"), "seldom": text_panel("seldom", "seldom", 10),
         "rate": text_panel("rate", "rate", 300)},
        clocked, slow=frozenset({"rate"}), **more,
    )  # fmt: skip
    found.beat(5)
    assert states(found) == ["live", "live", "live"]
    return found


def states(show: Stage) -> list[str]:
    """The states of all panels of ``of_every_kind``."""
    return [show.panel(name)["state"] for name in ("often", "seldom", "rate")]


def beats_until(show: Stage, wanted: str, most: int = 10) -> int:
    """Beats until every panel is in this state."""
    for n in range(1, most + 1):
        show.beat()
        if set(states(show)) == {wanted}:
            return n
    raise AssertionError(states(show))


@pytest.mark.parametrize("before", range(5))
def test_a_frozen_database_is_said_by_every_panel_in_the_second_beat(before: int) -> None:
    """Whatever was due in the batch that hangs."""
    show = of_every_kind()
    show.beat(before)
    good = {name: show.panel(name) for name in ("often", "seldom", "rate")}
    show.fast_lane.hang()
    show.slow_lane.hang()
    assert beats_until(show, "stale") == 2
    for name, was in good.items():
        now = show.panel(name)
        assert (now["why"]["key"], now["as_of"], now["props"]) == ("source-too-slow", was["as_of"], was["props"])
    show.beat(20)
    assert states(show) == ["stale"] * 3
    show.fast_lane.let_go()
    show.slow_lane.let_go()
    assert beats_until(show, "live") <= 3
    assert all(show.panel(name)["as_of"] > good[name]["as_of"] + 40_000 for name in ("often", "seldom"))


def test_a_database_that_refuses_is_said_by_every_panel_in_the_next_beat() -> None:
    show = of_every_kind()
    was = show.panel("seldom")["as_of"]
    show.fast.down = show.slow.down = SourceUnreachable("refused")
    assert beats_until(show, "stale") == 1
    assert show.panel("rate")["why"] == {"key": "source-unreachable"}
    show.fast.down = show.slow.down = None
    show.beat()
    assert show.panel("seldom")["state"] == "stale", "the value of before is not made good by the source being there"
    assert beats_until(show, "live") == 1
    assert show.panel("seldom")["as_of"] > was


def test_a_connection_lost_in_the_middle_of_a_batch_is_said_by_every_panel() -> None:
    answers: dict[str, Any] = {name: lambda job, now: 1 for name in ("often", "seldom", "rate")}
    show = stage(
        {name: text_panel(name, name, every) for name, every in (("often", 2), ("seldom", 10), ("rate", 300))},
        answers, slow=frozenset({"rate"}),
    )  # fmt: skip
    show.beat(5)

    def reset(job: Any, now: float) -> object:
        raise SourceUnreachable("reset")

    answers["often"] = reset
    assert beats_until(show, "stale") == 1


def test_a_database_that_is_often_slow_is_not_called_away_each_time() -> None:
    """Statements of three seconds: said once, then known. What hangs is still said within three beats."""
    show = of_every_kind()

    def slow_statement() -> list[str]:
        show.fast_lane.hang()
        show.beat()
        show.beat()
        seen = show.panel("often")["state"]
        show.clock.turn(-1.0)
        show.fast_lane.let_go()
        show.clock.turn(1.0)
        show.beat()
        return [seen, show.panel("often")["state"]]

    assert slow_statement() == ["stale", "live"]
    for _ in range(10):
        assert slow_statement() == ["live", "live"]
        show.beat(2)
    show.fast_lane.hang()
    assert beats_until(show, "stale") == 3
    show.fast_lane.let_go()
    show.beat(300)
    show.fast_lane.hang()
    assert beats_until(show, "stale") == 2, "it is quick again, and so is the word"


def test_what_was_never_read_waits_a_beat_longer_before_it_is_called_broken() -> None:
    show = of_every_kind()
    show.fast_lane.hang()
    there = "wall/main/011/zh"
    show.broadcast.wish(there, show.clock.now())
    seen = []
    for _ in range(3):
        show.beat()
        seen.append(show.panel("often", there)["state"])
    assert seen == ["waiting", "waiting", "broken"]
    assert show.panel("often")["state"] == "stale"


def test_without_a_database_from_the_start_a_wished_wall_says_why() -> None:
    show = ready()
    fresh = stage({"a": text_panel("a", "a")}, {"a": lambda job, now: 1})
    fresh.fast.down = fresh.slow.down = SourceUnreachable("gone")
    fresh.broadcast.wish(KEY, fresh.clock.now())
    fresh.beat(2)
    assert fresh.panel("a")["state"] == "broken"
    assert fresh.panel("a")["why"] == {"key": "source-unreachable"}
    fresh.fast.down = fresh.slow.down = None
    fresh.beat(3)
    assert fresh.panel("a")["state"] == "live"
    assert show.panel("moves")["state"] == "live"


def test_a_hanging_database_does_not_stop_the_beats_and_is_left_behind() -> None:
    show = ready()
    show.fast_lane.hang()
    for n in range(2, 8):
        show.beat()
        assert show.body()["seq"] == n
    assert show.panel("moves")["state"] == "stale"
    assert show.panel("moves")["why"]["key"] == "source-too-slow"
    show.beat(4)
    assert len(show.fast_lane.abandoned) >= 1
    show.fast_lane.let_go()
    show.beat(4)
    assert show.panel("moves")["state"] == "live"


def test_a_slow_reading_is_not_started_twice() -> None:
    show = stage(
        {"a": text_panel("a", "a"), "rate": text_panel("rate", "rate", 2)},
        {"a": counting(), "rate": counting()},
        slow=frozenset({"rate"}),
    )
    show.slow_lane.hang()
    show.beat(4)
    assert len(show.slow_lane.batches) == 1
    assert show.fast.times("a") == 4
    show.slow_lane.let_go()
    show.beat(3)
    assert show.panel("rate")["state"] == "live"


def test_what_is_read_each_minute_never_waits_for_a_row_of_long_readings() -> None:
    long = {f"long{n}": text_panel(f"long{n}", f"long{n}", 300) for n in range(5)}
    panels = {"a": text_panel("a", "a"), "rate": text_panel("rate", "rate", 60), **long}
    show = stage(panels, {name: counting() for name in panels}, slow=frozenset(panels) - {"a"})
    show.beat()
    assert {job.reading for job in show.slow_lane.batches[0].jobs} >= {"rate", *long}, "all are new"
    show.beat(301)
    later = [[job.reading for job in batch.jobs] for batch in show.slow_lane.batches[1:]]
    assert all(sum(name in long for name in names) <= 1 for names in later)
    assert all(names[-1] in long for names in later if set(names) & set(long)), "and that after all others"
    assert {name for names in later for name in names} >= {"rate", *long}, "yet all of them have their turn"


def test_the_readings_of_one_beat_share_one_snapshot() -> None:
    panels = {f"p{n}": text_panel(f"p{n}", f"p{n}") for n in range(8)}
    show = stage(panels, {name: counting() for name in panels})
    show.beat()
    before = show.fast.snapshots
    show.beat(3)
    assert show.fast.snapshots == before + 3


def test_a_reading_that_recovers_redraws_in_all_languages() -> None:
    show = ready(pinned=("wall/main/01/zh", "wall/main/01/en"))
    show.beat()
    assert show.panel("moves", "wall/main/01/en")["props"]["value"]["lang"] == "en"
    assert show.panel("moves", "wall/main/01/en")["props"]["value"]["children"] == "10:30:02"
