"""What an sObject is made of, and how the tables of `objects.py` and `custom_fields.py` are read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

TEXTS = frozenset({"string", "textarea", "phone", "url", "email", "picklist"})
NUMBERS = frozenset({"currency", "double", "percent", "int"})
LONGEST_FILTERED = 4_000
_TYPE = re.compile(r"(\w+)(?:\(([^)]*)\))?")
_CAPITALS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")


@dataclass(frozen=True)
class SalesforceField:
    """One field; `target` is the sObject a reference leads to, `children` the way back's name.

    `required` must be sent on create. `length` counts characters, `precision` and `scale` digits. `lookup`
    marks a key for upserts that is no external id.
    """

    name: str
    type: str
    label: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    createable: bool = True
    updateable: bool = True
    required: bool = False
    external: bool = False
    lookup: bool = False
    unique: bool = False
    restricted: bool = False
    target: str = ""
    children: str = ""
    choices: tuple[str, ...] = ()

    @property
    def custom(self) -> bool:
        """Say whether the field is an org's own."""
        return self.name.endswith("__c")

    @property
    def filterable(self) -> bool:
        """Say whether SOQL may filter and sort by the field: by long texts it may not."""
        return self.type != "textarea" or self.length <= LONGEST_FILTERED

    @property
    def groupable(self) -> bool:
        """Say whether SOQL may group by the field: by amounts, moments, long texts and addresses it may not."""
        return self.filterable and self.type not in ("currency", "double", "percent", "datetime", "address")

    @property
    def relationship(self) -> str:
        """Return the name under which a reference's parent is reached in SOQL and in bodies."""
        if not self.target:
            return ""
        return f"{self.name[:-3]}__r" if self.custom else self.name.removesuffix("Id")


@dataclass(frozen=True)
class SObject:
    """One kind of record. Fields keep their order; `find` takes any case, as Salesforce does."""

    name: str
    prefix: str
    label: str
    plural: str
    fields: tuple[SalesforceField, ...]
    writable: bool = True
    by_name: dict[str, SalesforceField] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.by_name.update({one.name.lower(): one for one in self.fields})

    def find(self, name: str) -> SalesforceField | None:
        """Return a field by its name in any case."""
        return self.by_name.get(name.lower())

    def parent(self, relationship: str) -> SalesforceField | None:
        """Return the reference behind a relationship's name."""
        wanted = relationship.lower()
        return next((one for one in self.fields if one.target and one.relationship.lower() == wanted), None)


@dataclass(frozen=True)
class Child:
    """A way from a parent to its children."""

    relationship: str
    sobject: str
    field: str


def read_fields(table: str) -> tuple[SalesforceField, ...]:
    """Return the fields of a table: a line for each, `Name type(size) flags | choice, choice`."""
    return tuple(_field(line) for line in table.strip().splitlines())


def _field(line: str) -> SalesforceField:
    facts, _, choices = line.partition("|")
    name, kind, *flags = facts.split()
    found = _TYPE.fullmatch(kind)
    if found is None:
        raise ValueError(f"The field {name} has the unreadable type {kind!r}.")
    made = replace(SalesforceField(name, found[1], _label(name)), **_flags(flags))
    size = (found[2] or "").split(",")
    listed = tuple(choice.strip() for choice in choices.split(",") if choice.strip())
    return replace(_sized(made, size), choices=listed)


def _flags(flags: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        flag: True for flag in flags if flag in ("required", "external", "lookup", "unique", "restricted")
    }
    if "read" in flags or "create" in flags:
        found |= {"updateable": False, "createable": "read" not in flags}
    return found


def _sized(made: SalesforceField, size: list[str]) -> SalesforceField:
    if made.type == "reference":
        return replace(made, length=18, target=size[0], children=size[1] if len(size) > 1 else "")
    if made.type in ("currency", "double", "percent"):
        whole, scale = int(size[0]), int(size[1])
        return replace(made, precision=whole + scale, scale=scale)
    return replace(made, length=int(size[0])) if size[0] else made


_LABELS = {
    "IsDeleted": "Deleted",
    "IsClosed": "Closed",
    "IsWon": "Won",
    "IsPrivate": "Private",
    "StageName": "Stage",
    "Probability": "Probability (%)",
    "ExpectedRevenue": "Expected Amount",
    "TotalOpportunityQuantity": "Quantity",
    "HasOpportunityLineItem": "Has Line Item",
    "ForecastCategoryName": "Forecast Category",
    "Pricebook2Id": "Price Book ID",
    "LastActivityDate": "Last Activity",
    "Fiscal": "Fiscal Period",
    "OrganizationType": "Edition",
}
"""The labels that are not their field's name in words."""


def _label(name: str) -> str:
    if name in _LABELS:
        return _LABELS[name]
    stem = name.removesuffix("__c")
    if stem != "Id" and not name.endswith("__c"):
        stem = re.sub(r"Id$", "ID", stem)
    return " ".join(part for part in _CAPITALS.split(stem) if part)


def children_of(objects: dict[str, SObject], parent: str) -> Iterator[Child]:
    """Yield the ways from a parent to its children."""
    for one in objects.values():
        for reference in one.fields:
            if reference.target == parent and reference.children:
                yield Child(reference.children, one.name, reference.name)
