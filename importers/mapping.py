"""A layout from a mapping file (TOML or JSON), with errors that say where and what to write instead."""

import json
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from data_access.errors import ImportRefused
from importers.layouts import LAYOUTS, Layout


def layout_of(spec: str) -> Layout:
    """The layout named ``boston``, ``baltimore`` or ``nyc``, or the one in the mapping file of that path."""
    if spec in LAYOUTS:
        return LAYOUTS[spec]
    if not spec.lower().endswith((".toml", ".json")):
        raise ImportRefused(
            f"No layout is called {spec!r}: choose {', '.join(LAYOUTS)} or a mapping file ending in .toml or .json."
        )
    return read_mapping(Path(spec))


def read_mapping(path: Path) -> Layout:
    """The layout written in this file. Raises ImportRefused naming the file, the place in it and the fault."""
    data = _parse(path)
    try:
        return Layout.model_validate(data)
    except ValidationError as error:
        faults = "; ".join(_fault(item["loc"], item["type"], item["msg"]) for item in error.errors(include_url=False))
        raise ImportRefused(f"The mapping file {path.name} cannot be used: {faults}.") from error


def _parse(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except OSError as error:
        raise ImportRefused(f"The mapping file {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ImportRefused(f"The mapping file {path.name} is not valid {path.suffix[1:].upper()}: {error}.") from error
    if not isinstance(data, dict):
        raise ImportRefused(f"The mapping file {path.name} must hold a table of settings, not a {type(data).__name__}.")
    return data


def _fault(place: tuple[int | str, ...], kind: str, message: str) -> str:
    where = ".".join(str(part) for part in place if part != "[key]")
    match kind:
        case "missing":
            return f"{where} is missing"
        case "extra_forbidden":
            return f"{where} is not a setting of a mapping file"
        case _:
            return f"{where}: {message[0].lower()}{message[1:]}"
