"""What the columns of a city's 311 file mean, as data: the schema; Boston, Baltimore and New York."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from data_access.contract import Level

LEVELS: Final = (Level.COUNTY, Level.STREET, Level.COMMUNITY, Level.GRID, Level.MICRO_GRID)
"""Levels that areas may be imported for, from the top down; the city is made from them and a zone lies across them."""

AreaLevel: TypeAlias = Literal["county", "street", "community", "grid", "micro_grid"]
Source: TypeAlias = Literal[
    "patrol", "hotline", "scan", "video", "sensor", "leader", "transfer", "media", "opinion", ""
]


def _as_names(value: object) -> object:
    return [value] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_as_names)]
"""One column under the names it has had: the first that the file has is read. A lone text is one name."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class City(_Part):
    """The city: the beginning of its area codes, its name, the zone its times are in (IANA)."""

    code: str = Field(pattern=r"^[A-Za-z0-9]{1,12}$")
    name: str = Field(min_length=1)
    zone: str

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"no time zone is called {value!r}") from error
        return value


class Columns(_Part):
    """Which column holds what. What the file has no column for is not recorded."""

    id: Names
    opened_at: Names
    closed_at: Names
    target_at: Names = ()
    status: Names = ()
    verdict: Names = ()
    title: Names = ()
    description: Names = ()
    result: Names = ()
    department: Names = ()
    queue: Names = ()
    source: Names = ()
    address: Names = ()
    lon: Names = ()
    lat: Names = ()
    categories: tuple[Names, ...] = ()
    """From the widest class to the narrowest; each becomes a category whose parent is the one before."""


class AreaRule(_Part):
    """How areas of one level are coded and named, and in which columns an order names its own."""

    columns: tuple[str, ...] = ()
    prefix: str = Field(default="", pattern=r"^[A-Za-z0-9]*$")
    width: int = Field(default=0, ge=0, le=20)
    name: str = "{}"


class Layout(_Part):
    """All that is known of a file before it is opened.

    ``departments`` names by code; ``no_department`` values that mean none. ``sources`` from the file's word to the
    contract's source, empty for words that say nothing. ``closed`` beginnings of the status of a closed case.
    ``area_words`` words before a number in an area's name, ``synonyms`` other spellings of an area's name.
    """

    city: City
    columns: Columns
    areas: Mapping[AreaLevel, AreaRule] = {}
    area_words: tuple[str, ...] = ("ward", "precinct", "district")
    synonyms: Mapping[str, str] = {}
    departments: Mapping[str, str] = {}
    no_department: tuple[str, ...] = ()
    sources: Mapping[str, Source] = {}
    verdicts: Mapping[str, Literal["ontime", "overdue"]] = {}
    closed: tuple[str, ...] = ("closed",)
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: str = "utf-8-sig"

    @property
    def zone(self) -> ZoneInfo:
        """The zone the file's times are in."""
        return ZoneInfo(self.city.zone)


# Sources: the city's own people -> patrol, a call -> hotline, the public by application or form -> scan, another
# system of the city -> transfer, a social network -> opinion.
_BOSTON: Final = Layout(
    city=City(code="BOS", name="Boston", zone="America/New_York"),
    columns=Columns(
        id=("CASE_ENQUIRY_ID", "case_enquiry_id"),
        opened_at=("OPEN_DT", "open_dt"),
        closed_at=("CLOSED_DT", "closed_dt"),
        target_at=("TARGET_DT", "target_dt", "sla_target_dt"),
        status=("CASE_STATUS", "case_status"),
        verdict=("OnTime_Status", "on_time", "ontime"),
        title=("CASE_TITLE", "case_title"),
        result=("CLOSURE_REASON", "closure_reason"),
        department=("Department", "department"),
        queue=("QUEUE", "queue"),
        source=("Source", "source"),
        address=("Location", "location"),
        lon=("LONGITUDE", "longitude"),
        lat=("LATITUDE", "latitude"),
        categories=(("SUBJECT", "subject"), ("REASON", "reason"), ("TYPE", "type")),
    ),
    areas={
        "street": AreaRule(columns=("ward", "neighborhood"), prefix="W", width=2, name="Ward {}"),
        "community": AreaRule(columns=("neighborhood",), prefix="N"),
        "grid": AreaRule(columns=("precinct",), width=4, name="Precinct {}"),
    },
    synonyms={
        "Allston": "Allston / Brighton",
        "Brighton": "Allston / Brighton",
        "Mattapan": "Greater Mattapan",
        "South Boston": "South Boston / South Boston Waterfront",
    },
    departments={
        "ANML": "Animal Control",
        "BPS_": "Boston Public Schools",
        "BTDT": "Transportation",
        "BWSC": "Water and Sewer Commission",
        "CHT_": "City Hall Truck",
        "DISB": "Disability Department",
        "GEN_": "General",
        "HS_D": "Disabilities Commission",
        "HS_O": "Office of Civil Rights",
        "HS_V": "Veterans",
        "HS_Y": "Youthline",
        "INFO": "Mayor's 24 Hour Hotline",
        "ISD": "Inspectional Services",
        "PARK": "Parks and Recreation",
        "PROP": "Property Management",
        "PWDx": "Public Works",
    },
    no_department=("No Q",),
    sources={
        "Constituent Call": "hotline",
        "Citizens Connect App": "scan",
        "Self Service": "scan",
        "City Worker App": "patrol",
        "Employee Generated": "patrol",
        "Maximo Integration": "transfer",
        "Twitter": "opinion",
    },
    verdicts={"ONTIME": "ontime", "OVERDUE": "overdue"},
)

