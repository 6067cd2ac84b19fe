"""The repository itself: its words, sizes, links and generated documents."""

import importlib.util
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from dashboard import cli, settings

ROOT = Path(__file__).resolve().parents[2]
LARGEST = 1_000_000
BINARY = {".png", ".jpg", ".ico", ".woff2", ".gz", ".br"}
FORBIDDEN = {
    "somebody's home directory": r"(?<![\w.\-])(?:/(?:root/|home/\w|Users/\w)|[A-Z]:\\Users\\)",
    "the host of a package index": r"\b(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|debian\.org|crates\.io)\b",
    "a marker of something left over": r"\b(?:TO[D]O|FIX[M]E|XX[X])\b|^(?:<{7}|={7}|>{7})(?: |$)|\bbreakpoint[(][)]",
}


@cache
def files() -> tuple[Path, ...]:
    """Everything that is committed or would be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=True, timeout=60,
    )  # fmt: skip
    return tuple(path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file())


def texts() -> list[tuple[str, str]]:
    """Name and text of each text file; a text file is UTF-8."""
    return [
        (str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in files() if path.suffix not in BINARY
    ]


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_nothing_of_one_machine_and_nothing_left_over_is_committed(kind: str) -> None:
    word = re.compile(FORBIDDEN[kind])
    found = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if word.search(line)
    ]
    assert found == [], f"{kind}:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("kind", "line", "is_found"),
    [
        ("somebody's home directory", "open('/" + "home/ann/city.csv')", True),
        ("somebody's home directory", "the network/home/page, see /" + "home", False),
        ("the host of a package index", "files." + "pythonhosted" + ".org", True),
        ("the host of a package index", "any package index", False),
        ("a marker of something left over", "# " + "TO" + "DO: a word", True),
        ("a marker of something left over", "<" * 7 + " HEAD", True),
        ("a marker of something left over", "mastodon, " + "=" * 12, False),
    ],
)
def test_the_words_are_found_and_no_others(kind: str, line: str, is_found: bool) -> None:
    assert bool(re.search(FORBIDDEN[kind], line)) is is_found


def test_documents_that_are_named_exist() -> None:
    """Also where a name is no link: in comments, help texts and tables."""
    known = {path.name for path in files()}
    strange = {
        (name, document)
        for name, text in texts()
        for document in re.findall(r"(?<![\w.{*-])([A-Za-z][\w.-]*\.md)\b", text)
        if document not in known
    }
    assert strange == set()


def test_no_file_is_large() -> None:
    large = {str(path.relative_to(ROOT)): size for path in files() if (size := path.stat().st_size) > LARGEST}
    assert large == {}


def test_no_file_is_made_by_a_run() -> None:
    made = [
        str(path.relative_to(ROOT))
        for path in files()
        if path.suffix in {".pyc", ".sqlite", ".log", ".tmp", ".orig", ".rej"} or path.name == ".env"
    ]
    assert made == []


def test_locks_are_exact_hashed_and_name_no_address() -> None:
    for name in ("requirements.lock", "requirements-tests.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"https?:|file:|^-|@ ", text, re.MULTILINE), name
        entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())
        assert len(entries) > 50
        for entry in entries:
            assert re.match(r"[a-z0-9-]+==[\w.]+( ;[^\\]+)? \\\n", entry), entry
            assert "--hash=sha256:" in entry, entry


def test_the_tests_lock_repeats_the_runtime_lock() -> None:
    """Installing the tests never changes what the product runs on."""

    def pins(name: str) -> set[str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return set(re.findall(r"^([a-z0-9-]+==[\w.]+)", text, re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-tests.lock")


LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)|<img[^>]+src=\"([^\"]+)\"")


def anchors(text: str) -> set[str]:
    """The anchors of a document's headings, as the usual renderers make them."""
    headings = re.findall(r"^#+ +(.+?)\s*$", text, re.MULTILINE)
    return {re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.lower())) for heading in headings}


def test_links_of_the_documents_lead_somewhere() -> None:
    broken = []
    documents = [path for path in files() if path.suffix == ".md"]
    assert len(documents) > 5
    for document in documents:
        for groups in LINK.findall(document.read_text(encoding="utf-8")):
            target = next(part for part in groups if part)
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            place = (document.parent / path).resolve() if path else document
            if not place.exists():
                broken.append(f"{document.relative_to(ROOT)}: {target} does not exist")
            elif anchor and place.suffix == ".md" and anchor not in anchors(place.read_text(encoding="utf-8")):
                broken.append(f"{document.relative_to(ROOT)}: {target} has no such heading")
    assert broken == []


def test_every_decision_is_in_the_list() -> None:
    folder = ROOT / "docs" / "adr"
    listed = re.findall(
        r"^\| \[(\d{4})\]\(([^)]+)\) \|", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    names = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [name for _, name in listed] == names
    assert [f"{number:04d}" for number in range(1, len(names) + 1)] == [number for number, _ in listed]
    for name in names:
        text = (folder / name).read_text(encoding="utf-8")
        assert text.startswith(f"# {name[:4]} "), name
        for part in ("**Status:**", "## The question", "## Decision", "## What follows"):
            assert part in text, f"{name} lacks {part}"


def test_derived_documents_are_as_the_code_says() -> None:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    stale = [
        name
        for name, text in generate.documents().items()
        if not (ROOT / name).exists() or (ROOT / name).read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run make docs"


def commands() -> set[str]:
    """The commands of the command line."""
    (choices,) = (action.choices for action in cli.parser()._actions if isinstance(action.choices, dict))
    return set(choices)


def commands_named_in(text: str) -> list[str]:
    """What follows ``gridwall`` in code: between backticks, in fenced blocks and as the program of a unit."""
    fenced = "\n".join(re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    return re.findall(r"(?:`|/bin/)gridwall ([a-z][\w-]+)", text) + re.findall(
        r"^gridwall ([a-z][\w-]+)", fenced, re.MULTILINE
    )


def test_documents_and_units_name_commands_that_exist() -> None:
    named = {
        (str(path.relative_to(ROOT)), command)
        for path in files()
        if path.suffix in {".md", ".service"}
        for command in commands_named_in(path.read_text(encoding="utf-8"))
    }
    assert len(named) > 10
    assert {(name, command) for name, command in named if command not in commands()} == set()


def test_documents_name_settings_that_exist() -> None:
    known = {name for name, *_ in settings.table()}
    strange = {
        (str(path.relative_to(ROOT)), name)
        for path in files()
        if path.suffix in {".md", ".service", ".conf", ".toml"}
        for name in re.findall(r"GRIDWALL_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8"))
        if name not in known
    }
    assert strange == set()


def tool(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name(command[0])), *command[1:]],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=False, timeout=600,
    )  # fmt: skip


@pytest.mark.parametrize("command", [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)])
def test_the_code_passes_its_checkers(command: tuple[str, ...]) -> None:
    done = tool(*command)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
