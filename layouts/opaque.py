"""Names for what must be told apart on a screen without saying what it is: the same for one key, else unguessable."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Final

Opaque = Callable[[str], str]
"""A text of ours -> its name on screens, 16 hexadecimal digits."""


def keyed(secret: bytes, kind: str) -> Opaque:
    """Names of one kind of thing under a secret; names of different kinds have nothing in common."""
    key = hmac.new(secret, f"gridwall:{kind}".encode(), hashlib.sha256).digest()
    return lambda text: hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:16]


OF_THIS_PROCESS: Final[Opaque] = keyed(secrets.token_bytes(32), "process")
"""Where nobody gave a secret: names that hold as long as the process."""
