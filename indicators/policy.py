"""The city's own thresholds: ``policy.toml``, and over it the file that GRIDWALL_POLICY names, checked on load."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from data_access.errors import SettingError
from indicators.detectors.thresholds import DetectorRules

BUILT_IN: Final = Path(__file__).with_name("policy.toml")

Share = Annotated[float, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Days = Annotated[int, Field(ge=1, le=366)]
TimeOfDay = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LightLevels(_Part):
    """Shares of working time used at which a light changes; each above the one before."""

    watch: Annotated[float, Field(gt=0)]
    near: float
    overdue: Annotated[float, Field(ge=1, le=1)]
    long: float

    @model_validator(mode="after")
    def _rising(self) -> "LightLevels":
        if not self.watch < self.near < self.overdue < self.long:
            raise ValueError("needs watch < near < overdue = 1.0 < long")
        return self


class Horizon(_Part):
    """Times of day (HH:MM) that a duty officer looks ahead to."""

    cuts: Annotated[tuple[TimeOfDay, ...], Field(min_length=1)]


class Windows(_Part):
    """Lengths of windows in days, ending now."""

    ontime_days: Days
    departments_days: Days
    types_days: Days
    spark_days: Days


class Samples(_Part):
    """Smallest numbers of cases; below them a rate is "too few"."""

    department: Count
    cell: Count
    cells_share: Share
    rising: Count


class DutyRule(_Part):
    """On duty now: a duty shift covers now and the last position is at most this many seconds old."""

    position_max_age_s: Annotated[int, Field(ge=10, le=86_400)]


class ClockRule(_Part):
    """The clock of orders and categories that say nothing."""

    default: Literal["work", "continuous"]


class SourceRule(_Part):
    """When a source is live (something came within so many seconds), quiet (as usual), or silent."""

    live_s: Annotated[int, Field(ge=2, le=3600)]
    unknown_silent_s: Annotated[int, Field(ge=60, le=31 * 86_400)]
    silence_odds: Annotated[float, Field(gt=0, lt=0.5)]
    weeks: Annotated[int, Field(ge=1, le=52)]


Action = Literal[
    "report", "verify", "accept", "file", "dispatch", "take", "return", "transfer", "rework", "handle", "check",
    "close", "force_close", "void", "cancel", "reopen", "escalate", "measure",
]  # fmt: skip
"""What the contract's event log may say happened."""


class TickerRule(_Part):
    """Actions of the event log worth a line on the wall."""

    actions: Annotated[tuple[Action, ...], Field(min_length=1)]


class PeriodRule(_Part):
    """When the city's month begins, and when its day is cut: months from the 19th or 26th belong to the next month."""

    month_start: Literal[1, 19, 26] = 1
    day_cut: Literal["00:00", "12:00"] = "00:00"


SchemeName = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*|.+\.toml)$")]


class GroupName(_Part):
    """What a ranking group is called."""

    zh: Annotated[str, Field(min_length=1, max_length=40)]
    en: Annotated[str, Field(min_length=1, max_length=60)]


class ScoreRule(_Part):
    """The scheme that each subject is scored by: the name of a built-in one, or a file ending in .toml.

    ``groups`` names the ranking groups that departments and areas record; one that is not there is shown as recorded.
    """

    department: SchemeName = "default"
    county: SchemeName = "default"
    street: SchemeName = "default"
    groups: dict[str, GroupName] = Field(default_factory=dict)

    def beside(self, folder: Path) -> "ScoreRule":
        """The same, files as paths from this folder."""
        named = {"department": self.department, "county": self.county, "street": self.street}
        paths = {subject: str(folder / name) for subject, name in named.items() if name.endswith(".toml")}
        return self.model_copy(update=paths)


class AgeRule(_Part):
    """Bounds of the ages of open orders, in hours that pass by day and by night; each above the one before."""

    hours: Annotated[tuple[Annotated[float, Field(gt=0, le=100_000)], ...], Field(min_length=1, max_length=8)]

    @model_validator(mode="after")
    def _rising(self) -> "AgeRule":
        if list(self.hours) != sorted(set(self.hours)):
            raise ValueError("needs hours in rising order")
        return self


class HoldingRule(_Part):
    """Orders that ended in so many days count beside the open ones; ping-pong is so many hands or more."""

    days: Days
    hands: Annotated[int, Field(ge=2, le=100)]


class DaysRule(_Part):
    """A window of so many days, compared with as many before."""

    days: Days


class HotRule(_Part):
    """Hot areas: the last days against as many before, so many times; see ``readings.hot``."""

    days: Days
    before: Annotated[int, Field(ge=1, le=52)]
    minimum: Count
    enough: Count
    fdr: Annotated[float, Field(gt=0, lt=0.5)]


AlarmKind = Literal["long_overdue_urgent", "supervision_unanswered", "source_silent"]


class AlarmRule(_Part):
    """Which events take the screen, of which urgencies, and for how many seconds after they happened."""

    kinds: tuple[AlarmKind, ...]
    urgency: tuple[str, ...]
    window_s: Annotated[int, Field(ge=10, le=60)]


class Policy(_Part):
    """All thresholds. Immutable; a change is a new file and a restart."""

    lights: LightLevels
    horizon: Horizon
    period: PeriodRule = PeriodRule()
    windows: Windows
    samples: Samples
    duty: DutyRule
    clock: ClockRule
    sources: SourceRule
    ticker: TickerRule
    detectors: DetectorRules = DetectorRules()
    ageing: AgeRule
    holding: HoldingRule
    ladder: DaysRule
    origins: DaysRule
    hot: HotRule
    supervision: DaysRule
    alarms: AlarmRule
    scores: ScoreRule = ScoreRule()


def load_policy(path: Path | None = None) -> Policy:
    """The built-in policy, and over it what a file says: a key that the file leaves out keeps the built-in value.

    Raises SettingError naming the file, the key and what is wrong.
    """
    source = path or BUILT_IN
    try:
        said = tomllib.loads(BUILT_IN.read_text(encoding="utf-8"))
        if path is not None:
            said = _laid_over(said, tomllib.loads(path.read_text(encoding="utf-8")))
        policy = Policy.model_validate(said)
    except OSError as error:
        raise SettingError(f"policy file {source} cannot be read: {error.strerror}", name="GRIDWALL_POLICY") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"policy file {source} is not TOML: {error}", name="GRIDWALL_POLICY") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise SettingError(f"policy file {source}, key {where}: {first['msg']}", name="GRIDWALL_POLICY") from error
    return policy.model_copy(update={"scores": policy.scores.beside(source.parent)})


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both tables as one, key by key down through tables of tables; whatever is no table (a list too) is replaced."""
    both = dict(below)
    for key, value in above.items():
        kept = both.get(key)
        both[key] = _laid_over(kept, value) if isinstance(kept, dict) and isinstance(value, dict) else value
    return both
