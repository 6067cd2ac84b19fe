"""Settings: bounds, refusals in a sentence, secrets that do not show, documents that agree."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from dashboard import settings
from dashboard.clock import offset_of
from dashboard.settings import IN_SO_MANY_WORDS, Settings, check, load
from data_access.errors import SettingError

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of ours in the environment."""
    for name in list(os.environ):
        if name.startswith("GRIDWALL_"):
            monkeypatch.delenv(name)


def test_defaults_are_a_whole() -> None:
    loaded = load(None)
    assert (loaded.port, loaded.auth, loaded.timezone, loaded.workers) == (8050, "open", "Asia/Shanghai", 1)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text("GRIDWALL_PORT=8123\nGRIDWALL_TITLE=某市\nOTHER=1\n", encoding="utf-8")
    assert (load(file).port, load(file).title) == (8123, "某市")
    monkeypatch.setenv("GRIDWALL_PORT", "8124")
    assert load(file).port == 8124
    assert load(file, port=8125).port == 8125
    assert load(tmp_path / "none").port == 8124


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("GRIDWALL_DATABASE", "GRIDWALL_DATABASE_URL"),
        ("GRIDWALL_WORKER", "GRIDWALL_WORKERS"),
        ("GRIDWALL_TIME_ZONE", "GRIDWALL_TIMEZONE"),
    ],
)
def test_a_mistyped_name_is_refused_and_the_nearest_is_said(
    name: str, meant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "1")
    with pytest.raises(SettingError, match=f"{name}; is {meant} meant"):
        load(None)


def test_a_mistyped_name_in_the_file_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GRIDWALL_PROT=1\n", encoding="utf-8")
    with pytest.raises(SettingError, match="GRIDWALL_PORT"):
        load(tmp_path / ".env")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"), ("PORT", "70000"), ("PORT", "http"), ("WORKERS", "0"), ("THREADS", "1"),
        ("STATEMENT_TIMEOUT", "0"), ("POOL_SIZE", "1"), ("TIMEZONE", "Beijing"), ("TIMEZONE", ""), ("AUTH", "none"),
        ("SOURCE_CRS", "mars"), ("LANGUAGE", "fr"), ("NOTICE", "x"), ("TRUSTED_PROXIES", "10.0.0.0/99"),
        ("FRAME_ANCESTORS", "'none'; script-src *"), ("FRAME_ANCESTORS", "a\nb"), ("SCHEMATIC", "perhaps"),
        ("TITLE", "x" * 100),
    ],
)  # fmt: skip
def test_values_out_of_bounds_are_refused_with_their_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"GRIDWALL_{name}", value)
    if value == "":
        assert load(None).timezone == "Asia/Shanghai", "empty is as if it were not there"
        return
    with pytest.raises(SettingError, match=f"GRIDWALL_{name} is not acceptable"):
        load(None)


def test_an_unacceptable_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDWALL_SECRET_KEY", "hunter2")
    with pytest.raises(SettingError) as refused:
        load(None)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"host": "0.0.0.0"}, "no sign-on"),
        ({"host": "192.168.1.5", "open_on_all_addresses": "yes"}, "no sign-on"),
        ({"auth": "header", "secret_key": SecretStr("k" * 40)}, "GRIDWALL_TRUSTED_PROXIES"),
        ({"auth": "header", "trusted_proxies": ("10.0.0.1",)}, "GRIDWALL_SECRET_KEY"),
        ({"auth": "device", "secret_key": SecretStr("k" * 40)}, "GRIDWALL_DEVICE_TOKENS"),
        ({"workers": 2}, "GRIDWALL_STORE"),
        ({"secret_key": SecretStr("short")}, "32 characters"),
    ],
)
def test_settings_that_do_not_fit_together_are_refused_with_a_sentence(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingError, match=said):
        check(Settings(**given))


@pytest.mark.parametrize(
    "given",
    [
        {"host": "0.0.0.0", "open_on_all_addresses": IN_SO_MANY_WORDS},
        {"host": "::1"},
        {"host": "0.0.0.0", "auth": "header", "trusted_proxies": ("10.0.0.0/8",), "secret_key": SecretStr("k" * 40)},
        {"workers": 4, "store": SecretStr("redis://127.0.0.1:6379/0")},
    ],
)
def test_settings_that_fit_are_taken(given: dict[str, Any]) -> None:
    assert check(Settings(**given)).workers >= 1


@pytest.mark.parametrize(
    ("given", "header"),
    [
        ("none", "'none'"),
        ("'self' https://a.example", "'self' https://a.example"),
        ("self  https://a", "'self' https://a"),
    ],
)
def test_frame_ancestors_may_come_without_quotes(given: str, header: str) -> None:
    assert Settings(frame_ancestors=given).frame_ancestors == header


def test_settings_are_frozen_and_secrets_do_not_show() -> None:
    loaded = Settings(database_url=SecretStr("postgresql://u:geheim@h/db"), device_tokens=SecretStr("w:geheim"))
    assert "geheim" not in repr(loaded) + str(loaded) + loaded.model_dump_json()
    with pytest.raises(ValueError, match="frozen"):
        loaded.port = 1  # type: ignore[misc]


def test_the_key_is_made_once_and_is_ours_to_read(tmp_path: Path) -> None:
    loaded = Settings(data_dir=tmp_path / "var")
    key = settings.secret_key(loaded)
    assert len(key) >= 32
    assert settings.secret_key(loaded) == key
    file = tmp_path / "var" / "secret.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("cut", encoding="ascii")
    again = settings.secret_key(loaded)
    assert len(again) >= 32 and again != "cut"


def test_every_setting_has_a_meaning_and_numbers_have_bounds() -> None:
    for name, default, bounds, meaning in settings.table():
        assert len(meaning) > 10, name
        if default.replace(".", "", 1).isdigit():
            assert " to " in bounds, name


def test_the_example_file_is_as_the_settings_say() -> None:
    written = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert written == settings.as_example()


def test_the_readme_has_the_table_of_the_settings() -> None:
    assert settings.as_markdown() in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_file_is_a_file_of_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = settings.as_example().splitlines()
    uncommented = [line[1:] for line in lines if line.startswith("#GRIDWALL_")]
    (tmp_path / ".env").write_text("\n".join(uncommented), encoding="utf-8")
    assert load(tmp_path / ".env") == load(None)


@pytest.mark.parametrize(
    ("spec", "offset"),
    [
        ("", 0),
        ("+90", 90),
        ("-90d", -90 * 86400),
        ("+1.5h", 5400),
        ("-2m", -120),
        ("2026-03-11T10:30", 3600),
        ("2026-03-11 09:30:10", 10),
    ],
)
def test_the_clock_moves_now(spec: str, offset: float) -> None:
    real = datetime(2026, 3, 11, 1, 30, tzinfo=UTC).timestamp()  # 09:30 in Shanghai
    assert offset_of(spec, Settings().zone, real) == offset


@pytest.mark.parametrize("spec", ["yesterday", "90d", "+d", "+1w", "2026-13-01", "+1e400"])
def test_a_clock_that_cannot_be_read_is_refused(spec: str) -> None:
    with pytest.raises(SettingError, match="GRIDWALL_CLOCK"):
        offset_of(spec, Settings().zone, 0.0)
