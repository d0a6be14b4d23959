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
    """Return the file: UTF-8 with a byte-order mark, headings as on the page, amounts with two decimals.

    A number that has a unit has it in a column of its own, so that it stays a number.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([neutral(words) for column in columns for words in _headings(column)])
    writer.writerows([cell for column in columns for cell in _cells(row, column)] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _headings(column: Column) -> list[str]:
    return [column.words, t("table.unit", name=column.words)] if column.unit else [column.words]


def _cells(row: Mapping[str, Any], column: Column) -> list[str]:
    number = _cell(row[column.name], column)
    return [number, neutral(str(row[column.unit])) if number else ""] if column.unit else [number]


def _cell(value: Any, column: Column) -> str:
    if value is None:
        return ""
    if column.kind in {"money", "percent"}:
        return str(Decimal(value).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)).replace(".", ",")
    if column.kind == "quantity":
        return f"{Decimal(value).normalize():f}".replace(".", ",")
    if column.kind == "count":
        return str(int(value))
    return neutral(str(value))
