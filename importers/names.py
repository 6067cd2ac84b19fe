"""One spelling for names that files spell in several ways, and codes made from names."""

import hashlib
import re
import unicodedata
from typing import Final

_NUMBER: Final = re.compile(r"0*(\d+)(?:\.0*)?", re.ASCII)
_BETWEEN: Final = re.compile(r"[\W_]+")


def name_key(text: str, words: tuple[str, ...] = ()) -> str:
    """A name as it is compared: no case, no punctuation, single spaces, without a leading one of ``words``.

    A number loses leading zeros and the ``.0`` that spreadsheets add, so that ``Ward 5``, ``05`` and ``5.0`` are one.
    """
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    for word in sorted(words, key=len, reverse=True):
        if plain.startswith(f"{word.casefold()} "):
            plain = plain[len(word) :].strip()
            break
    if number := _NUMBER.fullmatch(plain):
        return number.group(1)
    return _BETWEEN.sub(" ", plain).strip()


def fingerprint(text: str, length: int = 8) -> str:
    """The first hexadecimal digits of the text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def slug(text: str) -> str:
    """Lower-case ASCII letters and digits with single hyphens between; of a text without any, its fingerprint."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or fingerprint(text)


def coded(text: str, *context: str, limit: int = 40) -> str:
    """A stable code for a name: readable, at most ``limit`` characters, different in different contexts.

    The code depends on nothing but its arguments, so that two imports of different files agree.
    """
    tail = fingerprint("\x1f".join((*context, text)))
    return f"{slug(text)[: limit - 9].rstrip('-')}-{tail}"
