"""Words for what a source does not record."""

import pytest

from indicators.registry import REGISTRY
from layouts.parts.columns import column_words, listed_columns
from layouts.words import LANGUAGES

NEEDS = sorted({need for entry in REGISTRY.values() for need in entry.needs})


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("need", NEEDS)
def test_whatever_an_indicator_needs_has_words(need: str, lang: str) -> None:
    (word,) = column_words([need], lang)
    assert "." not in word
    assert "_" not in word


def test_columns_of_one_thing_are_said_once() -> None:
    missing = ("work_orders.close_due_at|handle_due_at", "work_orders.handle_due_at", "work_orders.source")
    assert column_words(missing, "en") == ("deadlines", "source of the case")
    assert listed_columns(missing, "zh") == "办理期限、案件来源"


def test_a_column_without_words_is_named_as_it_is() -> None:
    assert column_words(["table.column"], "zh") == ("table.column",)
