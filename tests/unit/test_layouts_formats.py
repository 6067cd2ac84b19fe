"""Numbers and moments as texts."""

from datetime import datetime

import pytest

from layouts.formats import NONE, THIN, change_by, count, difference, moment, percent, weekday

NOW = datetime(2026, 11, 21, 14, 2)


@pytest.mark.parametrize(
    ("number", "digits", "text"),
    [
        (0, 0, "0"),
        (999, 0, "999"),
        (3412, 0, f"3{THIN}412"),
        (1234567, 0, f"1{THIN}234{THIN}567"),
        (-3412, 0, f"\u22123{THIN}412"),
        (94.25, 1, "94.2"),
        (None, 0, NONE),
    ],
)
def test_counts_have_thin_spaces_and_none_is_a_dash(number: float | None, digits: int, text: str) -> None:
    assert count(number, digits) == text


def test_a_share_is_in_percent_and_no_cases_are_a_dash() -> None:
    assert percent(0.9422) == "94.2"
    assert percent(1.0) == "100.0"
    assert percent(0.874, 0) == "87"
    assert percent(None) == NONE


def test_changes_carry_an_arrow_and_no_sign_for_colour() -> None:
    assert change_by(1874, 1766) == f"▲{THIN}6.1%"
    assert change_by(80, 100) == f"▼{THIN}20%"
    assert change_by(100, 100) == "＝"
    assert change_by(7, 0) == NONE
    assert change_by(999, 100) == f"▲{THIN}899%"
    assert change_by(1_260, 100) == f"▲{THIN}×13"
    assert difference(3412, 3530) == f"▼{THIN}118"
    assert difference(94.2, 93.4, 1) == f"▲{THIN}0.8"
    assert difference(5, 5) == "＝"


def test_a_change_that_rounds_to_nothing_is_level() -> None:
    assert change_by(100_001, 100_000) == "＝"
    assert difference(94.21, 94.2, 1) == "＝"


@pytest.mark.parametrize(
    ("when", "zh", "en"),
    [
        (datetime(2026, 11, 21, 17, 0), "今天 17:00", "today 17:00"),
        (datetime(2026, 11, 20, 11, 40), "昨天 11:40", "yesterday 11:40"),
        (datetime(2026, 11, 22, 0, 5), "明天 00:05", "tomorrow 00:05"),
        (datetime(2026, 11, 3, 10, 0), "11-03 10:00", "3 Nov 10:00"),
        (datetime(2025, 11, 3, 10, 0), "2025-11-03 10:00", "3 Nov 2025 10:00"),
    ],
)
def test_moments_as_people_say_them(when: datetime, zh: str, en: str) -> None:
    assert moment(when, NOW, "zh") == zh
    assert moment(when, NOW, "en") == en


def test_weekdays_are_short() -> None:
    assert (weekday(NOW, "zh"), weekday(NOW, "en")) == ("周六", "Sat")
