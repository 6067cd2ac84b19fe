"""Schemes from files: the built-in ones by name, a city's own by path; a wrong one is refused, with file and key."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from math import fsum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NoReturn, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data_access.errors import SettingError
from indicators.policy import Policy
from indicators.registry import REGISTRY, Text
from indicators.scores.scheme import Grade, ListRule, Scheme, Subject, Term
from indicators.windows import Now

FOLDER: Final = Path(__file__).with_name("schemes")
SUBJECTS: Final[tuple[Subject, ...]] = get_args(Subject)

_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_Points = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Words = Annotated[str, Field(min_length=1, max_length=400)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class _Text(_Part):
    zh: _Words
    en: _Words

    @property
    def text(self) -> Text:
        return Text(self.zh, self.en)


class _Term(_Part):
    id: _Name
    zh: _Words
    en: _Words
    indicator: str
    weight: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    direction: Literal["up", "down"]
    zero: _Share | None = None
    full: _Share | None = None
    ladder: tuple[tuple[Annotated[int, Field(ge=0)], _Points], ...] = ()
    beyond: _Points | None = None


class _Grade(_Part):
    key: Annotated[str, Field(pattern=r"^[A-Z]$")]
    zh: _Words
    en: _Words
    low: _Points
    high: _Points


class _List(_Part):
    count: Annotated[int, Field(ge=0, le=100)]
    grade: str


class _Lists(_Part):
    red: _List
    yellow: _List


class _File(_Part):
    id: _Name
    version: Annotated[str, Field(min_length=1, max_length=40)]
    name: _Text
    note: _Text
    subjects: Annotated[tuple[Subject, ...], Field(min_length=1)]
    minimum: Annotated[int, Field(ge=1, le=1_000_000)]
    sample: str
    least_weight: Annotated[float, Field(gt=0, le=1)]
    terms: Annotated[tuple[_Term, ...], Field(min_length=1, max_length=20)]
    grades: Annotated[tuple[_Grade, ...], Field(min_length=2, max_length=10)]
    lists: _Lists


def built_in() -> tuple[str, ...]:
    """The names of the built-in schemes."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def schemes_of(policy: Policy) -> Mapping[Subject, Scheme]:
    """The scheme of each subject that the policy names. Raises SettingError with file and key of what is wrong."""
    return {subject: scheme_of(policy, subject) for subject in SUBJECTS}


def scheme_of(policy: Policy, subject: Subject) -> Scheme:
    """The scheme that the policy names for a subject. Raises SettingError."""
    chosen: str = getattr(policy.scores, subject)
    scheme = load_scheme(chosen)
    if subject not in scheme.subjects:
        _refuse(chosen, "subjects", f"does not hold {subject}, for which the policy's scores.{subject} names it")
    return scheme


@lru_cache(maxsize=32)
def load_scheme(chosen: str) -> Scheme:
    """A built-in scheme by name, or a file by its path ending in .toml; read once in a process. Raises SettingError."""
    own = chosen.endswith(".toml")
    if not own and chosen not in built_in():
        raise SettingError(
            f"there is no scheme {chosen}: {', '.join(built_in())} are built in, a file's name ends in .toml",
            name="GRIDWALL_POLICY",
        )
    path = Path(chosen) if own else FOLDER / f"{chosen}.toml"
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingError(f"scheme file {path} cannot be read: {error.strerror}", name="GRIDWALL_POLICY") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"scheme file {path} is not TOML: {error}", name="GRIDWALL_POLICY") from error
    return scheme_from(document, str(path))


def scheme_from(document: Mapping[str, Any], source: str) -> Scheme:
    """A scheme out of parsed TOML or JSON; ``source`` is named in what is said. Raises SettingError."""
    try:
        found = _File.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        _refuse(source, ".".join(str(step) for step in first["loc"]), first["msg"])
    terms = tuple(_term(source, number, term) for number, term in enumerate(found.terms))
    _check_terms(source, terms)
    _check_grades(source, found.grades)
    _check_lists(source, found)
    by_id = {term.id: term for term in terms}
    if found.sample not in by_id or not by_id[found.sample].is_share:
        _refuse(source, "sample", f"{found.sample} is not the id of a term that is a share")
    if len(set(found.subjects)) < len(found.subjects):
        _refuse(source, "subjects", "names one twice")
    return Scheme(
        id=found.id,
        version=found.version,
        name=found.name.text,
        note=found.note.text,
        subjects=found.subjects,
        terms=terms,
        grades=tuple(Grade(grade.key, Text(grade.zh, grade.en), grade.low, grade.high) for grade in found.grades),
        minimum=found.minimum,
        sample=found.sample,
        least_weight=found.least_weight,
        red=ListRule(found.lists.red.count, found.lists.red.grade),
        yellow=ListRule(found.lists.yellow.count, found.lists.yellow.grade),
    )


def _refuse(source: str, key: str, said: str) -> NoReturn:
    raise SettingError(f"scheme file {source}, key {key}: {said}", name="GRIDWALL_POLICY")


