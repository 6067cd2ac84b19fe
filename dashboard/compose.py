"""Which parts a process is made of: the choices of the settings become objects here and nowhere else."""

import hashlib
import logging
from importlib import metadata
from pathlib import Path
from typing import Final

from dashboard.auth import entrances
from dashboard.beat import Beat
from dashboard.clock import SystemClock, offset_of
from dashboard.directory import Directory
from dashboard.geometry import GeometryStore
from dashboard.keys import LiveKey
from dashboard.lanes import Reading, ThreadLane
from dashboard.lease import LeaseKeeper
from dashboard.plan import Plan
from dashboard.publisher import Publisher, reader_of
from dashboard.services import Services
from dashboard.settings import Settings, secret_key
from dashboard.stores import Broadcast
from dashboard.viewer import Viewer
from data_access.contract_sql import ENGINES
from data_access.crs import Crs
from data_access.engine import Database, ReadOptions
from data_access.errors import SettingError, StoreError
from data_access.ledger import Ledger
from data_access.reference import Reference
from data_access.scope import Audience
from indicators.policy import Policy, load_policy
from indicators.readings import READINGS
from indicators.scores.load import schemes_of
from indicators.workcalendar import WorkCalendar
from layouts.opaque import Opaque, keyed
from layouts.scenes import PANELS, SCENES

_log = logging.getLogger(__name__)
_ROOT: Final = Path(__file__).resolve().parent.parent
_HANG_S: Final = 3.0
_ENGINES: Final = frozenset(ENGINES)
_FIRST_SCENE: Final = "overview"


def product() -> Plan:
    """The panels, scenes and readings of the product."""
    return Plan(PANELS, SCENES, READINGS)


def build_id() -> str:
    """A mark of this build: version and the content of all that a browser gets or that makes it."""
    digest = hashlib.sha256()
    try:
        digest.update(metadata.version("gridwall").encode())
    except metadata.PackageNotFoundError:
        digest.update(b"source")
    for folder in ("assets", "layouts"):
        for path in sorted((_ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(_ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def open_database(settings: Settings) -> Database:
    """The operational database; each caller gets connections of its own. Raises SettingError without an address."""
    url = settings.database_url.get_secret_value()
    if not url:
        raise SettingError(
            "GRIDWALL_DATABASE_URL says which database is read; it is not set", name="GRIDWALL_DATABASE_URL"
        )
    if url.partition(":")[0].partition("+")[0] not in _ENGINES:
        raise SettingError(
            f"GRIDWALL_DATABASE_URL begins with one of {', '.join(sorted(_ENGINES))}://", name="GRIDWALL_DATABASE_URL"
        )
    options = ReadOptions(
        settings.timezone, settings.statement_timeout, settings.pool_size, Crs(settings.source_crs)
    )  # fmt: skip
    return Database(url, options)


def clock_of(settings: Settings, broadcast: Broadcast | None = None) -> SystemClock:
    """The clock, moved as the settings say. Raises SettingError.

    Processes that share a store share the clock too: which moment "2015-03-31T09:00" began at is what the first of them
    said, else they would differ by the seconds between their starts.
    """
    still = SystemClock(settings.zone)
    offset = offset_of(settings.clock, settings.zone, still.real())
    if broadcast is not None and settings.clock and settings.clock.strip()[0] not in "+-":
        key = f"clock:{settings.clock.strip()}"
        try:
            kept = broadcast.fetch(key)
            if kept is None:
                broadcast.put({key: repr(offset).encode()})
            else:
                offset = float(kept)
        except StoreError:
            _log.warning("the store cannot be used; this process begins its own clock")
    return SystemClock(settings.zone, offset)


def calendar_of(settings: Settings) -> WorkCalendar:
    """The working calendar. Raises SettingError."""
    try:
        return WorkCalendar.named(settings.calendar, settings.timezone)
    except ValueError as error:
        raise SettingError(f"GRIDWALL_CALENDAR: {error}", name="GRIDWALL_CALENDAR") from error


def policy_of(settings: Settings) -> Policy:
    """The city's thresholds, with the schemes it scores by. Raises SettingError."""
    policy = load_policy(settings.policy)
    schemes_of(policy)
    return policy


def geometry_of(settings: Settings, broadcast: Broadcast) -> GeometryStore:
    """The maker of the map's shapes."""
    return GeometryStore(
        broadcast,
        schematic=settings.schematic,
        backdrop=settings.backdrop,
        credit=settings.backdrop_credit,
        tiles=settings.tiles,
        tiles_crs=Crs(settings.tiles_crs),
    )


def publisher_of(settings: Settings, broadcast: Broadcast, geometry: GeometryStore, clock: SystemClock) -> Beat:
    """Publisher, its lanes (each with a pool of its own) and the lease, not started yet."""
    plan, calendar, policy = product(), calendar_of(settings), policy_of(settings)
    # a ledger of its own: what the slow lane asks must not hold up the lease
    read = reader_of(plan, calendar, policy, clock, geometry.shapes, Ledger(settings.ledger))
    keeper = LeaseKeeper(Ledger(settings.ledger), clock)
    publisher = Publisher(
        plan=plan,
        broadcast=broadcast,
        fast=ThreadLane("fast", Reading(open_database(settings), read)),
        slow=ThreadLane("slow", Reading(open_database(settings), read)),
        clock=clock,
        mandate=keeper,
        build=build_id(),
        pinned=lambda reference: _pinned(settings, reference),
        calendar=calendar,
        policy=policy,
        patience_s=settings.statement_timeout + _HANG_S,
        opaque=names_of(settings),
    )
    return Beat(publisher, keeper)


def names_of(settings: Settings) -> Opaque:
    """Names of alarms on screens, by the key that signs cookies: all processes of an installation give the same."""
    return keyed(secret_key(settings).encode(), "alarm")


def _pinned(settings: Settings, reference: Reference) -> tuple[LiveKey, ...]:
    """The wall that is always ready: the overview of the first area."""
    focus = Viewer(Audience.LEADER).home(reference, settings.area or None)
    if focus is None or focus.area not in reference.tree.by_code:
        return ()
    return (LiveKey(Audience.WALL, _FIRST_SCENE, focus, settings.language),)


def services_of(
    settings: Settings,
    broadcast: Broadcast,
    geometry: GeometryStore,
    clock: SystemClock,
    beat: Beat | None,
) -> Services:
    """What the web application needs; ``beat`` is the embedded publisher, None where it is another process.

    Raises SettingError.
    """
    database, plan = open_database(settings), product()
    if unknown := [scene for scene in settings.rotate if scene not in plan.scenes]:
        raise SettingError(
            f"GRIDWALL_ROTATE: there is no scene {', '.join(unknown)}; there are {', '.join(plan.scenes)}",
            name="GRIDWALL_ROTATE",
        )
    return Services(
        settings=settings,
        clock=clock,
        database=database,
        directory=Directory(database),
        broadcast=broadcast,
        plan=plan,
        calendar=calendar_of(settings),
        policy=policy_of(settings),
        entrances=entrances(settings, secret_key(settings), clock.real),
        geometry=geometry,
        ledger=Ledger(settings.ledger),
        build=build_id(),
        alive=None if beat is None else lambda: beat.alive,
    )
