"""All settings: name, default, bounds and what they mean. Read once, at the edge.

``.env.example`` and the table of the README are written from this module (``gridwall settings``); a test compares.
"""

import difflib
import ipaddress
import os
import secrets
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args, get_origin
from zoneinfo import ZoneInfo, available_timezones

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from data_access.errors import SettingError

PREFIX: Final = "GRIDWALL_"
IN_SO_MANY_WORDS: Final = "yes-without-any-sign-on"
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def _parts(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_parts)]


class Settings(BaseSettings):
    """What an operator may decide. Frozen; a name that is not here is refused (``load``)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: SecretStr = Field(
        SecretStr(""),
        description="The operational database, which is only read: sqlite:///file, postgresql://, mysql://",
    )
    ledger_url: SecretStr = Field(
        SecretStr(""), description="Our own small database (lease, access log); by default a file in the data folder"
    )
    data_dir: Path = Field(Path("var"), description="Folder of our own files: secret key, ledger, geometry cache")
    timezone: str = Field("Asia/Shanghai", description="The city's time zone, which says what a naive time means")
    calendar: str = Field("cn", description="Working calendar: cn, weekdays, continuous, or a file")
    policy: Path | None = Field(None, description="File with the city's own thresholds, over the built-in ones")
    source_crs: Literal["wgs84", "gcj02", "bd09"] = Field(
        "wgs84", description="Coordinate system of the source, converted once on reading"
    )
    statement_timeout: float = Field(5.0, ge=0.1, le=120, description="Longest time a statement may take, in seconds")
    pool_size: int = Field(4, ge=2, le=50, description="Connections kept by each process, per database")

    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8050, ge=1, le=65535, description="Port to listen on")
    workers: int = Field(1, ge=1, le=64, description="Web processes; more than one needs Redis")
    threads: int = Field(8, ge=2, le=64, description="Threads of each web process")
    store: SecretStr = Field(SecretStr("memory"), description="The broadcast store: memory, or redis://host:port/db")
    clock: str = Field(
        "", description="Moves now: an offset (-90d, +36h) or the city time now shall be (2015-03-31T09:00)"
    )

    auth: Literal["open", "header", "device"] = Field(
        "open",
        description="How people enter: open (no sign-on, a menu chooses), header (a trusted proxy names them), "
        "device (walls with tokens only)",
    )
    open_on_all_addresses: str = Field(
        "", description=f"{IN_SO_MANY_WORDS} lets GRIDWALL_AUTH=open listen beyond this machine"
    )
    secret_key: SecretStr = Field(
        SecretStr(""), description="Signs cookies, 32 characters or more; made and kept in the data folder when open"
    )
    trusted_proxies: Texts = Field(
        (),
        description="Addresses or networks of the proxies in front: whether the browser came by https and from which "
        "address (X-Forwarded-Proto, X-Forwarded-For) is believed of them alone, and with auth header who it is",
    )
    header_user: str = Field("X-Gridwall-User", description="Header with the name of the person")
    header_role: str = Field("X-Gridwall-Role", description="Header with the role: leader or official")
    header_areas: str = Field("X-Gridwall-Areas", description="Header with an official's area codes, by comma")
    header_departments: str = Field(
        "X-Gridwall-Departments", description="Header with an official's department codes, by comma"
    )
    device_tokens: SecretStr = Field(
        SecretStr(""),
        description="Walls as name:token or name:token:area+area, by comma; a token has 24 characters or more",
    )
    control_tokens: SecretStr = Field(
        SecretStr(""),
        description="Phones that steer walls without sign-on, as name:token (all walls with a token) or "
        "name:token:wall+wall, by comma; a token has 24 characters or more",
    )
    frame_ancestors: str = Field("'none'", description="Who may frame the pages (Content-Security-Policy)")

    title: str = Field("", max_length=60, description="Title of the wall in Chinese; by default it names the place")
    title_en: str = Field("", max_length=80, description="Title of the wall in English; by default it names the place")
    area: str = Field("", description="Code of the area the wall begins with; by default the root of the tree")
    language: Literal["zh", "en"] = Field("zh", description="Language without ?lang=")
    rotate: Texts = Field((), description="Scenes that walls show in turn, by comma; one or none: no turns")
    dwell: int = Field(60, ge=5, le=3600, description="Seconds that a wall shows a scene before the next")
    drawer_seconds: int = Field(
        90, ge=0, le=3600, description="Seconds after which a wall closes what was opened on it and left (0: never)"
    )
    notice: Literal["none", "demo", "replay"] = Field(
        "none", description="Says on every screen that the data are made up or replayed"
    )
    schematic: bool = Field(False, description="The boundaries of the areas are schematic; the map says so")
    backdrop: Path | None = Field(None, description="GeoJSON file of lakes and rivers (WGS-84) drawn under the areas")
    backdrop_credit: str = Field("", max_length=120, description="Whom to credit for the backdrop or the tiles")
    tiles: str = Field("", description="Address pattern of map tiles under the areas, https://.../{z}/{x}/{y}.png")
    tiles_crs: Literal["wgs84", "gcj02"] = Field(
        "wgs84", description="Datum of the tiles; the areas are drawn in the same, so that they fit"
    )

    log: Literal["auto", "text", "json"] = Field("auto", description="Form of the log: JSON lines unless on a terminal")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is logged")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is not the name of a time zone such as Asia/Shanghai")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            ipaddress.ip_network(entry, strict=False)
        return value

    @field_validator("frame_ancestors")
    @classmethod
    def _one_directive(cls, value: str) -> str:
        if not value.strip() or any(mark in value for mark in ";,\r\n"):
            raise ValueError("is one list of sources, such as 'none', 'self' or https://signage.example")
        bare = ("none", "self")  # an env file takes the quotes off
        return " ".join(f"'{word}'" if word in bare else word for word in value.split())

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def ledger(self) -> str:
        """The address of the ledger."""
        return self.ledger_url.get_secret_value() or f"sqlite:///{self.data_dir.resolve()}/ledger.sqlite"


def variable(field: str) -> str:
    """The environment variable of a field."""
    return PREFIX + field.upper()


def load(env_file: Path | None = None, **overrides: object) -> Settings:
    """The settings from the environment (and a file of NAME=value lines, over which the environment wins).

    Raises SettingError with a sentence when a GRIDWALL_* name is unknown or a value is out of bounds.
    """
    given = set(os.environ) | set(dotenv_values(env_file) if env_file is not None and env_file.is_file() else ())
    known = {variable(field) for field in Settings.model_fields}
    for name in sorted(given):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.6)
            hint = f"; is {near[0]} meant?" if near else ""
            raise SettingError(f"there is no setting {name}{hint}", name=name)
    try:
        settings: Any = Settings(_env_file=env_file, **overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        name = variable(str(problem["loc"][0])) if problem["loc"] else "GRIDWALL_*"
        raise SettingError(f"{name} is not acceptable: {problem['msg']}", name=name) from None
    return check(settings)


def check(settings: Settings) -> Settings:
    """The settings themselves when they fit together. Raises SettingError with a sentence."""
    if settings.auth == "open" and settings.host not in LOOPBACK and settings.open_on_all_addresses != IN_SO_MANY_WORDS:
        raise SettingError(
            f"GRIDWALL_AUTH=open has no sign-on, so it listens on this machine only, not on {settings.host}; "
            f"GRIDWALL_OPEN_ON_ALL_ADDRESSES={IN_SO_MANY_WORDS} allows it",
            name="GRIDWALL_HOST",
        )
    if settings.auth == "header" and not settings.trusted_proxies:
        raise SettingError(
            "GRIDWALL_AUTH=header believes what a proxy says, so it needs GRIDWALL_TRUSTED_PROXIES",
            name="GRIDWALL_TRUSTED_PROXIES",
        )
    if settings.auth == "device" and not settings.device_tokens.get_secret_value():
        raise SettingError("GRIDWALL_AUTH=device needs GRIDWALL_DEVICE_TOKENS", name="GRIDWALL_DEVICE_TOKENS")
    if settings.workers > 1 and settings.store.get_secret_value() == "memory":
        raise SettingError(
            "GRIDWALL_WORKERS above 1 needs GRIDWALL_STORE=redis://..., because memory is not shared",
            name="GRIDWALL_WORKERS",
        )
    key = settings.secret_key.get_secret_value()
    if (key or settings.auth != "open") and len(key) < 32:
        raise SettingError("GRIDWALL_SECRET_KEY needs 32 characters or more", name="GRIDWALL_SECRET_KEY")
    return settings


def secret_key(settings: Settings) -> str:
    """The key that signs cookies: the operator's, or one made once and kept in the data folder, readable by us only."""
    if own := settings.secret_key.get_secret_value():
        return own
    path = settings.data_dir / "secret.key"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = path.read_text(encoding="ascii").strip()
        if len(kept) >= 32:
            return kept
        path.unlink()
        return secret_key(settings)
    made = secrets.token_urlsafe(48)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(made + "\n")
    return made


