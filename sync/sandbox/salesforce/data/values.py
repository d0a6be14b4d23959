"""Values as Salesforce stores, refuses and shows them (FACTS.md 3.7)."""

import re
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sync.sandbox.salesforce.errors import SalesforceError, bad_request
from sync.sandbox.salesforce.data.ids import long_id
from sync.sandbox.salesforce.data.schema import TEXTS, SalesforceField

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")


def stamp(moment: datetime) -> str:
    """Return a moment as Salesforce writes it: UTC, whole seconds, an offset without colon."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def read_stamp(text: str) -> str | None:
    """Return a date-time with Z or an offset in Salesforce's own spelling, None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return stamp(moment) if moment.tzinfo is not None and "T" in text else None


def half_up(amount: Decimal, scale: int = 2) -> Decimal:
    """Return an amount rounded half up (FACTS.md 8.3: assumed of TotalPrice)."""
    return amount.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)


def shown(field: SalesforceField, value: Any) -> Any:
    """Return a stored value as JSON shows it: decimals always have one, whole numbers of type int none."""
    if value is None or field.type not in ("currency", "double", "percent"):
        return value
    number = Decimal(value)
    return Decimal(f"{number:.1f}") if number == number.to_integral_value() else number.normalize()


def written(field: SalesforceField, value: Any, sobject: str) -> Any:
    """Return a value sent in a body as it is stored; refuses what the field's type cannot take."""
    if value is None or value == "":
        if field.type == "boolean":
            raise _unreadable(field, value)
        return None
    if field.type in TEXTS:
        return _text(field, value, sobject)
    if field.type in ("currency", "double", "percent", "int"):
        return _number(field, value)
    if field.type == "boolean":
        return _truth(field, value)
    if field.type in ("reference", "id"):
        return long_id(str(value))
    return _moment(field, value)


def _text(field: SalesforceField, value: Any, sobject: str) -> str | None:
    if isinstance(value, bool | dict | list):
        raise _unreadable(field, value)
    text = str(value).strip()
    if len(text) > field.length:
        says = f"{field.label}: data value too large: {text[:255]} (max length={field.length})"
        raise bad_request("STRING_TOO_LONG", says, [field.name])
    if field.type == "email" and text and not _EMAIL.fullmatch(text):
        raise bad_request("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}", [field.name])
    if field.restricted and text not in field.choices:
        says = f"{field.label}: bad value for restricted picklist field: {text}"
        raise bad_request("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", says, [field.name])
    return text or None


def _number(field: SalesforceField, value: Any) -> Decimal | int:
    if isinstance(value, bool) or not (isinstance(value, int | Decimal) or _is_number(value)):
        raise _unreadable(field, value)
    number = Decimal(str(value))
    most = Decimal(2**31) if field.type == "int" else Decimal(10) ** (field.precision - field.scale)
    if not number.is_finite() or abs(number) >= most:
        says = f"{field.label}: value outside of valid range on numeric field: {value}"
        raise bad_request("NUMBER_OUTSIDE_VALID_RANGE", says, [field.name])
    return int(number) if field.type == "int" else half_up(number, field.scale)


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and _NUMBER.fullmatch(value) is not None


def _truth(field: SalesforceField, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise _unreadable(field, value)


def _moment(field: SalesforceField, value: Any) -> str:
    found = None
    if isinstance(value, str) and field.type == "datetime":
        found = read_stamp(value)
    elif isinstance(value, str) and field.type == "date":
        found = read_date(value)
    if found is None:
        raise _unreadable(field, value)
    return found


def read_date(text: str) -> str | None:
    """Return a date written YYYY-MM-DD, None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day.isoformat() if day.isoformat() == text else None


def _unreadable(field: SalesforceField, value: Any) -> SalesforceError:
    kinds = {bool: "TRUE" if value else "FALSE", int: "NUMBER_INT", Decimal: "NUMBER_FLOAT", type(None): "NULL"}
    kind = kinds.get(type(value), "STRING")
    says = (
        f"Cannot deserialize instance of {field.type} from VALUE_{kind} value {value} "
        f"or request may be missing a required field at [line:1, column:2]"
    )
    return SalesforceError(400, "JSON_PARSER_ERROR", says)
