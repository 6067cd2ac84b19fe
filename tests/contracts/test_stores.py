"""The two stores: bytes that stay, wishes, and a Redis that comes and goes."""

import pytest
from flask import Flask

from dashboard.stores import (
    CONVERSATION_ENTRIES,
    Broadcast,
    MemoryBroadcast,
    RedisBroadcast,
    open_broadcast,
    open_conversation,
)
from data_access.errors import SettingError, StoreError
from tests.fixtures.servers import Redis


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest) -> Broadcast:
    """Each kind in turn."""
    if request.param == "memory":
        return open_broadcast("memory")
    server: Redis = request.getfixturevalue("redis_server")
    made = RedisBroadcast(server.url)
    made._client.flushdb()
    return made


def test_bytes_come_back_as_they_went(store: Broadcast) -> None:
    everything = bytes(range(256)) * 400
    store.put({"a": everything, "b": b"", "c": b"!pickled?"})
    assert (store.fetch("a"), store.fetch("b"), store.fetch("c"), store.fetch("d")) == (
        everything,
        b"",
        b"!pickled?",
        None,
    )
    store.drop("a", "d")
    assert store.fetch("a") is None
    store.drop()
    store.put({})


def test_nothing_but_bytes_is_taken(store: Broadcast) -> None:
    with pytest.raises(TypeError):
        store.put({"a": {"not": "bytes"}})  # type: ignore[dict-item]


def test_nothing_is_ever_evicted(store: Broadcast) -> None:
    store.put({f"k{n}": b"x" for n in range(1500)})
    assert all(store.fetch(f"k{n}") == b"x" for n in range(1500))


def test_nothing_expires(store: Broadcast) -> None:
    store.put({"a": b"x"})
    if isinstance(store, MemoryBroadcast):
        assert store._cache["a"][0] == 0
    else:
        assert isinstance(store, RedisBroadcast)
        assert store._client.ttl("gridwall:a") == -1
        assert store._client.get("gridwall:a") == b"x", "no wrapping, no pickle"


def test_wishes(store: Broadcast) -> None:
    assert store.wishes() == {}
    store.wish("wall/overview/01/zh", 5.25)
    store.wish("wall/overview/02/zh", 6.0)
    store.wish("wall/overview/01/zh", 7.5)
    assert store.wishes() == {"wall/overview/01/zh": 7.5, "wall/overview/02/zh": 6.0}
    store.forget("wall/overview/01/zh", "never")
    store.forget()
    assert store.wishes() == {"wall/overview/02/zh": 6.0}


def test_a_redis_that_is_away_is_one_error_of_ours(private_redis: Redis) -> None:
    store = RedisBroadcast(private_redis.url)
    store.put({"a": b"x"})
    private_redis.stop()
    for act in (
        lambda: store.fetch("a"), lambda: store.put({"a": b"y"}), lambda: store.drop("a"),
        lambda: store.wish("k", 1.0), store.wishes, lambda: store.forget("k"),
    ):  # fmt: skip
        with pytest.raises(StoreError):
            act()
    private_redis.start()
    store.put({"a": b"z"})
    assert store.fetch("a") == b"z"


@pytest.mark.parametrize("spec", ["", "memcached://h", "Memory", "redis//h", "redis://h:port/0"])
def test_other_stores_are_refused(spec: str) -> None:
    with pytest.raises(SettingError, match="GRIDWALL_STORE"):
        open_broadcast(spec)


def test_the_conversation_is_bounded_and_short() -> None:
    cache = open_conversation(Flask("test"))
    for n in range(CONVERSATION_ENTRIES * 2):
        cache.set(f"k{n}", n)
    assert len(cache.cache._cache) <= CONVERSATION_ENTRIES + 1
    assert cache.cache.default_timeout == 30
