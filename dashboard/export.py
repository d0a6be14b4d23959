"""Tables as CSV that a Swedish spreadsheet opens right: semicolons, decimal commas, no cell that is a formula."""

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import streamlit as st

from dashboard.blocks.tables import Column, neutral
from dashboard.text import t


def button(name: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> None:
    """Draw a button that makes the file when it is pressed, not before."""
    st.download_button(
        t("table.export"),
        data=lambda: csv_file(rows, columns),
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=f"export_{name}",
    )


def csv_file(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> bytes:
    """Return the file: UTF-8 with a byte-order mark, headings as on the page, amounts with two decimals."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([neutral(column.words) for column in columns])
    writer.writerows([_cell(row[column.name], column) for column in columns] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any, column: Column) -> str:
    if value is None:
        return ""
    if column.kind == "money":
        return str(Decimal(value).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)).replace(".", ",")
    if column.kind == "count":
        return str(int(value))
    return neutral(str(value))
