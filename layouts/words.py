"""The words of the interface: two flat catalogues and one pure function. No text of the interface stands elsewhere."""

import json
from collections.abc import Iterable, Mapping
from functools import cache, reduce
from importlib import resources
from typing import Final

LANGUAGES: Final = ("zh", "en")
"""Chinese first; English is complete."""

BROWSER_PREFIXES: Final = ("live-", "map-")
"""Keys that the browser's own scripts use; they travel with the page."""


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """All words of one language.

    Raises:
        KeyError: no such language.
    """
    if lang not in LANGUAGES:
        raise KeyError(lang)
    text = resources.files("layouts").joinpath("i18n", f"{lang}.json").read_text(encoding="utf-8")
    words: dict[str, str] = json.loads(text)
    return words


def t(key: str, lang: str, **params: object) -> str:
    """The text of a key with its placeholders filled.

    Raises:
        KeyError: the key is not in the catalogue, or a placeholder has no value.
    """
    text = catalogue(lang)[key]
    return text.format(**params) if params or "{" in text else text


def joined(names: Iterable[str], lang: str) -> str:
    """Names as one part of a sentence, "" without any."""
    found = list(names)
    return reduce(lambda some, more: t("list-pair", lang, some=some, more=more), found) if found else ""


def known(key: str, lang: str) -> bool:
    """Whether the catalogue has this key; for keys made from what a database holds (an action we do not know)."""
    return key in catalogue(lang)


def browser_words(lang: str) -> dict[str, str]:
    """The words that live.js and map.js write themselves, placeholders unfilled."""
    return {key: text for key, text in catalogue(lang).items() if key.startswith(BROWSER_PREFIXES)}
