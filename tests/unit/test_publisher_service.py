"""Which bodies the publisher serves and under which epoch: wishes, take-over, lost stores, memory."""

from typing import Any

import orjson

from dashboard.keys import LiveKey
from dashboard.publisher import BODY, KEYS, META, told
from dashboard.wishes import MAX_SPOTS, WISH_SECONDS, serve
from data_access.errors import SourceUnreachable, StoreError
from tests.fixtures.beats import Stage, clock_text, stage, text_panel


def ready(**more: Any) -> Stage:
    """One panel that changes with every beat."""
    return stage({"a": text_panel("a", "a")}, {"a": lambda job, now: clock_text(now)}, **more)


def wall(area: str, lang: str = "zh") -> str:
    """The key of a wall."""
    return f"wall/main/{area}/{lang}"


def test_a_wish_is_answered_within_a_beat_and_ends_after_half_a_minute() -> None:
    show = ready()
    show.beat()
    assert show.entry(wall("011")) is None
    show.broadcast.wish(wall("011"), show.clock.now())
    show.beat()
    assert show.body(wall("011"))["panels"]["a"]["state"] == "live"
    show.beat(int(WISH_SECONDS / 2) + 1)
    assert show.entry(wall("011")) is None
    assert show.broadcast.wishes() == {}
    assert show.entry(wall("01")) is not None


def test_a_wish_that_is_renewed_stays() -> None:
    show = ready()
    for _ in range(60):
        show.broadcast.wish(wall("011"), show.clock.now())
        show.beat()
    assert show.body(wall("011"))["seq"] == 60


def test_wishes_for_what_does_not_exist_are_dropped() -> None:
    show = ready()
    show.beat()
    for text in (
        "",
        "nonsense",
        "wall/main/99/zh",
        "wall/none/01/zh",
        "wall/main/01@D9/zh",
        "wall/main/01/fr",
        "x/main/01/zh",
    ):
        show.broadcast.wish(text, show.clock.now())
    show.beat()
    assert show.broadcast.wishes() == {}
    assert [str(key) for key in show.publisher.served] == [wall("01")]


def test_at_most_two_hundred_places_and_whoever_is_served_stays() -> None:
    show = ready()
    show.beat()
    first = [wall(f"011{n:03d}") for n in range(150)]
    later = [wall(f"012{n:03d}") for n in range(150)]
    for text in first:
        show.broadcast.wish(text, show.clock.now())
    show.beat()
    for text in (*later, *first):
        show.broadcast.wish(text, show.clock.now())
    show.beat()
    served = {str(key) for key in show.publisher.served}
    assert len(served) == MAX_SPOTS
    assert {wall("01"), *first} <= served
    show.clock.turn(WISH_SECONDS)
    for text in later:
        show.broadcast.wish(text, show.clock.now())
    show.beat()
    assert {str(key) for key in show.publisher.served} == {wall("01"), *later}


def test_two_languages_are_one_place() -> None:
    keys = [key for n in range(MAX_SPOTS) if (key := LiveKey.parse(wall(f"a{n}"))) is not None]
    wishes = {wall(f"a{n}", lang): 5.0 for n in range(MAX_SPOTS + 5) for lang in ("zh", "en")}
    served = serve(wishes, (), keys, lambda key: True, 10.0)
    assert len({key.focus for key in served.keys}) == MAX_SPOTS
    assert len(served.keys) == 2 * MAX_SPOTS
    assert served.refused == 10


def test_a_larger_epoch_in_the_store_wins() -> None:
    show = ready()
    show.beat(2)
    raw = show.broadcast.fetch(META)
    assert raw is not None
    show.broadcast.put({META: orjson.dumps({**orjson.loads(raw), "epoch": 101})})
    before = show.broadcast.fetch(BODY + wall("01"))
    assert show.publisher.step() is False
    assert show.mandate.lost_to == 101
    assert show.broadcast.fetch(BODY + wall("01")) is before
    assert show.publisher.step() is False


def test_a_successor_begins_anew_and_tidies_what_nobody_wishes() -> None:
    first = ready()
    first.broadcast.wish(wall("011"), first.clock.now())
    first.broadcast.wish(wall("012"), first.clock.now())
    first.beat(3)
    heir = ready()
    heir.publisher.broadcast = heir.broadcast = first.broadcast
    heir.mandate.held = 200
    heir.clock.turn(20)
    heir.broadcast.wish(wall("011"), heir.clock.now())
    heir.beat()
    body = heir.body()
    assert (body["epoch"], body["seq"]) == (200, 1)
    assert heir.body(wall("012"))["epoch"] == 200
    assert first.publisher.step() is False
    heir.clock.turn(15)
    heir.broadcast.wish(wall("011"), heir.clock.now())
    heir.beat()
    assert heir.entry(wall("012")) is None
    assert heir.entry(wall("011")) is not None


