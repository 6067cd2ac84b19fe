"""Colours, once in Python; ``assets/00-tokens.css`` says the same to the browser, and a test compares the two.

A body of the broadcast names a token (``"@accent"``); the browser resolves it in its own theme.
"""

from typing import Final

TOKENS: Final[dict[str, str]] = {
    "ground": "#07131f",
    "panel": "#0c1d2e",
    "raised": "#11273c",
    "track": "#15304a",
    "hairline": "#1a3550",
    "ink": "#e8f1f8",
    "dim": "#8aa4ba",
    "accent": "#37c2e8",
    "accent-soft": "#2389b4",
    "calm": "#3fb68b",
    "watch": "#f2c14e",
    "near": "#f28b3c",
    "overdue": "#ff6166",
    "long": "#ff9ad5",
    "state": "#a78bfa",
    "ramp-0": "#11283d",
    "ramp-1": "#164668",
    "ramp-2": "#1b6c99",
    "ramp-3": "#279fca",
    "ramp-4": "#7ee0f8",
    "water": "#0a1f38",
    "outline": "#9db7cc",
}
"""The dark theme. ``ramp-*`` is the ramp of counts on maps; lights (calm to long) are for deadlines alone."""

LIGHTS: Final = ("calm", "watch", "near", "overdue", "long")
"""Tokens of the five lights; text upon them is ground."""

TEXTS: Final = (
    ("ink", "ground"),
    ("ink", "panel"),
    ("ink", "raised"),
    ("dim", "ground"),
    ("dim", "panel"),
    ("dim", "raised"),
    ("accent", "panel"),
    ("state", "ground"),
    ("state", "panel"),
    ("ground", "accent"),
    ("ground", "state"),
    *(("ground", light) for light in LIGHTS),
)
"""Pairs (text, behind it) that occur; each reaches a contrast of 4.5."""

MARKS: Final = (
    ("accent", "panel"),
    ("accent-soft", "panel"),
    ("accent", "track"),
    ("state", "panel"),
    ("outline", "ground"),
    ("outline", "ramp-1"),
    *((light, behind) for light in LIGHTS for behind in ("panel", "track")),
)
"""Pairs (mark, behind it) that occur; each reaches a contrast of 3."""


def token(name: str) -> str:
    """The reference ``@name`` that the browser resolves.

    Raises:
        KeyError: no such token.
    """
    TOKENS[name]
    return f"@{name}"
