"""Which bodies are served: the pinned ones always, others while somebody looks at them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from dashboard.jobs import Spot
from dashboard.keys import LiveKey

WISH_SECONDS: Final = 30.0
MAX_SPOTS: Final = 200


@dataclass(frozen=True, slots=True)
class Served:
    """Keys in order of service, and the texts of wishes that are void (too old, malformed, unknown)."""

    keys: tuple[LiveKey, ...]
    void: tuple[str, ...]
    refused: int


def serve(
    wishes: Mapping[str, float],
    pinned: Iterable[LiveKey],
    serving: Iterable[LiveKey],
    known: Callable[[LiveKey], bool],
    now: float,
) -> Served:
    """What to serve. Who is served already keeps its place; newcomers get one while there is room, first wished first.

    ``now`` and the wishes are seconds of the shown clock. A wish from the future counts as of now.
    """
    void: list[str] = []
    fresh: dict[LiveKey, float] = {}
    for text, at in wishes.items():
        key = LiveKey.parse(text)
        if key is None or now - at > WISH_SECONDS or not known(key):
            void.append(text)
        else:
            fresh[key] = at
    keys = dict.fromkeys(pinned)
    keys.update(dict.fromkeys(key for key in serving if key in fresh))
    spots = dict.fromkeys(Spot(key.audience, key.focus) for key in keys)
    refused = 0
    for key in sorted(fresh, key=lambda key: fresh[key]):
        spot = Spot(key.audience, key.focus)
        if spot not in spots and len(spots) >= MAX_SPOTS:
            refused += key not in keys
            continue
        spots[spot] = None
        keys[key] = None
    return Served(tuple(keys), tuple(void), refused)
