"""Scores as text and back: what is frozen keeps rules, figures and results, whatever the program computes later."""

import json
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from data_access.errors import LedgerError
from indicators.scores.values import Scores

FORMAT: Final = 1
"""The form of the text; a reader of a later release can tell."""


@cache
def _adapter() -> TypeAdapter[Scores]:
    return TypeAdapter(Scores)


def to_text(scores: Scores) -> str:
    """JSON with all of the scores. Numbers come back exactly as they were."""
    document: dict[str, Any] = {"format": FORMAT, "scores": _adapter().dump_python(scores, mode="json")}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def from_text(text: str) -> Scores:
    """The scores of a text. Raises LedgerError when it is none of ours."""
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise LedgerError(f"frozen scores of the form {document['format']} are not known", cause="newer")
        return _adapter().validate_python(document["scores"])
    except (ValueError, TypeError, KeyError, ValidationError) as error:
        raise LedgerError(f"frozen scores cannot be read: {' '.join(str(error).split())}", cause="document") from error
