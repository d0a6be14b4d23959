"""Asks an org which fields its objects have: a hidden one looks like a missing one (FACTS.md 2.5, 3.5)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sync.connectors.errors import AuthLost
from sync.connectors.salesforce.shapes import Shape


class SalesforceFields:
    """Which of the fields that Kvitt wants an org has, and which of them it lets Kvitt set."""

    def __init__(self) -> None:
        self._updateable: dict[str, frozenset[str]] = {}
        self.missing: dict[str, frozenset[str]] = {}

    def learn(self, sobject: str, fields: Sequence[Mapping[str, Any]], wanted: Iterable[str]) -> list[dict[str, Any]]:
        """Replace what is known of an object by its described fields; returns of the wanted what is worth keeping."""
        names = {str(each["name"]): each for each in fields}
        parents = {str(each["relationshipName"]): each for each in fields if each.get("relationshipName")}
        self._updateable[sobject] = frozenset(name for name, each in names.items() if each.get("updateable") is True)
        self.missing[sobject] = frozenset(wanted) - names.keys() - parents.keys()
        kept = ("name", "label", "type", "length", "updateable", "nillable", "externalId", "unique")
        found = (names.get(name) or parents.get(name) for name in sorted(wanted))
        shown = {str(each["name"]): each for each in found if each is not None}
        return [{key: each.get(key) for key in kept} for each in shown.values()]

    def learned(self, sobject: str) -> bool:
        """Return whether an object has been described: before that nothing can be said or written."""
        return sobject in self._updateable

    def lock(self, sobject: str, names: Iterable[str]) -> None:
        """Remember fields that the org has just refused to set."""
        self._updateable[sobject] = self._updateable.get(sobject, frozenset()) - set(names)

    def unwritable(self, sobject: str, names: Iterable[str]) -> tuple[str, ...]:
        """Return those fields that cannot be set."""
        return tuple(name for name in names if name not in self._updateable.get(sobject, frozenset()))

    def readable(self, sobject: str, names: Iterable[str]) -> tuple[str, ...]:
        """Return those fields that the org shows."""
        missing = self.missing.get(sobject, frozenset())
        return tuple(name for name in names if name not in missing)

    def require(self, shape: Shape) -> None:
        """Raise AuthLost where a field without which amounts would be wrong is hidden from Kvitt's user."""
        hidden = [
            f"{sobject}.{name}"
            for sobject, needed in ((shape.sobject, shape.needed), (shape.row_sobject, shape.needed_rows))
            for name in sorted(needed & self.missing.get(sobject, frozenset()))
        ]
        if hidden:
            raise AuthLost(
                f"Salesforce does not show {', '.join(hidden)} to Kvitt's user. Give its permission set read access."
            )