def _term(source: str, number: int, term: _Term) -> Term:
    at = f"terms.{number}"
    entry = REGISTRY.get(term.indicator)
    if entry is None:
        _refuse(source, f"{at}.indicator", f"there is no indicator {term.indicator}")
    if not entry.counted or isinstance(entry.window, Now):
        _refuse(source, f"{at}.indicator", f"{term.indicator} is not counted over the cases of a period")
    if entry.better not in (term.direction, "none"):
        _refuse(source, f"{at}.direction", f"is {term.direction}, but of {term.indicator} {entry.better} is better")
    up = term.direction == "up"
    zero, full = (0.0 if up else 1.0), (1.0 if up else 0.0)
    if entry.is_share:
        if term.ladder or term.beyond is not None:
            _refuse(source, f"{at}.ladder", f"is for counts, but {term.indicator} is a share")
        zero, full = (term.zero if term.zero is not None else zero), (term.full if term.full is not None else full)
        if (full > zero) is not up or full == zero:
            rule = "above" if up else "below"
            _refuse(source, f"{at}.full", f"must lie {rule} zero, because {term.direction} is better")
    else:
        if term.zero is not None or term.full is not None:
            _refuse(source, f"{at}.zero", f"is for shares, but {term.indicator} is a count and needs a ladder")
        _check_ladder(source, at, term)
    return Term(
        id=term.id,
        name=Text(term.zh, term.en),
        weight=term.weight,
        direction=term.direction,
        indicator=term.indicator,
        zero=zero,
        full=full,
        ladder=term.ladder,
        beyond=term.beyond or 0.0,
    )


def _check_ladder(source: str, at: str, term: _Term) -> None:
    if not term.ladder or term.beyond is None:
        _refuse(source, f"{at}.ladder", f"is missing (with beyond): {term.indicator} is a count")
    bounds = [bound for bound, _ in term.ladder]
    points = [*(points for _, points in term.ladder), term.beyond]
    if any(later <= earlier for earlier, later in pairwise(bounds)):
        _refuse(source, f"{at}.ladder", "the counts of its steps must rise")
    steps = list(pairwise(points))
    if any((later < earlier) if term.direction == "up" else (later > earlier) for earlier, later in steps):
        _refuse(source, f"{at}.ladder", f"its points go against the direction {term.direction}")
    if max(points) != 100 or len(set(points)) == 1:
        _refuse(source, f"{at}.ladder", "its best step must give 100 points and another less")


def _check_terms(source: str, terms: tuple[Term, ...]) -> None:
    for number, term in enumerate(terms):
        if term.id in {other.id for other in terms[:number]}:
            _refuse(source, f"terms.{number}.id", f"{term.id} is there twice")
        for other in terms[:number]:
            if _measured(term) == _measured(other):
                said = f"{term.indicator} measures the same as {other.indicator} of the term {other.id}"
                _refuse(source, f"terms.{number}.indicator", said)
    total = fsum(term.weight for term in terms)
    if abs(total - 1) > 1e-9:
        _refuse(source, "terms.weight", f"the weights add up to {total:.6g}, not to 1")


def _measured(term: Term) -> tuple[object, ...]:
    """What a term counts, whatever its indicator is called: in a score the indicators' own spans do not matter."""
    entry = REGISTRY[term.indicator]
    return type(entry.window), entry.predicate, entry.denominator, entry.partial


def _check_grades(source: str, grades: tuple[_Grade, ...]) -> None:
    """Best first, from 100 down to 0, each beginning where the one above ends."""
    above = 100.0
    for number, grade in enumerate(grades):
        if grade.key in {other.key for other in grades[:number]}:
            _refuse(source, f"grades.{number}.key", f"{grade.key} is there twice")
        if grade.high != above:
            said = "overlaps" if grade.high > above else "leaves a gap to"
            other = f"the grade above, which ends at {above:g}" if number else "the end of the scale, 100"
            _refuse(source, f"grades.{number}.high", f"{grade.high:g} {said} {other}")
        if grade.low >= grade.high:
            _refuse(source, f"grades.{number}.low", f"{grade.low:g} is not below its high, {grade.high:g}")
        above = grade.low
    if above != 0:
        _refuse(source, f"grades.{len(grades) - 1}.low", f"the last grade ends at {above:g}, not at 0")
    if [grade.key for grade in grades] != sorted(grade.key for grade in grades):
        _refuse(source, "grades", "the letters must follow the alphabet, the best first")


def _check_lists(source: str, found: _File) -> None:
    floor = {grade.key: grade.low for grade in found.grades}
    for name, rule in (("red", found.lists.red), ("yellow", found.lists.yellow)):
        if rule.grade not in floor:
            _refuse(source, f"lists.{name}.grade", f"there is no grade {rule.grade}")
    if floor[found.lists.red.grade] <= floor[found.lists.yellow.grade]:
        _refuse(source, "lists.yellow.grade", "must lie below that of the red list, else a unit could be on both")
