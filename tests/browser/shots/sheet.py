"""The contact sheet: all pictures on one page, as HTML and as one PNG."""

from dataclasses import dataclass
from html import escape
from pathlib import Path

from playwright.sync_api import Browser

_STYLE = """
body { margin: 24px; background: #07131f; color: #e8f1f8; font: 15px/1.4 "Noto Sans CJK SC", sans-serif; }
h1 { font-size: 22px; } h2 { margin: 28px 0 8px; font-size: 18px; color: #8aa4ba; }
.shots { display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; }
figure { margin: 0; max-width: 620px; }
img { display: block; max-width: 620px; max-height: 420px; border: 1px solid #1a3550; }
figcaption { font-size: 13px; color: #8aa4ba; } .wrong { color: #a78bfa; }
"""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: of which scene, in which state, how large, in which language, how the state came about."""

    name: str
    scene: str
    state: str
    size: str
    lang: str
    how: str
    wrong: tuple[str, ...]


def page_of(shots: list[Shot]) -> str:
    """The sheet as HTML, grouped by scene and state."""
    parts = [f"<!doctype html><meta charset='utf-8'><title>gridwall</title><style>{_STYLE}</style><h1>gridwall</h1>"]
    for group in dict.fromkeys((shot.scene, shot.state) for shot in shots):
        members = [shot for shot in shots if (shot.scene, shot.state) == group]
        parts.append(f"<h2>{escape(' · '.join(group))}: {escape(members[0].how)}</h2><div class='shots'>")
        for shot in members:
            note = f" <span class='wrong'>{len(shot.wrong)} things do not fit</span>" if shot.wrong else ""
            image = escape(shot.name)
            parts.append(
                f"<figure><a href='{image}'><img src='{image}' alt='{image}'></a>"
                f"<figcaption>{escape(shot.size)} · {escape(shot.lang)}{note}</figcaption></figure>"
            )
        parts.append("</div>")
    return "\n".join(parts)


def write_sheet(shots: list[Shot], out: Path, browser: Browser) -> None:
    """``index.html`` and ``contact-sheet.png`` beside the pictures."""
    index = out / "index.html"
    index.write_text(page_of(shots), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1960, "height": 1200})
    page.goto(index.resolve().as_uri())
    page.screenshot(path=out / "contact-sheet.png", full_page=True, timeout=120_000)
    page.close()
