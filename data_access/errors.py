"""The errors of gridwall, as one tree. Each carries a key of the word catalogues and parameters, never a finished text.

DashboardError
|-- SourceError                 the operational database cannot be read just now
|   |-- SourceUnreachable       no connection, connection lost, file missing or moved away
|   |-- SourceTooSlow           a statement ran into its time limit
|   |-- SourceRefused           the database refused the statement (rights, read only)
|   `-- ContractBroken          a required table or column is missing or has the wrong type
|-- LedgerError                 our own small database cannot be used
|-- InputError                  something typed, posted or configured is not acceptable
|   |-- SettingError            a GRIDWALL_* setting is unknown or out of bounds
|   |-- ImportRefused           an import was refused as a whole; nothing was written
|   `-- UnknownPlace            an area or department that does not exist or may not be seen (answered alike)
`-- StoreError                  the broadcast or conversation store cannot be used
"""


class DashboardError(Exception):
    """Base of all errors of gridwall. ``key`` names a text ``error-<key>`` of the catalogues, ``params`` fill it."""

    key = "unknown"

    def __init__(self, detail: str = "", **params: object) -> None:
        super().__init__(detail or self.key)
        self.detail = detail
        self.params = params


class SourceError(DashboardError):
    """The operational database cannot be read just now; the last good values stay, marked."""

    key = "source"


class SourceUnreachable(SourceError):
    """No connection, a connection that broke, or a SQLite file that is missing or was moved away."""

    key = "source-unreachable"


class SourceTooSlow(SourceError):
    """A statement ran into its time limit and was cancelled."""

    key = "source-too-slow"


class SourceRefused(SourceError):
    """The database refused the statement: missing rights, or a write in a read-only transaction."""

    key = "source-refused"


class ContractBroken(SourceError):
    """A required table or column is missing or has a type that cannot be read."""

    key = "contract-broken"


class LedgerError(DashboardError):
    """Our own small database (lease, frozen periods, access log) cannot be used."""

    key = "ledger"


class InputError(DashboardError):
    """Something typed, posted or configured is not acceptable."""

    key = "input"


class SettingError(InputError):
    """A setting is unknown, missing or out of bounds."""

    key = "setting"


class ImportRefused(InputError):
    """An import was refused as a whole; nothing was written."""

    key = "import-refused"


class UnknownPlace(InputError):
    """An area or department that does not exist or may not be seen: the two are answered alike."""

    key = "unknown-place"


class StoreError(DashboardError):
    """The broadcast or the conversation store cannot be used."""

    key = "store"
