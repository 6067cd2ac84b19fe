"""The tree of areas: subtrees, roots, circles, and when a subtree may be a range of codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.reference import Area, AreaTree
from tests.fixtures import small

CITY_TREE = AreaTree.build(
    Area(row["code"], row["parent_code"], row["level"], row["name"], row.get("name_en")) for row in small.AREAS
)


def tree(*rows: tuple[str, str | None, str]) -> AreaTree:
    return AreaTree.build(Area(code, parent, level, code) for code, parent, level in rows)


def test_the_small_city() -> None:
    assert CITY_TREE.root == small.CITY and CITY_TREE.only_root
    assert len(CITY_TREE.subtree(small.CITY)) == 1 + 3 + 6 + 12 + 24
    assert CITY_TREE.subtree(small.area(1, 2)) == {
        small.area(1, 2), *(small.area(1, 2, m) for m in (1, 2)),
        *(small.area(1, 2, m, g) for m in (1, 2) for g in (1, 2)),
    }  # fmt: skip
    assert CITY_TREE.ancestors(small.area(1, 2, 1, 2)) == (
        small.area(1, 2, 1), small.area(1, 2), small.area(1), small.CITY,
    )  # fmt: skip
    assert [a.code for a in CITY_TREE.below(small.area(3), "street")] == [small.area(3, 1), small.area(3, 2)]
    assert [a.code for a in CITY_TREE.children(small.CITY)] == [small.area(c) for c in (1, 2, 3)]
    assert CITY_TREE.prefix_safe


@pytest.mark.parametrize(
    ("code", "level", "found"),
    [
        (small.area(1, 2, 1, 2), "county", small.area(1)),
        (small.area(1, 2), "street", small.area(1, 2)),
        (small.area(1), "street", None),
        ("unknown", "street", None),
        (None, "street", None),
    ],
)
def test_up_to_a_level(code: str | None, level: str, found: str | None) -> None:
    above = CITY_TREE.up_to(code, level)
    assert (above.code if above else None) == found


def test_names_in_two_languages_fall_back_on_the_recorded_one() -> None:
    assert CITY_TREE.by_code[small.CITY].label("en") == "Show City"
    assert CITY_TREE.by_code[small.area(1, 1, 1)].label("en") == "东湖古楼第1社区"


def test_no_areas_at_all() -> None:
    empty = tree()
    assert empty.root is None and not empty.only_root and empty.prefix_safe
    assert empty.subtree("x") == {"x"} and empty.children("x") == ()


def test_a_circle_of_parents_is_cut_at_each_member_and_nothing_hangs() -> None:
    found = tree(
        ("a", "b", "county"), ("b", "c", "county"), ("c", "a", "county"), ("d", "a", "street"), ("e", "e", "street")
    )
    assert found.roots == ("a", "b", "c", "e")
    assert found.subtree("a") == {"a", "d"}
    assert found.ancestors("d") == ("a",)
    assert not found.only_root


def test_a_parent_that_does_not_exist_makes_a_root_and_a_zone_is_none() -> None:
    found = tree(("3299", None, "city"), ("329901", "3299", "county"), ("77", "gone", "county"), ("Z1", None, "zone"))
    assert found.roots == ("3299", "77")


@pytest.mark.parametrize(
    ("rows", "safe"),
    [
        ([("1", None, "city"), ("11", "1", "county"), ("12", "1", "county")], True),
        ([("BOS", None, "city"), ("BOS-W05", "BOS", "county"), ("BOS-W050", "BOS", "county")], False),
        ([("1", None, "city"), ("2", "1", "county")], False),
        ([("1", None, "city"), ("11", "1", "county"), ("111", "1", "county")], False),
        ([("1", None, "city"), ("11", "1", "county"), ("1101", "1", "street")], False),
        ([("1", None, "city"), ("11", "1", "county"), ("1101", "11", "street"), ("11015", "1", "zone")], False),
        ([("1", None, "city"), ("11", None, "city")], False),
        ([("1", None, "city"), ("11", "1", "county"), ("１２", "1", "county")], False),
    ],
)
def test_prefix_ranges_only_where_they_are_exact(rows: list[tuple[str, str | None, str]], safe: bool) -> None:
    assert tree(*rows).prefix_safe is safe


codes = st.lists(st.text("0129", min_size=1, max_size=5), unique=True, min_size=1, max_size=25)


@given(codes, st.randoms(use_true_random=False))
def test_where_a_tree_is_safe_prefixes_and_subtrees_are_the_same(names: list[str], random: object) -> None:
    choose = random.choice  # type: ignore[attr-defined]
    found = tree(*((code, choose([None, *names]), choose("xyz")) for code in names))
    below = {code: {other for other in names if other.startswith(code)} for code in names}
    if found.prefix_safe:
        assert all(found.subtree(code) == below[code] for code in names)
    assert all(code in found.subtree(root) for root in found.roots for code in found.subtree(root))
    assert sorted(code for root in found.roots for code in found.subtree(root)) == sorted(names)
