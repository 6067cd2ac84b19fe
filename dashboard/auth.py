"""How people and walls enter: open (a menu, for demonstrations), a trusted proxy's headers, device tokens.

Each is an ``Authenticator``; nothing else asks how somebody entered.
"""

import hashlib
import hmac
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from flask import Request
from itsdangerous import BadData, URLSafeTimedSerializer

from dashboard.proxies import Proxies
from dashboard.settings import Settings
from dashboard.viewer import Viewer
from data_access.errors import SettingError
from data_access.scope import Audience

_log = logging.getLogger(__name__)
VIEWER_COOKIE: Final = "gridwall_viewer"
DEVICE_COOKIE: Final = "gridwall_device"
COOKIE_SECONDS: Final = 30 * 86400
_REMEMBERED: Final = 512
_REMEMBER_S: Final = 5.0
_LEADER: Final = Viewer(Audience.LEADER, name="leader")


class Authenticator(Protocol):
    """Says who sends a request."""

    def viewer(self, request: Request) -> Viewer | None:
        """The viewer, None when nobody we know."""
        ...


class Cookies:
    """Signs and reads our cookies; what was verified once is remembered, because every poll brings it again."""

    def __init__(self, key: str, name: str, real: Callable[[], float]) -> None:
        self._serializer = URLSafeTimedSerializer(
            key, salt=f"gridwall:{name}", signer_kwargs={"digest_method": hashlib.sha256}
        )
        self._name = name
        self._real = real
        self._known: OrderedDict[str, tuple[float, Any]] = OrderedDict()

    def write(self, value: object) -> str:
        """The cookie's text."""
        return str(self._serializer.dumps(value))

    def read(self, request: Request) -> Any:
        """What we once wrote; None when there is nothing, when it was not written by us, or too long ago."""
        text = request.cookies.get(self._name)
        if not text:
            return None
        known = self._known.get(text)
        if known is not None and known[0] > self._real():
            return known[1]
        try:
            value, at = self._serializer.loads(text, max_age=COOKIE_SECONDS, return_timestamp=True)
        except BadData:
            return None
        self._known[text] = (at.timestamp() + COOKIE_SECONDS, value)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return value


class OpenEntry:
    """No sign-on: everybody is the leader until the menu says otherwise. For one machine and for demonstrations."""

    def __init__(self, cookies: Cookies) -> None:
        self._cookies = cookies

    def viewer(self, request: Request) -> Viewer | None:
        """The chosen viewer, the leader without a choice."""
        return chosen_viewer(self._cookies.read(request)) or _LEADER


def chosen_viewer(choice: object) -> Viewer | None:
    """The viewer that a choice of the menu names: ``leader``, ``area:CODE`` or ``department:CODE``; None for others."""
    if not isinstance(choice, str):
        return None
    kind, _, code = choice.partition(":")
    if kind == "leader" and not code:
        return _LEADER
    if kind == "area" and code:
        return Viewer.official((code,), (), name=choice)
    if kind == "department" and code:
        return Viewer.official((), (code,), name=choice)
    return None


class HeaderEntry:
    """A proxy signs people on and says in headers who they are. Headers from anybody else count for nothing."""

    def __init__(self, settings: Settings) -> None:
        if not settings.trusted_proxies:
            raise SettingError("GRIDWALL_AUTH=header needs GRIDWALL_TRUSTED_PROXIES", name="GRIDWALL_TRUSTED_PROXIES")
        self._proxies = Proxies(settings.trusted_proxies)
        self._names = (
            settings.header_user, settings.header_role, settings.header_areas, settings.header_departments,
        )  # fmt: skip

    def viewer(self, request: Request) -> Viewer | None:
        """The person the proxy names; None from other peers, without a name, or with a role that we do not know."""
        if not self._proxies.trusts(request.remote_addr):
            return None
        user, role, areas, departments = (request.headers.get(name, "").strip() for name in self._names)
        if not user:
            return None
        if role == Audience.LEADER.value:
            return Viewer(Audience.LEADER, name=user)
        if role == Audience.OFFICIAL.value:
            return Viewer.official(_codes(areas), _codes(departments), name=user)
        return None


@dataclass(frozen=True, slots=True)
class Device:
    """A wall, or a phone that steers walls: its name, the digest of its token, its areas (None: everywhere).

    A phone names the walls it ``steers``; a wall steers none.
    """

    name: str
    digest: bytes
    areas: frozenset[str] | None
    steers: frozenset[str] = frozenset()

    @property
    def viewer(self) -> Viewer:
        """What it may see: no more than a wall."""
        return Viewer(Audience.WALL, self.areas, None, name=self.name, steers=self.steers)


class DeviceEntry:
    """Walls, and the phones that steer them, enter once with their token and keep a cookie.

    Removing a token from the setting turns its device away.
    """

    def __init__(self, devices: Sequence[Device], cookies: Cookies) -> None:
        self._devices = {device.name: device for device in devices}
        self.cookies = cookies

    @property
    def names(self) -> tuple[str, ...]:
        """The walls there are, by name."""
        return tuple(name for name, device in self._devices.items() if not device.steers)

    def viewer_of(self, name: str) -> Viewer | None:
        """What the wall of this name may see; None when there is no such wall."""
        device = self._devices.get(name)
        return None if device is None or device.steers else device.viewer

    def taken(self, name: str) -> bool:
        """Whether a device has this name, so that no other screen may go by it."""
        return name in self._devices

    def still(self, viewer: Viewer) -> bool:
        """Whether a device of these rights is still let in."""
        device = self._devices.get(viewer.name)
        return device is not None and device.viewer == viewer

    def admit(self, token: str) -> Device | None:
        """The device with this token. Compared in constant time, and with all of them."""
        digest = _digest(token)
        found = None
        for device in self._devices.values():
            if hmac.compare_digest(device.digest, digest):
                found = device
        return found

    def pass_for(self, device: Device) -> str:
        """The cookie of a device; it names the token by its digest, so that a new token ends old cookies."""
        return self.cookies.write([device.name, device.digest.hex()[:32]])

    def viewer(self, request: Request) -> Viewer | None:
        """The device whose cookie this is."""
        match self.cookies.read(request):
            case [str(name), str(mark)] if name in self._devices:
                device = self._devices[name]
                return device.viewer if hmac.compare_digest(device.digest.hex()[:32], mark) else None
            case _:
                return None


