"""The nouns of Kvitt, frozen. One meaning each, the same in code, tables, pages and documents.

Times are aware UTC; dates are Europe/Stockholm business dates; amounts are Decimal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from mappings.kinds import DocumentKind, document_kind

Payload = Mapping[str, Any]
State = Literal["planned", "sending", "unknown", "retry", "review", "done", "dismissed", "cancelled"]
Action = Literal["create", "update", "book", "write_back"]
ErrorClass = Literal["", "temporary", "unknown", "login", "data", "closed", "match", "rule", "silent"]
Origin = Literal["crm", "fortnox", "kvitt"]
# How documents are linked that bear a deal's name beside its own, and that Kvitt does not know to have made.
BESIDE = frozenset({"successor", "copy"})
DecisionOutcome = Literal["not_concerned", "excluded", "linked", "open", "review", "dismissed"]
RunReason = Literal["schedule", "person", "start", "once"]


class RecordKey(NamedTuple):
    """The only way to name a remote record: system ("upsales:94", "fortnox:nord"), kind, id."""

    system: str
    kind: str
    id: str


class DecisionKey(NamedTuple):
    """What is decided on: what becomes of a source record in a company, None where it is routed nowhere."""

    record: RecordKey
    company: str | None
    target_kind: str


@dataclass(frozen=True)
class Record:
    """One remote record as last seen. Never edited by us."""

    key: RecordKey
    payload: Payload
    version: int = 0
    modified_at: datetime | None = None
    deleted: bool = False


@dataclass(frozen=True)
class Link:
    """This source record is that target record, in one company.

    `agreed` are fields that both were just seen to say the same of; a link that is loaded does not tell them.
    """

    source: RecordKey
    company: str
    target_kind: str
    target_id: str
    rung: str
    origin: Origin = "crm"
    generation: int = 1
    reference: str = ""
    fingerprint: str = ""
    draft: Payload | None = None
    agreed: Payload | None = None
    answer_digest: str = ""
    mapping_version: str = ""
    written_fingerprint: str = ""
    written: Payload | None = None
    operation_no: int | None = None
    correlation_id: str = ""

    @property
    def is_beside(self) -> bool:
        """Return whether the target only goes with the source's own one: never written to, never told to the CRM."""
        return self.rung in BESIDE


@dataclass(frozen=True)
class Override:
    """An operator's edit of one field of what a source record becomes in a company.

    `path` is "YourReference" or "InvoiceRows.2.Price"; `value` None clears the field; `before` is what it took the
    place of, `replaced` a digest of what that was made from. `number` is 0 until it is stored.
    """

    source: RecordKey
    company: str
    target_kind: str
    path: str
    value: Any
    replaced: str
    actor: str
    reason: str
    before: Any = None
    number: int = 0
    made_at: datetime | None = None


@dataclass(frozen=True)
class SilentChange:
    """A field that a system answered otherwise than it was sent; `row` counts from 1."""

    field: str
    row: int | None
    sent: str
    answered: str


@dataclass(frozen=True)
class Operation:
    """One intended write: the queue and the ledger. `number` is 0 until it is stored."""

    action: Action
    company: str | None
    system: str
    target_kind: str
    source: RecordKey
    correlation_id: str
    state: State = "planned"
    number: int = 0
    target_id: str | None = None
    title: str = ""
    amount_sek: Decimal | None = None
    reference: str = ""
    generation: int = 1
    waits_for: tuple[int, ...] = ()
    payload: Payload | None = None
    edited: Payload | None = None
    draft: Payload | None = None
    fingerprint: str = ""
    mapping_version: str = ""
    problems: tuple[Mapping[str, Any], ...] = ()
    adjustments: tuple[Mapping[str, Any], ...] = ()
    attempt: int = 0
    not_before: datetime | None = None
    sent_at: datetime | None = None
    error_class: ErrorClass = ""
    error_code: str = ""
    error_sentence: str = ""

    @property
    def subject(self) -> str:
        """Return what the operation is about: at most one open operation has the same subject."""
        return "|".join((self.system, self.action, self.target_kind, self.company or "", *self.source))

    @property
    def document(self) -> DocumentKind | None:
        """Return the kind of the document in Fortnox that it is about, None for what is none.

        A CRM may have records of the same name: an order of Upsales is a deal.
        """
        return None if self.action == "write_back" else document_kind(self.target_kind)

    @property
    def decides(self) -> bool:
        """Return whether its end is the end of a decision: what the source record becomes, or says now."""
        return self.action in {"create", "update"}

    @property
    def decided(self) -> DecisionKey:
        """Return the decision that it carries out."""
        return DecisionKey(self.source, self.company, self.target_kind)


OutcomeKind = Literal["done", "already", "throttled", "retry", "rejected", "unknown", "login"]


@dataclass(frozen=True)
class Outcome:
    """What came back from a write, judged.

    done: it happened. already: the name is taken (perhaps by us). throttled: not executed, wait. retry: surely
    not executed, or harmless to repeat. rejected: refused for a reason. unknown: perhaps executed. login: not
    allowed in. `error_class` is what the connector files a refusal under, '' where it leaves that to its code.
    """

    kind: OutcomeKind
    status: int | None = None
    record: Payload | None = None
    record_id: str = ""
    code: str = ""
    message: str = ""
    excerpt: str = ""
    wait_seconds: float = 0.0
    error_class: ErrorClass = ""


@dataclass(frozen=True)
class Decision:
    """What was decided about one version of a source record: what becomes of it in a company.

    The reason, why it was looked at, tells no two decisions apart: what was decided is the same for whatever reason.
    """

    key: RecordKey
    target_kind: str
    outcome: DecisionOutcome
    version: int
    correlation_id: str
    mapping_version: str
    company: str | None = None
    code: str = ""
    fingerprint: str = ""
    reason: str = field(default="", compare=False)

    @property
    def about(self) -> DecisionKey:
        """Return what was decided on."""
        return DecisionKey(self.key, self.company, self.target_kind)


@dataclass(frozen=True)
class CompanyFacts:
    """What planning must know of a Fortnox company; `years` are (from, to) dates, both included."""

    key: str
    go_live: date
    currencies: frozenset[str] = frozenset({"SEK"})
    years: tuple[tuple[date, date], ...] = ()
    locked_until: date | None = None


@dataclass(frozen=True)
class Call:
    """One API call as it is logged: no secrets, bodies cut."""

    happened_at: datetime
    system: str
    method: str
    path: str
    query: str
    status: int | None
    milliseconds: int
    request: str = ""
    response: str = ""
    run_id: int | None = None
    operation_no: int | None = None
    correlation_id: str = ""


@dataclass(frozen=True)
class Event:
    """One line of the audit trail."""

    action: str
    actor: str = "kvitt"
    correlation_id: str = ""
    operation_no: int | None = None
    company: str | None = None
    about: RecordKey | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
