"""The two catalogues: the same keys and placeholders, every key exists and is used, no HTML."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Final

import pytest

from data_access import errors
from data_access.contract import Level, Stage
from indicators.policy import load_policy
from indicators.values import Light
from layouts.panels.map_frame import LAYERS
from layouts.scenes import SCENES
from layouts.words import BROWSER_PREFIXES, LANGUAGES, browser_words, catalogue, t

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDERS: Final = ("layouts", "callbacks", "dashboard")
DYNAMIC: Final = {
    "stage-": [stage.value for stage in Stage],
    "stage-full-": ["verifying", "checking"],
    "light-": [light.value for light in Light],
    "level-": [level.value for level in Level],
    "scene-": list(SCENES),
    "compare-": ["holiday", "no-history"],
    "feed-": ["quiet", "silent"],
    "indicators-without-": ["department", "area", "category", "day"],
    "indicators-state-": ["provisional", "frozen", "what_if"],
    "scores-": ["departments", "counties", "streets"],
}
"""Keys that code makes from a prefix and a name: all of these must exist."""


def placeholders(text: str) -> Counter[str]:
    return Counter(name for _, name, _, _ in Formatter().parse(text) if name is not None)


@cache
def sources() -> tuple[tuple[Path, ast.Module], ...]:
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple((path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths)


def said() -> Iterator[tuple[str, bool]]:
    """The first argument of each call of ``t``: (text, whole) where whole is False for the beginning of an f-string."""
    for _, tree in sources():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"t", "_fact"}
                and node.args
            ):
                yield from keys_of(node.args[0])


def keys_of(node: ast.expr) -> Iterator[tuple[str, bool]]:
    match node:
        case ast.Constant(value=str(text)):
            yield text, True
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]):
            yield start, False
        case ast.IfExp(body=one, orelse=other):
            yield from keys_of(one)
            yield from keys_of(other)
        case ast.Subscript(value=ast.Dict(values=values)):
            for value in values:
                yield from keys_of(value)


def test_the_catalogues_have_the_same_keys_in_the_same_order() -> None:
    assert list(catalogue("zh")) == list(catalogue("en"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_key_stands_twice_and_the_file_is_plain(lang: str) -> None:
    text = (ROOT / "layouts" / "i18n" / f"{lang}.json").read_text(encoding="utf-8")
    pairs = json.loads(text, object_pairs_hook=list)
    assert [key for key, n in Counter(key for key, _ in pairs).items() if n > 1] == []
    assert all(isinstance(value, str) and value.strip() == value and value for _, value in pairs)


def test_both_languages_have_the_same_placeholders() -> None:
    for key, text in catalogue("zh").items():
        assert placeholders(text) == placeholders(catalogue("en")[key]), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_word_is_html(lang: str) -> None:
    assert [key for key, text in catalogue(lang).items() if re.search(r"[<>]|&\w+;", text)] == []


def test_english_is_english() -> None:
    chinese = [key for key, text in catalogue("en").items() if re.search(r"[\u3400-\u9fff]", text)]
    assert chinese == ["language-other"]


def test_each_literal_key_exists() -> None:
    assert sorted({text for text, whole in said() if whole} - set(catalogue("zh"))) == []


def test_each_made_key_exists() -> None:
    made = {prefix + name for prefix, names in DYNAMIC.items() for name in names}
    made |= {f"layer-{layer}-{part}" for layer in LAYERS for part in ("tab", "title")}
    made |= {
        f"error-{error.key}"
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, errors.DashboardError)
    }
    made |= {f"action-{action}" for action in load_policy().ticker.actions}
    assert sorted(made - set(catalogue("zh"))) == []


def test_each_key_is_used() -> None:
    literal = {text for text, whole in said() if whole}
    beginnings = tuple(text for text, whole in said() if not whole and text)
    quoted = {
        node.value
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    unused = [
        key
        for key in catalogue("zh")
        if key not in literal | quoted
        and not key.startswith(beginnings)
        and not key.startswith((*BROWSER_PREFIXES, *DYNAMIC, "error-", "action-"))
        and key not in made_in_passing()
    ]
    assert unused == []


def made_in_passing() -> set[str]:
    """Keys whose beginning is a variable: titles of cards, and sentences of the map's layers."""
    return {f"{name}-title" for name in ("filed", "reported", "open", "closed")}


def test_the_browsers_own_words_are_used_by_its_scripts() -> None:
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "assets" / "js").glob("*.js")))
    for key in browser_words("zh"):
        parts = key.split("-")
        beginnings = ["-".join(parts[:n]) for n in range(2, len(parts) + 1)]
        assert any(re.search(rf"['\"`]{re.escape(start)}(-['\"`]|['\"`])", scripts) for start in beginnings), key


def test_each_word_the_scripts_ask_for_exists() -> None:
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "assets" / "js").glob("*.js")))
    asked = set(re.findall(r"say\(['\"]((?:live|map)-[a-z_-]+[a-z])['\"]", scripts))
    assert sorted(asked - set(catalogue("zh"))) == []


def test_texts_are_filled_and_what_is_missing_is_an_error() -> None:
    assert t("day-today", "zh", time="17:00") == "今天 17:00"
    with pytest.raises(KeyError):
        t("no-such-key", "zh")
    with pytest.raises(KeyError):
        t("day-today", "en")
