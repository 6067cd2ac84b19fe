"""Boston's first half of 2015 for the tests of this folder: read once, imported once for each moment."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import pandas as pd
import pytest

from importers.areas import AreaSpec
from importers.run import Loaded, Source, load, write

SHARED: Final = Path(__file__).resolve().parents[3] / "shared" / "data"
FILE: Final = SHARED / "boston_311_2015h1.csv.gz"
WARDS: Final = SHARED / "boston_wards_wgs84.geojson"
PRECINCTS: Final = SHARED / "boston_precincts_wgs84.geojson"
SNAPSHOT: Final = datetime(2016, 1, 13)
MOMENTS: Final = (datetime(2015, 2, 16, 9), datetime(2015, 6, 15, 14), datetime(2015, 6, 30, 23, 59, 59))
"""In the great snow of February, the busiest hour of a Monday in June, the last second of the file."""

needs_file = pytest.mark.skipif(not FILE.is_file(), reason=f"the real data ../shared/data/{FILE.name} is not here")

AsOf = Callable[[datetime], Path]


def read_file() -> pd.DataFrame:
    """The city's file as it is, with nothing of the importers; the times parsed by pandas."""
    table = pd.read_csv(FILE, dtype=str, keep_default_na=False)
    for column in ("OPEN_DT", "TARGET_DT", "CLOSED_DT"):
        table[column] = pd.to_datetime(table[column].replace("", None), format="%Y-%m-%d %H:%M:%S")
    return table


@pytest.fixture(scope="session")
def boston_loaded() -> Loaded:
    """The file read by the importer, with wards and precincts. Shared: nothing changes it."""
    areas = (AreaSpec.parse(f"street={WARDS}:WARD"), AreaSpec.parse(f"grid={PRECINCTS}:WARD_PRECINCT"))
    return load(Source(FILE, "boston", areas, SNAPSHOT))


@pytest.fixture(scope="session")
def boston_as_of(boston_loaded: Loaded, tmp_path_factory: pytest.TempPathFactory) -> AsOf:
    """``boston_as_of(moment)``: the city as it stood, written once. Shared: read it, never write it."""
    folder = tmp_path_factory.mktemp("boston")
    made: dict[datetime, Path] = {}

    def then(moment: datetime) -> Path:
        if moment not in made:
            path = folder / f"{moment:%Y%m%d%H%M%S}.sqlite"
            report = write(boston_loaded, str(path), moment)
            assert report.rows == 58_119 == report.written + len(report.kept_out)
            made[moment] = path
        return made[moment]

    return then
