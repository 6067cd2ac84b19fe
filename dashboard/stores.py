"""The two stores, which are two flask-caching instances with opposite duties.

``broadcast`` keeps the last good picture: bytes of our own JSON, no time limit, nothing evicted, nothing pickled
(whoever can write to a shared Redis must not be able to run code here). ``conversation`` keeps answers for half a
minute, bounded.
"""

import threading
from collections.abc import Mapping
from typing import Any, Final, Protocol, cast

from flask import Flask
from flask_caching import Cache
from flask_caching.backends.rediscache import RedisCache
from flask_caching.backends.simplecache import SimpleCache

from data_access.errors import SettingError, StoreError

PREFIX: Final = "gridwall:"
WISHES: Final = "wishes"
CONVERSATION_SECONDS: Final = 30
CONVERSATION_ENTRIES: Final = 1000
_WAIT_S: Final = 1.0


class Broadcast(Protocol):
    """The store between the publisher and the web processes. Every method may raise StoreError."""

    def fetch(self, key: str) -> bytes | None:
        """The bytes under this key."""
        ...

    def put(self, entries: Mapping[str, bytes]) -> None:
        """Write these entries; they stay until dropped."""
        ...

    def drop(self, *keys: str) -> None:
        """Remove these entries."""
        ...

    def wish(self, key: str, at: float) -> None:
        """Note that somebody looked at this key at this moment."""
        ...

    def wishes(self) -> dict[str, float]:
        """All wishes with the moment of the latest."""
        ...

    def forget(self, *keys: str) -> None:
        """Remove these wishes."""
        ...


class OwnBytes:
    """A serializer that lets bytes through as they are, and nothing else."""

    def dumps(self, value: Any) -> bytes:
        """The bytes themselves. Raises TypeError for anything else."""
        if not isinstance(value, bytes):
            raise TypeError(f"the broadcast keeps bytes, not {type(value).__name__}")
        return value

    def loads(self, value: bytes | None) -> bytes | None:
        """The bytes themselves."""
        return value


class MemoryBroadcast(SimpleCache):
    """In this process only: publisher thread and web threads together."""

    serializer = cast(Any, OwnBytes())

    def __init__(self) -> None:
        super().__init__(threshold=500, default_timeout=0)
        self._wishes: dict[str, float] = {}
        self._wish_lock = threading.Lock()

    def _prune(self) -> None:
        """Never: what is there was asked for, and the publisher drops it when nobody does any more."""

    def fetch(self, key: str) -> bytes | None:
        """The bytes under this key."""
        return cast(bytes | None, self.get(key))

    def put(self, entries: Mapping[str, bytes]) -> None:
        """Write these entries; they stay until dropped."""
        for key, value in entries.items():
            self.set(key, value, timeout=0)

    def drop(self, *keys: str) -> None:
        """Remove these entries."""
        for key in keys:
            self.delete(key)

    def wish(self, key: str, at: float) -> None:
        """Note that somebody looked at this key at this moment."""
        with self._wish_lock:
            self._wishes[key] = max(at, self._wishes.get(key, at))

    def wishes(self) -> dict[str, float]:
        """All wishes with the moment of the latest."""
        with self._wish_lock:
            return dict(self._wishes)

    def forget(self, *keys: str) -> None:
        """Remove these wishes."""
        with self._wish_lock:
            for key in keys:
                self._wishes.pop(key, None)


class RedisBroadcast(RedisCache):
    """In Redis: one publisher process, any number of web processes."""

    serializer = cast(Any, OwnBytes())

    def __init__(self, url: str) -> None:
        try:
            import redis
        except ImportError as error:
            raise SettingError("GRIDWALL_STORE=redis://... needs gridwall[redis]", name="GRIDWALL_STORE") from error
        self._errors: type[Exception] = redis.RedisError
        try:
            self._client: Any = redis.Redis.from_url(
                url, socket_timeout=_WAIT_S, socket_connect_timeout=_WAIT_S, health_check_interval=10
            )
        except ValueError as error:
            raise SettingError(f"GRIDWALL_STORE is not an address: {error}", name="GRIDWALL_STORE") from error
        super().__init__(host=self._client, default_timeout=0, key_prefix=PREFIX)

    def fetch(self, key: str) -> bytes | None:
        """The bytes under this key."""
        try:
            return cast(bytes | None, self.get(key))
        except self._errors as error:
            raise StoreError(str(error)) from error

    def put(self, entries: Mapping[str, bytes]) -> None:
        """Write these entries; they stay until dropped."""
        try:
            if entries:
                self.set_many(dict(entries), timeout=0)
        except self._errors as error:
            raise StoreError(str(error)) from error

    def drop(self, *keys: str) -> None:
        """Remove these entries."""
        try:
            self.delete_many(*keys)
        except self._errors as error:
            raise StoreError(str(error)) from error

    def wish(self, key: str, at: float) -> None:
        """Note that somebody looked at this key at this moment."""
        try:
            self._client.hset(PREFIX + WISHES, key, repr(at))
        except self._errors as error:
            raise StoreError(str(error)) from error

    def wishes(self) -> dict[str, float]:
        """All wishes with the moment of the latest."""
        try:
            found = self._client.hgetall(PREFIX + WISHES)
        except self._errors as error:
            raise StoreError(str(error)) from error
        return {key.decode(): float(at) for key, at in found.items()}

    def forget(self, *keys: str) -> None:
        """Remove these wishes."""
        try:
            if keys:
                self._client.hdel(PREFIX + WISHES, *keys)
        except self._errors as error:
            raise StoreError(str(error)) from error


def open_broadcast(spec: str) -> Broadcast:
    """The store that GRIDWALL_STORE names: ``memory`` or ``redis://...``. Raises SettingError."""
    if spec == "memory":
        return MemoryBroadcast()
    if spec.startswith(("redis://", "rediss://", "unix://")):
        return RedisBroadcast(spec)
    raise SettingError("GRIDWALL_STORE is neither memory nor redis://...", name="GRIDWALL_STORE")


def open_conversation(server: Flask) -> Cache:
    """Answers of callbacks, kept for half a minute in this process alone: they may be personal, and Redis is shared."""
    config = {
        "CACHE_TYPE": "SimpleCache",
        "CACHE_DEFAULT_TIMEOUT": CONVERSATION_SECONDS,
        "CACHE_THRESHOLD": CONVERSATION_ENTRIES,
    }
    return Cache(server, config=config)
