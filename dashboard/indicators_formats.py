"""A report of ``gridwall indicators`` as text: a table for people, JSON for programs, CSV for spreadsheets."""

import csv
import io
import json
import unicodedata
from collections.abc import Sequence
from typing import Final

from dashboard.indicators_report import Answer, Line, Report
from layouts.formats import NONE
from layouts.words import t

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet take a text for a formula when it stands first."""

COLUMNS: Final = (
    "id", "name", "key", "key_name", "value", "unit", "numerator", "denominator", "low", "high", "grade", "rank",
    "window", "as_of", "scheme", "not_recorded", "definition",
)  # fmt: skip
"""The columns of the CSV."""


def as_csv(report: Report) -> str:
    """One line a value, with all its words, and one for each indicator that the source does not record."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n").writerow
    write(COLUMNS)
    for answer in report.answers:
        for line in answer.lines or ([Line(None, "", None)] if answer.missing else []):
            write(
                [
                    _cell(one)
                    for one in (
                        answer.id, answer.name, line.key, line.name, _plain(line.value), answer.unit, _plain(line.good),
                        line.of, _plain(line.low), _plain(line.high), line.grade, line.rank, answer.window,
                        report.as_of.isoformat(sep=" "), answer.scheme, " ".join(answer.missing), answer.definition,
                    )
                ]
            )  # fmt: skip
    return out.getvalue()


def _cell(value: object) -> object:
    """A text that no spreadsheet takes for a formula; numbers as they are, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _plain(value: float | None) -> float | int | None:
    """At most four digits behind the point, whole numbers without one."""
    if value is None:
        return None
    return int(value) if float(value).is_integer() else round(value, 4)


def as_json(report: Report) -> str:
    """The whole report as one object; null is "no cases", an indicator that is not recorded says what is missing."""
    return json.dumps(
        {
            "as_of": report.as_of.isoformat(),
            "timezone": report.zone,
            "area": {"code": report.area, "name": report.area_name},
            "by": report.by,
            "indicators": [_answer(answer) for answer in report.answers],
        },
        ensure_ascii=False,
        indent=2,
    )


def _answer(answer: Answer) -> dict[str, object]:
    found: dict[str, object] = {
        "id": answer.id, "name": answer.name, "unit": answer.unit, "window": answer.window,
        "definition": answer.definition,
    }  # fmt: skip
    if answer.scheme is not None:
        found["scheme"] = answer.scheme
    if answer.missing:
        return found | {"not_recorded": list(answer.missing)}
    return found | {"values": [_value(line) for line in answer.lines]}


def _value(line: Line) -> dict[str, object]:
    found: dict[str, object] = {"value": _plain(line.value)}
    if line.key is not None:
        found = {"key": line.key, "name": line.name, **found}
    if line.of is not None:
        found |= {"numerator": _plain(line.good), "denominator": line.of}
        found |= {"low": _plain(line.low), "high": _plain(line.high)}
    if line.grade is not None or line.rank is not None:
        found |= {"grade": line.grade, "rank": line.rank}
    return found


def as_table(report: Report) -> str:
    """For people: without groups one line an indicator and the definitions below, else a table for each."""
    lang = report.lang
    as_of = t("indicators-as-of", lang, moment=f"{report.as_of:%Y-%m-%d %H:%M:%S}", zone=report.zone)
    blocks = [f"{report.area_name}  {as_of}"]
    if report.by is None and all(len(answer.lines) <= 1 for answer in report.answers):
        blocks.append(_aligned([[answer.id, answer.name, *_cells(answer, lang)] for answer in report.answers]))
        blocks += ["\n".join(_about(answer, lang) for answer in report.answers)]
    else:
        for answer in report.answers:
            rows = [[line.key or "", line.name, *_numbers(line, answer.unit)] for line in answer.lines]
            body = _aligned(rows) if rows else f"  {_nothing(answer, lang)}"
            blocks.append(f"{answer.id} {_about(answer, lang)}\n{body}")
    return "\n\n".join(blocks) + "\n"


def _cells(answer: Answer, lang: str) -> list[str]:
    return _numbers(answer.lines[0], answer.unit) if answer.lines else [_nothing(answer, lang)]


def _nothing(answer: Answer, lang: str) -> str:
    """Not recorded, or no cases: never mixed up."""
    if answer.missing:
        return t("indicators-not-recorded", lang, missing=", ".join(answer.missing))
    return NONE


def _about(answer: Answer, lang: str) -> str:
    """The definition with the window on one line, and the scheme of a score."""
    scheme = t("indicators-scheme", lang, scheme=answer.scheme) if answer.scheme else ""
    return f"{answer.definition} {scheme}".rstrip()


def _numbers(line: Line, unit: str) -> list[str]:
    whole = line.of is None
    value = NONE if line.value is None else f"{line.value:,.0f}" if whole else f"{line.value:.1f}"
    found = [f"{value} {unit}"]
    if line.of is not None and line.good is not None:
        found.append(f"{line.good:,g} / {line.of:,}")
    elif line.of is not None:
        found.append(f"n = {line.of:,}")
    if line.low is not None and line.high is not None:
        found.append(f"[{line.low:.1f}, {line.high:.1f}]")
    if line.grade is not None:
        found.append(f"{line.grade} #{line.rank}" if line.rank is not None else line.grade)
    return found


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    """Columns of one width, wide characters counted as two."""
    widths: dict[int, int] = {}
    for row in rows:
        for place, cell in enumerate(row[:-1]):
            widths[place] = max(widths.get(place, 0), _width(cell))
    lines = []
    for row in rows:
        padded = [cell + " " * (widths[place] - _width(cell)) for place, cell in enumerate(row[:-1])]
        lines.append("  " + "  ".join([*padded, row[-1]]))
    return "\n".join(line.rstrip() for line in lines)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
