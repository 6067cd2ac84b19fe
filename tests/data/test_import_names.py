"""Names that files spell in several ways, and codes made from names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.names import coded, name_key, slug

WORDS = ("ward", "precinct", "council district", "district")


@pytest.mark.parametrize(
    "spellings",
    [
        ("Ward 5", "05", "5", "5.0", "WARD 05", " ward 5 "),
        ("0113", "113.0", "113", "Precinct 0113"),
        ("Allston / Brighton", "allston/brighton", "Allston - Brighton", "ALLSTON  BRIGHTON"),
        ("Council District 10", "District 10", "10"),
        ("Ｗard ５", "Ward 5"),
    ],
)
def test_one_place_spelled_in_several_ways_has_one_key(spellings: tuple[str, ...]) -> None:
    assert len({name_key(text, WORDS) for text in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("Ward 5", "Ward 50"), ("5.5", "55"), ("5.0", "50"), ("W5", "5"), ("East", "West")]
)
def test_two_places_keep_two_keys(one: str, other: str) -> None:
    assert name_key(one, WORDS) != name_key(other, WORDS)


@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=0, max_value=5))
def test_leading_zeros_do_not_matter_and_trailing_ones_do(number: int, zeros: int) -> None:
    assert name_key("0" * zeros + str(number)) == str(number)
    assert name_key(f"{number}0") == str(number * 10)


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    key = name_key(text)
    assert name_key(key) == key


@given(st.text(min_size=1), st.text(min_size=1))
def test_codes_are_short_plain_and_different(one: str, other: str) -> None:
    code = coded(one, "context")
    assert 1 <= len(code) <= 40
    assert code == coded(one, "context") != coded(one, "another context")
    assert set(code) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert one == other or coded(other, "context") != code


def test_a_name_without_letters_still_has_a_slug() -> None:
    assert slug("井盖") != slug("路灯")
    assert slug("Street Lights & Signals") == "street-lights-signals"
