"""Custom fields: definitions, what is kept of a sent value, the typed shadows of a read (FACTS.md 1.8)."""

import re
from copy import deepcopy
from decimal import Decimal
from typing import Any

from sync.sandbox.upsales.coerce import (
    Coerce,
    array,
    day,
    decimal_text,
    flag,
    integer,
    number,
    plain,
    text,
    truth,
)
from sync.sandbox.upsales.quirks import UpsalesQuirks
from sync.sandbox.words import words

Row = dict[str, Any]

ENTITIES = words("account contact order orderrow product user activity appointment project agreement udo ticket")

_DEFINITION: Row = {
    "id": 0,
    "name": "",
    "dropdownDefault": None,
    "datatype": "String",
    "default": None,
    "lookupField": 0,
    "sortId": 0,
    "visible": 1,
    "editable": 1,
    "locked": 0,
    "query": None,
    "obligatoryField": 0,
    "searchable": 0,
    "maxLength": 65535,
    "alias": None,
    "viewonly": 0,
}
_OWN_KEYS: dict[str, Row] = {
    "account": {"maxLength": 1024, "formGroup": None},
    "contact": {"maxLength": 1024, "formGroup": None},
    "order": {"formula": None, "stages": []},
    "orderrow": {"categories": []},
    "product": {"categories": []},
    "udo": {"udoId": None, "appId": None},
}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMERIC = ("Currency", "Percent", "Discount")

DEFINITION_COLUMNS: dict[str, Coerce] = {
    "name": text(100),
    "alias": text(100),
    "datatype": text(30),
    "default": lambda value: value,
    "dropdownDefault": lambda value: value if isinstance(value, str) else "",
    "formula": text(65535),
    "tooltip": text(1024),
    "query": text(1024),
    **dict.fromkeys(("visible", "editable", "locked", "viewonly", "obligatoryField", "searchable"), flag),
    **dict.fromkeys(("lookupField", "sortId", "udoId"), integer),
    "formGroup": lambda value: value,
    **dict.fromkeys(("roles", "stages", "categories"), array),
}


def blank_definition(entity: str) -> Row:
    """Return a fresh field definition of an entity."""
    row = {**_DEFINITION, **deepcopy(_OWN_KEYS.get(entity, {})), "roles": []}
    return {**row, "tooltip": None, "integrationDependency": None}


def kept_value(definition: Row, value: Any, quirks: UpsalesQuirks) -> Any:
    """Return what is stored when `value` is sent to a field.

    A value is text even for numbers; a number sent as a number stays one (recorded for 0).
    """
    if value is None:
        return None
    datatype = definition["datatype"]
    if datatype == "Boolean":
        return _kept_flag(value, quirks)
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return plain(value) if quirks.numbers_in_custom == "kept" else str(plain(value))
    if isinstance(value, list):
        value = ";".join(str(part) for part in value)
    written = text(definition["maxLength"] or 65535)(value)
    return _fitted(definition, written, quirks) if written else ("" if written == "" else None)


def _kept_flag(value: Any, quirks: UpsalesQuirks) -> Any:
    if value == 0 and not isinstance(value, (bool, str)) and quirks.numbers_in_custom == "kept":
        return 0
    return "1" if truth(value) else "0"


def _fitted(definition: Row, written: str, quirks: UpsalesQuirks) -> str | None:
    datatype = definition["datatype"]
    if datatype == "Integer":
        return str(integer(written))
    if datatype in _NUMERIC:
        return written if decimal_text(written) is not None else str(number(written))
    if datatype == "Date":
        return day(written)
    if datatype == "Select" and not quirks.select_accepts_unknown:
        return written if written in array(definition["default"]) else None
    return written


def customs_sent(definitions: dict[int, Row], sent: Any, before: list[Row], quirks: UpsalesQuirks) -> list[Row]:
    """Return the custom values that a sent array leaves behind; unknown fields are ignored."""
    kept = {row["fieldId"]: row for row in before} if quirks.custom_put == "merge" else {}
    for part in array(sent):
        field = integer(part.get("fieldId")) if isinstance(part, dict) else None
        definition = definitions.get(field or 0)
        if definition is not None and definition["datatype"] != "Calculation":
            value = kept_value(definition, part.get("value"), quirks)
            kept[definition["id"]] = {"fieldId": definition["id"], "value": value}
    return list(kept.values())


def shadowed(stored: Row, datatype: str) -> Row:
    """Return a stored `{fieldId, value}` as a read shows it, with its typed shadows."""
    value = stored["value"]
    row: Row = {"value": value}
    row.update(_number_shadows(value, datatype))
    if isinstance(value, str) and _DATE.fullmatch(value):
        row["valueDate"] = value
    row["valueArray"] = [value] if isinstance(value, str) else []
    row.update({key: part for key, part in stored.items() if key not in ("value", "fieldId")})
    return {**row, "fieldId": stored["fieldId"]}


def _number_shadows(value: Any, datatype: str) -> Row:
    if value == "":
        return {"valueInteger": None}
    found = decimal_text(value) if isinstance(value, str) else value
    if found is None:
        return {}
    row: Row = {"valueBoolean": found == 1} if found in (0, 1) or datatype == "Boolean" else {}
    return {**row, "valueInteger": int(found), "valueDouble": plain(found)}
