"""What a form needs of an operation's draft: fields as texts, what was changed, and every rule asked at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import simplejson

from dashboard import data
from mappings import Problem
from mappings.edits import Checked, CompanyRegisters, check, editable, fields_offered, net_sek_of, rows_of
from mappings.kinds import document_kind
from sync.store.reader import errors as reader_errors
from sync.store.reader.errors import Whole
from sync.store.reader.published import Scope


@dataclass(frozen=True)
class OpenDraft:
    """An operation's draft as it would be sent now, with its problems and what the company's registers allow."""

    kind: str
    fields: Mapping[str, Any]
    problems: tuple[Problem, ...]
    registers: CompanyRegisters

    @property
    def paths(self) -> list[str]:
        """Return the paths of the draft's own fields that may be changed; rows are apart."""
        extra = sorted(fields_offered(self.kind))
        hidden = {"CustomerNumber"} if self.kind == "customer" else set()
        return [path for path in editable(self.kind, self.fields, extra) if "." not in path and path not in hidden]

    @property
    def rows(self) -> list[Mapping[str, Any]]:
        """Return the draft's rows."""
        return list(self.fields.get(rows_of(self.kind)) or ())

    @property
    def row_names(self) -> tuple[str, ...]:
        """Return the fields of a row that may be changed."""
        kind = document_kind(self.kind)
        return ("ArticleNumber", "Description", kind.quantity, "Price", "Discount", "DiscountType") if kind else ()

    def checked(self, changes: Mapping[str, str]) -> Checked:
        """Return what some changes lead to, with every rule they break."""
        return check(self.kind, self.fields, changes, self.problems, self.registers)

    def net(self) -> Decimal:
        """Return the document's net in SEK as it would be sent now."""
        return net_sek_of(self.kind, self.fields)


def draft_of(scope: Scope, operation: Whole) -> OpenDraft | None:
    """Return the draft of an operation that a person may change, None where there is nothing to fill in."""
    text = operation.edited or operation.payload
    if not text or not fields_offered(operation.target_kind) or operation.company is None:
        return None
    if operation.action not in {"create", "update"}:
        return None
    fields: dict[str, Any] = simplejson.loads(text, use_decimal=True)
    numbers = data.read(reader_errors.numbers, Scope(scope.company), operation.company)
    own = (
        {str(fields["CustomerNumber"])} if operation.target_kind == "customer" and "CustomerNumber" in fields else set()
    )
    registers = CompanyRegisters(
        frozenset(numbers.currencies) | {"SEK"},
        tuple(zip(numbers.starts, numbers.ends, strict=True)),
        numbers.locked_until,
        frozenset(numbers.customers) | own,
        frozenset(numbers.articles),
    )
    return OpenDraft(operation.target_kind, fields, stored(operation.problems), registers)


def stored(problems: str) -> tuple[Problem, ...]:
    """Return stored problems (JSON text)."""
    found: list[dict[str, Any]] = simplejson.loads(problems or "[]", use_decimal=True)
    return tuple(Problem(one["code"], one.get("field") or "", one.get("row"), one.get("params") or {}) for one in found)


def text_of(value: Any) -> str:
    """Return a value as a person types it: a decimal comma, nothing for none."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}".replace(".", ",")
    return str(value)


def of_field(problems: tuple[Problem, ...], name: str, row: int | None = None) -> list[Problem]:
    """Return the problems of one field of the draft, or of one of its rows."""
    return [problem for problem in problems if (problem.field, problem.row) == (name, row)]
