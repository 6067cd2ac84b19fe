"""Schemes as data: the built-in ones as their sources have them, and every way to get one wrong said in a sentence."""

import tomllib
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from data_access.errors import SettingError
from indicators.policy import BUILT_IN, load_policy
from indicators.registry import REGISTRY
from indicators.scores.load import FOLDER, SUBJECTS, built_in, load_scheme, scheme_from, schemes_of
from tests.fixtures.scored import SCHEMES

DEFAULT = tomllib.loads((FOLDER / "default.toml").read_text(encoding="utf-8"))
CJT = tomllib.loads((FOLDER / "cjt292.toml").read_text(encoding="utf-8"))


def test_the_built_in_schemes_are_those_that_are_tested_and_the_policy_names_known_ones() -> None:
    assert built_in() == tuple(sorted(SCHEMES))
    assert set(schemes_of(load_policy())) == set(SUBJECTS)


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("cjt292", {"reg_n": 0.1, "close_rate": 0.3, "ontime_handle": 0.3, "rework": 0.3}),
        ("cjt292_area", {"public_share": 0.1, "reg_n": 0.2, "close_rate": 0.3, "ontime_close": 0.4}),
        ("jiesujiban", {"resp": 0.1, "solve": 0.5, "sat": 0.4}),
    ],
)
def test_the_schemes_of_a_standard_have_its_terms_and_weights(name: str, terms: dict[str, float]) -> None:
    assert {term.indicator: term.weight for term in load_scheme(name).terms} == terms


@pytest.mark.parametrize("name", SCHEMES)
def test_grades_follow_the_table_of_the_standard(name: str) -> None:
    """A from 90, B from 75, C from 60, D from 40: half open, so that 90, 75, 60 and 40 belong to one grade each."""
    scheme = load_scheme(name)
    told = {score: scheme.grade_of(score).key for score in (100, 90, 89.999999, 75, 74.9, 60, 59.9, 40, 39.9, 0)}
    assert "".join(told.values()) == "AABBCCDDEE"
    assert (scheme.next_grade(89.0), scheme.next_grade(90.0)) == (scheme.grades[0], None)


@pytest.mark.parametrize("name", SCHEMES)
def test_every_term_has_the_direction_and_the_form_of_its_indicator(name: str) -> None:
    for term in load_scheme(name).terms:
        entry = REGISTRY[term.indicator]
        assert entry.better in (term.direction, "none")
        assert term.is_share is entry.is_share


