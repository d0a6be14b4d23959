"""Numbers in tables are written by us, the Swedish way in both languages: no browser writes them its own way."""

from decimal import Decimal
from numbers import Integral
from pathlib import Path

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import format as form
from tests.dashboard import seed
from tests.dashboard.pages import Open

PAGES: dict[str, dict[str, str]] = {
    "overview": {},
    "reconciliation": {},
    "discounts": {},
    "records": {},
    "runs": {},
    "errors": {},
    "a record": {"view": "records", "record": "upsales:94/order/705"},
}


def numbers(app: AppTest) -> list[tuple[str, str]]:
    """Return every number of every table, as it should be written and as it is."""
    found: list[tuple[str, str]] = []
    for table in app.dataframe:
        written = table.proto.arrow_data.styler.display_values
        shown = pa.ipc.open_stream(written).read_pandas() if written else None
        for place, name in enumerate(table.value.columns):
            for row, value in enumerate(table.value[name]):
                if isinstance(value, Decimal | Integral):
                    wanted = form.number(Decimal(str(value)), 2 if isinstance(value, Decimal) else 0)
                    found.append((wanted, "the browser's" if shown is None else str(shown.iloc[row, place])))
    return found


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_h10_numbers_in_tables_are_written_the_swedish_way(
    open_app: Open, tmp_path: Path, page: str, lang: str
) -> None:
    seed.full_store(tmp_path)
    app = open_app(lang=lang, **{"view": page, **PAGES[page]})
    found = numbers(app)
    assert found
    assert [pair for pair in found if pair[0] != pair[1]] == []
