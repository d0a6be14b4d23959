"""Custom fields by alias: field ids differ from account to account, aliases do not (FACTS.md 1.8)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from sync.core.types import Payload

ENTITIES = ("account", "order", "product")


class UpsalesFields:
    """The account's custom field definitions, by entity."""

    def __init__(self) -> None:
        self._aliases: dict[str, dict[int, str]] = {}
        self._ids: dict[str, dict[str, int]] = {}

    def learn(self, entity: str, definitions: Iterable[Payload]) -> None:
        """Replace what is known of an entity's fields."""
        pairs = [(int(row["id"]), str(row.get("alias") or f"field_{row['id']}")) for row in definitions]
        self._aliases[entity] = dict(pairs)
        self._ids[entity] = {alias: number for number, alias in pairs}

    def learned(self, entity: str) -> bool:
        """Return whether an entity's definitions have been read: before that nothing can be said or written."""
        return entity in self._ids

    def missing(self, entity: str, aliases: Iterable[str]) -> tuple[str, ...]:
        """Return the aliases that the account does not have."""
        known = self._ids.get(entity, {})
        return tuple(alias for alias in aliases if alias not in known)

    def known(self, entity: str) -> tuple[str, ...]:
        """Return the aliases that the account has."""
        return tuple(sorted(self._ids.get(entity, {})))

    def readable(self, entity: str, payload: Payload) -> dict[str, Any]:
        """Return the record with `custom` by alias (the wire's array is kept as `custom_wire`), addresses by type."""
        names = self._aliases.get(entity, {})
        wire = payload.get("custom") or []
        by_alias = {names.get(int(row["fieldId"]), f"field_{row['fieldId']}"): row.get("value") for row in wire}
        readable = {**payload, "custom": by_alias, "custom_wire": list(wire)}
        if "addresses" in payload:
            readable["address"] = {str(row.get("type")): row for row in payload["addresses"] or []}
        return readable

    def array(self, entity: str, values: Mapping[str, Any], wire: Iterable[Payload]) -> list[dict[str, Any]]:
        """Return the whole array to write: arrays are replaced, so what others wrote must be in it (FACTS.md 1.7)."""
        known = self._ids.get(entity, {})
        ours = {known[alias]: text(value) for alias, value in values.items() if alias in known}
        kept = [
            {"fieldId": int(row["fieldId"]), "value": row.get("value")}
            for row in wire
            if int(row["fieldId"]) not in ours
        ]
        return kept + [{"fieldId": number, "value": value} for number, value in ours.items()]

    def holds(self, entity: str, values: Mapping[str, Any], wire: Iterable[Payload]) -> bool:
        """Return whether the record already says what would be written."""
        names = self._aliases.get(entity, {})
        present = {names.get(int(row["fieldId"])): text(row.get("value")) for row in wire}
        wanted = {alias: text(value) for alias, value in values.items() if alias in self._ids.get(entity, {})}
        return all(present.get(alias, "") == value for alias, value in wanted.items())


def text(value: Any) -> str:
    """Return a value as Upsales keeps it: text, amounts with a point and two decimals, nothing as ''."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        hundredths = value.quantize(Decimal("0.01"))
        return f"{hundredths if hundredths == value else value:f}"
    return str(value)