class Remembering:
    """Asks another authenticator once in a few seconds for the same cookies, headers and peer: polls come every two."""

    def __init__(self, way: Authenticator, headers: Sequence[str], real: Callable[[], float]) -> None:
        self._way = way
        self._real = real
        self._marks = ("REMOTE_ADDR", "HTTP_COOKIE", *(f"HTTP_{name.upper().replace('-', '_')}" for name in headers))
        self._known: dict[tuple[str | None, ...], tuple[float, Viewer | None]] = {}

    def viewer(self, request: Request) -> Viewer | None:
        """The answer of the last seconds, or a new one."""
        marks = tuple(map(request.environ.get, self._marks))
        now = self._real()
        known = self._known.get(marks)
        if known is not None and now - _REMEMBER_S < known[0] <= now:
            return known[1]
        viewer = self._way.viewer(request)
        if len(self._known) > _REMEMBERED:
            self._known = {}
        self._known[marks] = (now, viewer)
        return viewer


class Either:
    """Tries one way after the other."""

    def __init__(self, *ways: Authenticator) -> None:
        self._ways = ways

    def viewer(self, request: Request) -> Viewer | None:
        """The first answer."""
        return next((viewer for way in self._ways if (viewer := way.viewer(request)) is not None), None)


def devices_of(spec: str) -> tuple[Device, ...]:
    """The walls of GRIDWALL_DEVICE_TOKENS, ``name:token`` or ``name:token:area+area`` by comma. Raises SettingError."""
    devices: list[Device] = []
    for entry in filter(None, (part.strip() for part in spec.split(","))):
        name, _, rest = entry.partition(":")
        token, _, areas = rest.partition(":")
        if not name or len(token) < 24 or any(device.name == name for device in devices):
            raise SettingError(
                f"GRIDWALL_DEVICE_TOKENS: {name or 'a wall'} needs its own name and a token of 24 characters or more",
                name="GRIDWALL_DEVICE_TOKENS",
            )
        codes = frozenset(filter(None, areas.split("+")))
        devices.append(Device(name, _digest(token), codes or None))
    return tuple(devices)


def phones_of(spec: str, walls: Sequence[Device]) -> tuple[Device, ...]:
    """The phones of GRIDWALL_CONTROL_TOKENS, ``name:token`` (all walls) or ``name:token:wall+wall``, by comma.

    A phone may show and choose what the walls it steers may show. Raises SettingError, also for a wall there is not.
    """
    by_name, phones = {wall.name: wall for wall in walls}, list[Device]()
    tokens = {wall.digest for wall in walls}
    for entry in filter(None, (part.strip() for part in spec.split(","))):
        name, _, rest = entry.partition(":")
        token, _, named = rest.partition(":")
        steers = frozenset(filter(None, named.split("+"))) or frozenset(by_name)
        if not name or name in by_name or any(phone.name == name for phone in phones):
            raise _no_phone(f"{name or 'a phone'} needs a name that no wall and no other phone has")
        if len(token) < 24 or _digest(token) in tokens:
            raise _no_phone(f"{name} needs a token of its own of 24 characters or more")
        if not steers or steers - by_name.keys():
            known = ", ".join(by_name) or "none; GRIDWALL_DEVICE_TOKENS names them"
            raise _no_phone(f"{name} steers walls by their names; there are {known}")
        tokens.add(_digest(token))
        areas = [by_name[wall].areas for wall in steers]
        union = None if None in areas else frozenset().union(*(own for own in areas if own is not None))
        phones.append(Device(name, _digest(token), union, steers))
    return tuple(phones)


def _no_phone(why: str) -> SettingError:
    return SettingError(f"GRIDWALL_CONTROL_TOKENS: {why}", name="GRIDWALL_CONTROL_TOKENS")


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _codes(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


@dataclass(frozen=True)
class Entrances:
    """The authenticator of the settings, and the parts that routes need to write cookies."""

    authenticator: Authenticator
    devices: DeviceEntry
    choices: Cookies | None
    """Signs the menu's choice; None where people sign on elsewhere."""


def entrances(settings: Settings, key: str, real: Callable[[], float]) -> Entrances:
    """What GRIDWALL_AUTH names, and device tokens beside it."""
    walls = devices_of(settings.device_tokens.get_secret_value())
    phones = phones_of(settings.control_tokens.get_secret_value(), walls)
    devices = DeviceEntry((*walls, *phones), Cookies(key, DEVICE_COOKIE, real))
    if settings.auth == "open":
        choices = Cookies(key, VIEWER_COOKIE, real)
        return Entrances(Remembering(Either(devices, OpenEntry(choices)), (), real), devices, choices)
    if settings.auth == "header":
        names = (settings.header_user, settings.header_role, settings.header_areas, settings.header_departments)
        return Entrances(Remembering(Either(devices, HeaderEntry(settings)), names, real), devices, None)
    return Entrances(Remembering(devices, (), real), devices, None)
