"""The colours of Python and those of the style sheet are the same, and can be read."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from layouts.theme import MARKS, TEXTS, TOKENS, token

ASSETS: Final = Path(__file__).resolve().parents[2] / "assets"


def declared() -> dict[str, str]:
    """Colours of ``00-tokens.css`` by name."""
    text = (ASSETS / "00-tokens.css").read_text(encoding="utf-8")
    return dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6});", text))


def luminance(colour: str) -> float:
    """Relative luminance (0 to 1) of ``#rrggbb``, as WCAG 2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21, as WCAG 2 defines it."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_style_sheet_says_the_same_colours() -> None:
    assert declared() == TOKENS


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#777777") == pytest.approx(1)


@pytest.mark.parametrize(("text", "behind"), TEXTS)
def test_texts_reach_four_and_a_half(text: str, behind: str) -> None:
    assert contrast(TOKENS[text], TOKENS[behind]) >= 4.5


@pytest.mark.parametrize(("mark", "behind"), MARKS)
def test_marks_reach_three(mark: str, behind: str) -> None:
    assert contrast(TOKENS[mark], TOKENS[behind]) >= 3


def test_each_class_of_the_ramp_differs_from_the_next() -> None:
    steps = [TOKENS[f"ramp-{i}"] for i in range(5)]
    assert all(contrast(low, high) >= 1.4 for low, high in pairwise(steps))


def test_colours_stand_in_the_tokens_alone() -> None:
    """Elsewhere in the style sheets a colour is a token; black and white shades of shadows and masks aside."""
    strange = []
    for sheet in sorted(ASSETS.glob("*.css")):
        if sheet.name == "00-tokens.css":
            continue
        text = re.sub(r'url\("data:[^"]*"\)', "", sheet.read_text(encoding="utf-8"))
        text = text.replace("rgba(167, 139, 250,", "")  # the hatching is the state's colour, thinned
        strange += [
            f"{sheet.name}: {found}" for found in re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\((?!0, 0, 0)[^)]*\)", text)
        ]
    assert strange == []


@pytest.mark.parametrize(("sheet", "thinned"), [("30-panels.css", "state"), ("00-tokens.css", "ground")])
def test_what_is_thinned_is_a_colour_of_the_tokens(sheet: str, thinned: str) -> None:
    """The hatching is the colour of state, the veil behind an alarm the ground; old browsers cannot mix by name."""
    red, green, blue = (int(TOKENS[thinned][at : at + 2], 16) for at in (1, 3, 5))
    found = re.findall(r"rgba\((?!0, 0, 0)[^)]*\)", (ASSETS / sheet).read_text(encoding="utf-8"))
    assert found
    assert all(one.startswith(f"rgba({red}, {green}, {blue}, ") for one in found), found


def test_tokens_named_in_python_and_css_exist() -> None:
    for sheet in sorted(ASSETS.glob("*.css")):
        for name in re.findall(r"var\(--([a-z0-9-]+)", sheet.read_text(encoding="utf-8")):
            known = name in TOKENS or any(
                re.search(rf"--{re.escape(name)}\s*:", other.read_text(encoding="utf-8"))
                for other in ASSETS.glob("*.css")
            )
            assert known or name in {"step", "terms"}, f"{sheet.name} uses --{name}"
    with pytest.raises(KeyError):
        token("mauve")


def test_nothing_is_scaled_by_transform_or_zoom_and_nothing_moves_for_ever() -> None:
    for sheet in sorted(ASSETS.glob("*.css")):
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"[\s;{]zoom\s*:", text), sheet.name
        assert not re.search(r"transform\s*:\s*scale", text), sheet.name
        assert "infinite" not in text, sheet.name
        assert not re.search(r"grid-template\s*:", text), f"{sheet.name}: the shorthand resets named areas"