def changed(document: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """A copy with one value other; ``None`` takes the key out."""
    copy = deepcopy(document)
    *above, last = path.split(".")
    place: Any = copy
    for step in above:
        place = place[int(step) if step.isdigit() else step]
    if value is None:
        del place[last]
    else:
        place[int(last) if last.isdigit() else last] = value
    return copy


WRONG = [
    (DEFAULT, "terms.0.weight", 0.5, "terms.weight", "1.1, not to 1"),
    (DEFAULT, "terms.0.weight", -0.4, "terms.0.weight", "greater than 0"),
    (DEFAULT, "terms.0.weight", float("nan"), "terms.0.weight", "finite"),
    (DEFAULT, "terms.0.indicator", "ontime", "terms.0.indicator", "there is no indicator ontime"),
    (DEFAULT, "terms.0.indicator", "overdue", "terms.0.indicator", "not counted over the cases of a period"),
    (DEFAULT, "terms.0.indicator", "on_duty", "terms.0.indicator", "not counted over the cases of a period"),
    (DEFAULT, "terms.0.direction", "down", "terms.0.direction", "is down, but of ontime_close up is better"),
    (DEFAULT, "terms.2.direction", "up", "terms.2.direction", "is up, but of rework down is better"),
    (DEFAULT, "terms.0.direction", "more", "terms.0.direction", "'up' or 'down'"),
    (DEFAULT, "terms.1.indicator", "ontime_close", "terms.1.indicator", "the same as ontime_close of the term ontime"),
    (DEFAULT, "terms.1.indicator", "ontime_department", "terms.1.indicator", "measures the same as ontime_close"),
    (DEFAULT, "terms.1.id", "ontime", "terms.1.id", "ontime is there twice"),
    (DEFAULT, "terms.0.zero", 1.0, "terms.0.full", "must lie above zero"),
    (DEFAULT, "terms.2.zero", 0.0, "terms.2.full", "must lie below zero"),
    (DEFAULT, "terms.0.zero", 1.5, "terms.0.zero", "less than or equal to 1"),
    (DEFAULT, "terms.0.wieght", 0.4, "terms.0.wieght", "not permitted"),
    (DEFAULT, "terms.0.weight", None, "terms.0.weight", "required"),
    (DEFAULT, "terms.0.ladder", [[1, 100]], "terms.0.ladder", "is for counts, but ontime_close is a share"),
    (DEFAULT, "grades.1.high", 91, "grades.1.high", "91 overlaps the grade above, which ends at 90"),
    (DEFAULT, "grades.1.high", 89, "grades.1.high", "89 leaves a gap to the grade above, which ends at 90"),
    (DEFAULT, "grades.0.high", 99, "grades.0.high", "99 leaves a gap to the end of the scale"),
    (DEFAULT, "grades.4.low", 10, "grades.4.low", "ends at 10, not at 0"),
    (DEFAULT, "grades.1.low", 90, "grades.1.low", "90 is not below its high"),
    (DEFAULT, "grades.1.key", "A", "grades.1.key", "A is there twice"),
    (DEFAULT, "grades.0.key", "Z", "grades", "the letters must follow the alphabet"),
    (DEFAULT, "lists.red.grade", "F", "lists.red.grade", "there is no grade F"),
    (DEFAULT, "lists.yellow.grade", "A", "lists.yellow.grade", "must lie below that of the red list"),
    (DEFAULT, "sample", "nothing", "sample", "nothing is not the id of a term"),
    (CJT, "sample", "volume", "sample", "volume is not the id of a term that is a share"),
    (DEFAULT, "minimum", 0, "minimum", "greater than or equal to 1"),
    (DEFAULT, "least_weight", 0, "least_weight", "greater than 0"),
    (DEFAULT, "subjects", ["bureau"], "subjects.0", "'department', 'county' or 'street'"),
    (DEFAULT, "subjects", ["street", "street"], "subjects", "names one twice"),
    (DEFAULT, "version", None, "version", "required"),
    (CJT, "terms.0.ladder", [], "terms.0.ladder", "is missing"),
    (CJT, "terms.0.beyond", None, "terms.0.ladder", "is missing (with beyond)"),
    (CJT, "terms.0.ladder", [[50, 100], [50, 90]], "terms.0.ladder", "the counts of its steps must rise"),
    (CJT, "terms.0.ladder", [[50, 90], [100, 100]], "terms.0.ladder", "go against the direction down"),
    (CJT, "terms.0.ladder", [[50, 90]], "terms.0.ladder", "its best step must give 100 points"),
    (CJT, "terms.0.zero", 0.5, "terms.0.zero", "is for shares, but reg_n is a count"),
    (CJT, "terms.0.ladder", [[50, 101]], "terms.0.ladder.0.1", "less than or equal to 100"),
]


@pytest.mark.parametrize(("document", "path", "value", "key", "said"), WRONG)
def test_a_wrong_scheme_is_refused_with_file_and_key(
    document: dict[str, Any], path: str, value: object, key: str, said: str
) -> None:
    with pytest.raises(SettingError) as refused:
        scheme_from(changed(document, path, value), "own.toml")
    text = str(refused.value)
    assert text.startswith(f"scheme file own.toml, key {key}: "), text
    assert said in text and "\n" not in text


def test_the_documents_that_are_made_wrong_are_right_before() -> None:
    assert scheme_from(DEFAULT, "x") == load_scheme("default") and scheme_from(CJT, "x") == load_scheme("cjt292")


def policy_file(folder: Path, lines: str) -> Path:
    text = BUILT_IN.read_text(encoding="utf-8")
    path = folder / "policy.toml"
    for line in lines.splitlines():
        key = line.partition("=")[0]
        text = text.replace(f'{key}= "default"', line)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_citys_own_scheme_stands_beside_its_policy(tmp_path: Path) -> None:
    text = (FOLDER / "default.toml").read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(text.replace('id = "default"', 'id = "own"'), encoding="utf-8")
    policy = load_policy(policy_file(tmp_path, 'department = "own.toml"\nstreet = "cjt292_area"'))
    schemes = schemes_of(policy)
    assert [schemes[subject].id for subject in SUBJECTS] == ["own", "default", "cjt292_area"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('department = "cjt293"', "there is no scheme cjt293: cjt292, cjt292_area, default, jiesujiban are built in"),
        ('department = "none.toml"', "none.toml cannot be read"),
        ('street = "cjt292"', "does not hold street, for which the policy's scores.street names it"),
    ],
)
def test_a_policy_that_names_no_scheme_of_the_subject_is_refused(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(SettingError) as refused:
        schemes_of(load_policy(policy_file(tmp_path, line)))
    assert said in str(refused.value)


def test_a_file_that_is_no_toml_is_said(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("id = ", encoding="utf-8")
    with pytest.raises(SettingError, match=r"own\.toml is not TOML"):
        load_scheme(str(tmp_path / "own.toml"))