_BALTIMORE: Final = Layout(
    city=City(code="BAL", name="Baltimore", zone="America/New_York"),
    columns=Columns(
        id=("ServiceRequestNum", "SRRecordID"),
        opened_at=("CreatedDate",),
        closed_at=("CloseDate",),
        target_at=("DueDate",),
        status=("SRStatus",),
        result=("Outcome",),
        department=("Agency",),
        source=("MethodReceived",),
        address=("Address",),
        lon=("Longitude",),
        lat=("Latitude",),
        categories=(("SRType",),),
    ),
    areas={
        "county": AreaRule(columns=("PoliceDistrict",), prefix="P"),
        "street": AreaRule(columns=("CouncilDistrict",), prefix="D", width=2, name="District {}"),
        "community": AreaRule(columns=("Neighborhood",), prefix="N"),
        "grid": AreaRule(columns=("PolicePost",), width=3, name="Post {}"),
    },
    area_words=("district", "council district", "post"),
    sources={
        "Phone": "hotline",
        "Mail": "hotline",
        "E-Mail": "hotline",
        "Email": "hotline",
        "Walk In": "hotline",
        "API": "scan",
        "Internet": "scan",
        "Web": "scan",
        "Mobile": "scan",
        "Interface": "transfer",
        "System": "transfer",
        "Other": "",
    },
)

_BOROUGHS: Final = {"MANHATTAN": 1, "BRONX": 2, "BROOKLYN": 3, "QUEENS": 4, "STATEN ISLAND": 5}

_NYC: Final = Layout(
    city=City(code="NYC", name="New York", zone="America/New_York"),
    columns=Columns(
        id=("Unique Key", "unique_key"),
        opened_at=("Created Date", "created_date"),
        closed_at=("Closed Date", "closed_date"),
        target_at=("Due Date", "due_date"),
        status=("Status", "status"),
        result=("Resolution Description", "resolution_description"),
        department=("Agency", "agency"),
        source=("Open Data Channel Type", "open_data_channel_type"),
        address=("Incident Address", "incident_address"),
        lon=("Longitude", "longitude"),
        lat=("Latitude", "latitude"),
        categories=(
            ("Complaint Type", "Problem (formerly Complaint Type)", "complaint_type"),
            ("Descriptor", "Problem Detail (formerly Descriptor)", "descriptor"),
        ),
    ),
    areas={
        "county": AreaRule(columns=("Borough", "borough"), prefix="B"),
        "street": AreaRule(columns=("Community Board", "community_board"), width=3, name="Community District {}"),
    },
    synonyms={
        f"{board:02d} {borough}": f"{digit}{board:02d}"
        for borough, digit in _BOROUGHS.items()
        for board in range(1, 19)
    },
    sources={"PHONE": "hotline", "MOBILE": "scan", "ONLINE": "scan", "OTHER": "", "UNKNOWN": ""},
)

LAYOUTS: Final[Mapping[str, Layout]] = {"boston": _BOSTON, "baltimore": _BALTIMORE, "nyc": _NYC}
"""The layouts that are known by name."""
