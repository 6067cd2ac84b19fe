"""Findings for people and for programs."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from data_access.check.findings import Finding, Severity
from data_access.check.texts import CLEAN, MEND, SEVERITIES, SUMMARY, said


def as_text(findings: Sequence[Finding], lang: str = "zh") -> str:
    """One finding a paragraph: severity, what, where, example, mend; then the sums."""
    if not findings:
        return CLEAN[lang]
    lines = []
    for one in findings:
        what, mend = said(one, lang)
        lines.append(f"[{SEVERITIES[lang][one.severity]}] {one.kind}: {what}\n    {MEND[lang]}{mend}")
    sums = Counter(one.severity for one in findings)
    lines.append(SUMMARY[lang].format(**{severity.value: sums[severity] for severity in Severity}))
    return "\n".join(lines)


def as_json(findings: Sequence[Finding]) -> str:
    """A list of objects: kind, severity, table, column, count, example, params, text and mend by language."""
    return json.dumps([_object(one) for one in findings], ensure_ascii=False, indent=2)


def _object(one: Finding) -> dict[str, Any]:
    sentences = {lang: said(one, lang) for lang in SEVERITIES}
    return {
        "kind": one.kind,
        "severity": one.severity.value,
        "table": one.table or None,
        "column": one.column or None,
        "count": one.count,
        "example": one.example,
        "params": dict(one.params),
        "text": {lang: sentence.what for lang, sentence in sentences.items()},
        "mend": {lang: sentence.mend for lang, sentence in sentences.items()},
    }