def test_a_new_epoch_never_offers_differences_of_the_old() -> None:
    show = ready()
    show.beat(4)
    show.mandate.held = 300
    show.beat()
    entry = show.entry(wall("01"))
    assert entry is not None
    assert (entry.epoch, entry.seq, list(entry.parts)) == (300, 1, [-1, 1]), "the full body, and heads for who has it"
    assert "props" in show.panel("a")


def test_without_the_lease_nothing_is_written() -> None:
    show = ready()
    show.mandate.held = None
    assert show.publisher.step() is False
    assert show.broadcast.fetch(META) is None
    assert show.fast.read == []


def test_a_lost_store_is_written_again_with_the_next_beat() -> None:
    show = ready()
    show.beat(3)
    show.broadcast.clear()
    show.broadcast.forget(*show.broadcast.wishes())
    show.beat()
    assert show.body()["seq"] == 4
    assert show.panel("a")["state"] == "live"
    assert told(show.broadcast) is not None


def test_a_store_that_fails_does_not_stop_the_beats() -> None:
    show = ready()
    show.beat()

    class Away:
        def __getattr__(self, name: str) -> Any:
            def fail(*args: object) -> None:
                raise StoreError("away")

            return fail

    kept, show.publisher.broadcast = show.publisher.broadcast, Away()
    assert [show.publisher.step() for _ in range(3)] == [False, False, False]
    show.publisher.broadcast = kept
    show.clock.turn(2)
    assert show.publisher.step() is True
    assert show.body()["seq"] == 5


def test_memory_and_store_are_flat_over_four_hundred_beats_of_coming_and_going() -> None:
    show = ready()

    def sizes() -> tuple[int, int, int]:
        publisher = show.publisher
        return len(publisher.served), len(publisher._values), len(show.broadcast._cache)

    show.beat()
    base = sizes()
    for n in range(400):
        if n < 360:
            show.broadcast.wish(wall(f"011{n % 300:03d}", "en" if n % 2 else "zh"), show.clock.now())
        show.beat()
        assert len(show.publisher.served) <= 1 + WISH_SECONDS / 2 + 1
    assert sizes() == base
    assert len(show.publisher._schedule._next) == len(show.publisher._every)
    assert orjson.loads(show.broadcast.fetch(KEYS) or b"") == [wall("01")]


def test_the_publisher_tells_of_itself() -> None:
    show = ready()
    show.beat(2)
    word = told(show.broadcast)
    assert word is not None
    assert (word.epoch, word.seq, word.bodies, word.read, word.trouble, word.ledger) == (100, 2, 1, True, None, "")


def lanes_of_their_own() -> Stage:
    """Something to read in both lanes with every beat."""
    panels = {"quick": text_panel("quick", "quick"), "heavy": text_panel("heavy", "heavy")}
    show = stage(panels, dict.fromkeys(panels, lambda job, now: 1), slow=frozenset({"heavy"}))
    show.beat(2)
    assert troubles(show) == (None, None)
    return show


def troubles(show: Stage) -> tuple[str | None, str | None]:
    """What the publisher says of its fast and of its slow lane."""
    word = told(show.broadcast)
    assert word is not None
    return word.trouble, word.slow_trouble


def test_what_the_slow_lane_reads_does_not_hide_that_the_fast_one_cannot() -> None:
    show = lanes_of_their_own()
    show.fast.down = SourceUnreachable("gone")
    for _ in range(5):
        show.beat()
        assert troubles(show) == ("source-unreachable", None)
    show.fast.down = None
    show.beat(3)
    assert troubles(show) == (None, None)


def test_what_the_slow_lane_cannot_read_is_its_own_trouble() -> None:
    show = lanes_of_their_own()
    show.slow.down = SourceUnreachable("gone")
    for _ in range(5):
        show.beat()
        assert troubles(show) == (None, "source-unreachable")
    assert (show.panel("quick")["state"], show.panel("heavy")["state"]) == ("live", "stale")
    show.slow.down = None
    show.beat(3)
    assert troubles(show) == (None, None)


def test_a_heavy_reading_that_hangs_is_no_trouble_of_the_fast_lane() -> None:
    show = lanes_of_their_own()
    show.slow_lane.hang()
    seen = []
    for _ in range(7):
        show.beat()
        seen.append(troubles(show))
    assert seen == [(None, None)] * 5 + [(None, "source-too-slow")] * 2
    assert (show.panel("quick")["state"], show.panel("heavy")["state"]) == ("live", "stale")
