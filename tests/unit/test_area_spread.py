"""Over which areas the numbers of a place are spread."""

import pytest

from data_access.reference import Area, AreaTree


def tree(*codes: str) -> AreaTree:
    """Areas whose parent is the code without its last sign."""
    return AreaTree.build([Area(code, code[:-1] or None, "grid", code) for code in codes])


@pytest.mark.parametrize(
    ("codes", "place", "expected"),
    [
        (("1", "11", "12"), "1", ["11", "12"]),
        (("1", "11", "111", "112"), "1", ["111", "112"]),
        (("1", "11", "111"), "1", ["111"]),
        (("1", "11"), "1", ["11"]),
        (("1",), "1", []),
        (("1", "11", "111", "112", "12"), "11", ["111", "112"]),
    ],
)
def test_a_level_of_one_area_is_passed_over(codes: tuple[str, ...], place: str, expected: list[str]) -> None:
    assert [area.code for area in tree(*codes).spread(place)] == expected
