"""The policy file: the built-in one, a city's own, and what is said about a wrong one."""

import re
import tomllib
from pathlib import Path

import pytest

from data_access.errors import SettingError
from indicators.holidays import read_calendar_file
from indicators.policy import BUILT_IN, Policy, load_policy

TEXT = BUILT_IN.read_text(encoding="utf-8")


def written(folder: Path, text: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_built_in_policy() -> None:
    policy = load_policy()
    assert (policy.lights.watch, policy.lights.near, policy.lights.overdue, policy.lights.long) == (0.5, 0.8, 1.0, 2.0)
    assert policy.horizon.cuts == ("12:00", "18:00")
    assert (policy.windows.ontime_days, policy.windows.departments_days) == (7, 30)
    assert policy.duty.position_max_age_s == 600
    assert load_policy(BUILT_IN) == policy


def test_a_citys_own_policy_wins(tmp_path: Path) -> None:
    own = load_policy(written(tmp_path, TEXT.replace("ontime_days = 7", "ontime_days = 14")))
    assert own.windows.ontime_days == 14
    assert own.model_copy(update={"windows": load_policy().windows}) == load_policy()


def test_a_file_says_only_what_differs(tmp_path: Path) -> None:
    lines = """
        [horizon]
        cuts = ["10:30"]
        [detectors.repeated]
        metres = 80
        [scores]
        street = "cjt292_area"
        [scores.groups]
        harbour = { zh = "港区", en = "Harbour" }
        county = { zh = "县" , en = "Counties" }
    """
    own, built_in = load_policy(written(tmp_path, lines)), load_policy()
    assert own.horizon.cuts == ("10:30",), "a list is replaced, not lengthened"
    assert (own.detectors.repeated.metres, own.detectors.repeated.times) == (80, built_in.detectors.repeated.times)
    assert (own.scores.department, own.scores.street) == ("default", "cjt292_area")
    assert own.scores.groups["harbour"].en == "Harbour" and own.scores.groups["county"].zh == "县"
    assert set(own.scores.groups) == {*built_in.scores.groups, "harbour"}
    same = {"horizon", "detectors", "scores"}
    assert own.model_dump(exclude=same) == built_in.model_dump(exclude=same)
    assert load_policy(written(tmp_path, "")) == built_in == load_policy(), "the built-in one is as it was"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[lights]\nwatch = 0.9", "lights"),
        ("lights = 3", "lights"),
        ("[lights]\nnear = [1]", "lights.near"),
        ("[light]\nwatch = 0.4", "light"),
        ("[detectors.stalling]\nslow = 1", "detectors.stalling.slow"),
    ],
)
def test_a_short_file_is_checked_as_a_long_one(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SettingError, match="policy") as refused:
        load_policy(path)
    assert f"policy file {path}, key {said}: " in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("watch = 0.5", "watch = 0.9", "lights"),
        ("long = 2.0", "long = 1.0", "lights"),
        ("overdue = 1.0", "overdue = 1.1", "lights.overdue"),
        ("near = 0.8", 'near = "soon"', "lights.near"),
        ('"12:00"', '"25:00"', "horizon.cuts.0"),
        ('cuts = ["12:00", "18:00"]', "cuts = []", "horizon.cuts"),
        ("types_days = 7", "types_days = 0", "windows.types_days"),
        ("cells_share = 0.6", "cells_share = 60", "samples.cells_share"),
        ('"report"', '"reprot"', "ticker.actions.0"),
        ('default = "work"', 'default = "always"', "clock.default"),
        ("silence_odds = 0.01", "silence_odds = 0", "sources.silence_odds"),
        ("weeks = 4", "weeks = 4\nmonths = 1", "sources.months"),
        ("[duty]", "[duties]", "duties"),
        ("hours = [1, 4, 24, 72]", "hours = [4, 1, 24, 72]", "ageing"),
        ("hours = [1, 4, 24, 72]", "hours = []", "ageing.hours"),
        ("hands = 2", "hands = 1", "holding.hands"),
        ("fdr = 0.05", "fdr = 5", "hot.fdr"),
        ("enough = 20", "enough = 0", "hot.enough"),
        ('"source_silent"]', '"source_loud"]', "alarms.kinds.2"),
        ("window_s = 60", "window_s = 600", "alarms.window_s"),
        ("signs = 2", "signs = 5", "detectors.perfunctory.signs"),
        ("times = 3", "times = 1", "detectors.repeated.times"),
        ("metres = 50", "metres = 0", "detectors.repeated.metres"),
        ("not_taken = 0.5", 'not_taken = "half"', "detectors.stalling.not_taken"),
        ("accept_minutes = 15", "accept_minutes = 0", "detectors.unexplained_extension.accept_minutes"),
    ],
)
def test_what_is_wrong_is_named_with_its_file_and_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TEXT
    path = written(tmp_path, TEXT.replace(old, new, 1))
    with pytest.raises(SettingError) as refused:
        load_policy(path)
    assert str(path) in str(refused.value)
    assert f"key {said}:" in str(refused.value)
    assert refused.value.params["name"] == "GRIDWALL_POLICY"


DOCUMENT = BUILT_IN.parents[1] / "docs" / "policy.md"


def samples(word: str) -> list[str]:
    """The TOML samples of the document whose first line speaks of this file."""
    blocks = re.findall(r"^```toml\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [block for block in blocks if word in block.partition("\n")[0]]


def test_the_document_names_every_key_and_its_samples_are_good(tmp_path: Path) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for section, keys in tomllib.loads(TEXT).items():
        assert f"`[{section}]`" in text, section
        for key in keys if section != "detectors" else ():
            assert f"`{key}`" in text or f"`[{section}.{key}]`" in text, f"{section}.{key}"
    (policy,) = samples("policy.toml")
    own = load_policy(written(tmp_path, policy))
    assert (own.period.month_start, own.horizon.cuts, own.samples.department) == (26, ("10:30", "17:00"), 10)
    assert own.scores.street == str(tmp_path / "own.toml")
    calendars = samples("calendar.toml")
    assert len(calendars) == 2
    for calendar in calendars:
        (tmp_path / "calendar.toml").write_text(calendar, encoding="utf-8")
        read_calendar_file(tmp_path / "calendar.toml")


def test_a_file_that_is_not_there_or_not_toml(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="cannot be read"):
        load_policy(tmp_path / "missing.toml")
    with pytest.raises(SettingError, match="not TOML"):
        load_policy(written(tmp_path, "[lights"))


def test_a_policy_cannot_be_changed_afterwards() -> None:
    policy = load_policy()
    with pytest.raises(ValueError, match="frozen"):
        policy.lights = policy.lights  # type: ignore[misc]
    assert isinstance(policy, Policy)
