"""How bodies travel: composed from fragments of JSON, compressed once, packed into one entry of the store."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import brotli
import orjson

FULL: Final = -1
"""Stands for the full body where a base is asked for."""
_BROTLI_QUALITY: Final = 4
_GZIP_LEVEL: Final = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """One body with its differences, as it is kept in the store and held by a web process."""

    epoch: int
    seq: int
    beat_at: int
    next_ms: int
    parts: Mapping[int, tuple[bytes, bytes]]
    """By base (FULL, or the seq a difference starts from): brotli, gzip."""

    def pick(self, epoch: int, since: int) -> tuple[bytes, bytes]:
        """The difference since that body where there is one, else the full body."""
        found = self.parts.get(since) if epoch == self.epoch else None
        return self.parts[FULL] if found is None else found


def as_json(value: object) -> bytes:
    """Our JSON: numpy numbers, Dash components and plain containers. Raises TypeError for anything else."""
    return orjson.dumps(value, default=_component, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)


def _component(value: object) -> object:
    if hasattr(value, "to_plotly_json"):
        return cast(Any, value).to_plotly_json()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} cannot travel in a body")


def compress(body: bytes) -> tuple[bytes, bytes]:
    """Brotli and gzip of a body."""
    return (
        brotli.compress(body, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY),
        gzip.compress(body, _GZIP_LEVEL, mtime=0),
    )


def plain(compressed: tuple[bytes, bytes]) -> bytes:
    """The body itself, for those who take neither brotli nor gzip."""
    return gzip.decompress(compressed[1])


def pack(entry: Entry) -> bytes:
    """One run of bytes: length of the head, head as JSON, then the parts."""
    places: list[tuple[int, int, int, int]] = []
    blobs: list[bytes] = []
    at, written = 0, {}
    for base, part in entry.parts.items():
        first, second = part
        if id(part) not in written:
            written[id(part)] = at
            blobs += part
            at += len(first) + len(second)
        places.append((base, written[id(part)], len(first), len(second)))
    head = orjson.dumps((entry.epoch, entry.seq, entry.beat_at, entry.next_ms, places))
    return b"".join([len(head).to_bytes(4, "big"), head, *blobs])


def unpack(packed: bytes) -> Entry:
    """The entry again. Raises ValueError when the bytes are not ours."""
    length = int.from_bytes(packed[:4], "big")
    epoch, seq, beat_at, next_ms, places = orjson.loads(packed[4 : 4 + length])
    begin = 4 + length
    known: dict[tuple[int, int, int], tuple[bytes, bytes]] = {}
    parts: dict[int, tuple[bytes, bytes]] = {}
    end = begin
    for base, place, first, second in places:
        at, this = begin + place, (place, first, second)
        if this not in known:
            known[this] = (packed[at : at + first], packed[at + first : at + first + second])
        parts[base] = known[this]
        end = max(end, at + first + second)
    if end != len(packed):
        raise ValueError("an entry of the store is not complete")
    return Entry(epoch, seq, beat_at, next_ms, parts)
