"""Tables: exact amounts, ISO dates, remote text made inert, and a way to the record page from each row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import streamlit as st

from dashboard.blocks.header import link_parameters
from dashboard.format import DASH, NBSP, number, trimmed
from dashboard.text import t
from sync.store.reader.records import Key

Kind = Literal["text", "money", "count", "quantity", "percent", "day"]
# How a number of each kind is written, and with how many decimals it is kept; a count has none.
_WAYS: Mapping[str, Callable[[Decimal], str]] = {
    "money": lambda amount: number(amount, 2),
    "count": number,
    "quantity": trimmed,
    "percent": lambda share: f"{number(share, 2)}{NBSP}%",
}
_DECIMALS: Mapping[str, int] = {"money": 2, "quantity": 6, "percent": 2}
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
ROW = 31


@dataclass(frozen=True)
class Column:
    """One column: the name in the rows, its heading, and what it holds; `unit` names what is written after a number.

    Amounts, counts, quantities and percentages are numbers: they stand to the right and are sorted by their value.
    """

    name: str
    words: str
    kind: Kind = "text"
    width: int | None = None
    help: str | None = None
    unit: str | None = None


def neutral(text: str) -> str:
    """Return text that no spreadsheet takes for a formula, should somebody copy it there."""
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def frame(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> pd.DataFrame:
    """Return rows as a frame: amounts, quantities and percentages as decimals, text neutralised."""
    return pd.DataFrame({column.name: _series(rows, column) for column in columns})


def show(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[Column],
    key: str,
    opens: Callable[[int], Key] | None = None,
    most: int = 12,
) -> None:
    """Draw a table; with `opens` each row has a button that leads to the record of that row number."""
    content = frame(rows, columns)
    config = {column.name: _config(column) for column in columns}
    if opens:
        content.insert(0, "open", t("table.open"))
        st.session_state[f"{key}_keys"] = [opens(index) for index in range(len(rows))]
        config["open"] = st.column_config.ButtonColumn(
            "", type="tertiary", key=f"{key}_open", on_click=_go_where_clicked, args=(key,), width=62
        )
    st.dataframe(
        _written(content, columns, rows),
        column_config=config,
        hide_index=True,
        row_height=ROW,
        height=height(len(rows), most),
        placeholder=DASH,
    )


def select(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], key: str, most: int = 14) -> int | None:
    """Draw a table in which one row can be selected, and return that row's number."""
    chosen = _selected(rows, columns, key, most, "single-row")
    return chosen[0] if chosen else None


def select_many(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], key: str, most: int = 14) -> list[int]:
    """Draw a table in which any rows can be selected, and return those rows' numbers."""
    return _selected(rows, columns, key, most, "multi-row")


def _selected(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[Column],
    key: str,
    most: int,
    mode: Literal["single-row", "multi-row"],
) -> list[int]:
    """Return the numbers of selected rows that are still there: a new copy may have fewer."""
    event = st.dataframe(
        _written(frame(rows, columns), columns, rows),
        column_config={column.name: _config(column) for column in columns},
        hide_index=True,
        row_height=ROW,
        height=height(len(rows), most),
        placeholder=DASH,
        key=key,
        on_select="rerun",
        selection_mode=mode,
    )
    return [int(row) for row in event["selection"]["rows"] if row < len(rows)]


def height(rows: int, most: int = 12) -> int:
    """Return the height that shows all rows, or `most` of them and a scroll bar."""
    return ROW * (min(rows, most) + 1) + 3


def open_record(key: Key) -> None:
    """Go to the page of one record, with the header's choices."""
    reference = f"{key.system}/{key.kind}/{key.record_id}"
    st.switch_page("views/records.py", query_params={**link_parameters(), "record": reference})


def skip(size: int, key: str) -> int:
    """Return how many rows come before the chosen page."""
    return (int(st.session_state.get(key) or 1) - 1) * size


def first_page_if_past_the_end(found: int, key: str) -> None:
    """Go back to page 1 when the chosen page no longer exists; call it before the page numbers are drawn."""
    if not found and int(st.session_state.get(key) or 1) > 1:
        st.session_state[key] = 1
        st.rerun()


def pager(total: int, size: int, key: str) -> None:
    """Draw which rows are shown and the page numbers."""
    if total <= size:
        return
    before = skip(size, key)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(t("table.page", first=before + 1, last=min(before + size, total), total=total))
        st.pagination(-(-total // size), key=key)


def _go_where_clicked(key: str) -> None:
    click = st.session_state[f"{key}_open"]
    keys = st.session_state.get(f"{key}_keys", [])
    if click is not None and click["row"] < len(keys):
        open_record(keys[click["row"]])


def _series(rows: Sequence[Mapping[str, Any]], column: Column) -> "pd.Series[Any]":
    values = [row[column.name] for row in rows]
    if column.kind in _DECIMALS:
        places = _DECIMALS[column.kind]
        kept = pd.ArrowDtype(pa.decimal128(38, places))
        return pd.Series([_rounded(value, places) for value in values], dtype=kept)
    if column.kind == "count":
        return pd.Series(values, dtype="Int64")
    if column.kind == "day":
        return pd.Series([DASH if value is None else value.isoformat() for value in values], dtype="str")
    return pd.Series([neutral(str(value)) for value in values], dtype="str")


def _rounded(amount: Decimal | None, places: int) -> Decimal | None:
    return None if amount is None else amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _written(content: pd.DataFrame, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> Any:
    """Return a frame whose numbers are written the Swedish way by us, and sorted as the numbers they are."""
    numbers = [column for column in columns if column.kind in _WAYS]
    if not numbers:
        return content
    written = content.style
    for column in numbers:
        units = [row[column.unit] if column.unit else "" for row in rows]
        for unit in dict.fromkeys(units):
            those = [place for place, one in enumerate(units) if one == unit]
            written.format(_way(column.kind, unit), subset=(those, [column.name]), na_rep=DASH)
    return written


def _way(kind: str, unit: str) -> Callable[[Any], str]:
    after = f"{NBSP}{unit}" if unit else ""
    return lambda value: f"{_WAYS[kind](Decimal(str(value)))}{after}"


def _config(column: Column) -> Any:
    if column.kind in _WAYS:
        return st.column_config.NumberColumn(column.words, width=column.width, help=column.help)
    return st.column_config.TextColumn(column.words, width=column.width, help=column.help)