def _limits(constraint: object) -> list[object]:
    """The ends that a constraint of a field names."""
    ends = (getattr(constraint, "ge", None), getattr(constraint, "le", None))
    return [end for end in ends if end is not None]


def table() -> list[tuple[str, str, str, str]]:
    """Name, default, bounds and meaning of every setting, in order."""
    rows = []
    for field, info in Settings.model_fields.items():
        default = info.default.get_secret_value() if isinstance(info.default, SecretStr) else info.default
        shown = "" if default in (None, ()) else str(default).lower() if isinstance(default, bool) else str(default)
        limits = [str(limit) for m in info.metadata for limit in _limits(m)]
        bounds = " to ".join(limits)
        if get_origin(info.annotation) is Literal:
            bounds = ", ".join(get_args(info.annotation))
        rows.append((variable(field), shown, bounds, info.description or ""))
    return rows


def as_markdown() -> str:
    """The table of the README."""
    lines = ["| setting | default | allowed | meaning |", "|---|---|---|---|"]
    for name, default, bounds, meaning in table():
        lines.append(f"| `{name}` | {f'`{default}`' if default else ''} | {bounds} | {meaning} |")
    return "\n".join(lines) + "\n"


def as_example() -> str:
    """The text of ``.env.example``: every setting with its meaning, commented out at its default."""
    lines = ["# Settings of gridwall. Uncomment what you change; the environment wins over this file.", ""]
    for name, default, bounds, meaning in table():
        lines += [f"# {meaning}{f' ({bounds})' if bounds else ''}", f"#{name}={default}", ""]
    return "\n".join(lines)
