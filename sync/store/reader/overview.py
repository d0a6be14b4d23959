"""What the header and the overview ask: companies, connections, flows, money, checks, what needs a person."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sync.store.reader.published import Paging, Reader, Scope


@dataclass(frozen=True)
class ShownCompany:
    """A Fortnox company as it names itself."""

    company: str
    title: str
    organisation_number: str
    go_live: date | None


@dataclass(frozen=True)
class Connection:
    """How one system answered last: status ok, needs_person or unreachable."""

    system: str
    company: str | None
    title: str
    organisation_number: str
    status: str
    status_sentence: str
    last_success_at: datetime | None

    @property
    def read(self) -> bool:
        """Return whether the system has ever answered; of one that has not there are no figures."""
        return self.last_success_at is not None


@dataclass(frozen=True)
class ShownFlow:
    """A flow, its schedule and its newest run."""

    flow: str
    kind: str
    system: str
    system_title: str
    company: str | None
    interval_seconds: int | None
    cron: str | None
    paused: bool
    paused_reason: str
    next_run_at: datetime | None
    running_since: datetime | None
    last_run_id: int | None
    last_state: str | None
    last_started_at: datetime | None
    last_finished_at: datetime | None
    last_sentence: str

    @property
    def state(self) -> str:
        """Return paused, running, waiting (never run), or how the newest run ended."""
        if self.paused:
            return "paused"
        if self.running_since is not None or self.last_state == "running":
            return "running"
        return self.last_state or "waiting"


@dataclass(frozen=True)
class WonInCrm:
    """What was won in one CRM: how many deals, and SEK ex VAT."""

    system: str
    deals: int
    gross: Decimal
    discount: Decimal
    net: Decimal


@dataclass(frozen=True)
class DealTotals:
    """Pipeline and won deals: counts, and SEK ex VAT. `unrouted_*` are of no company yet, whatever company is asked."""

    open_deals: int
    open_net: Decimal
    won_deals: int
    won_gross: Decimal
    won_discount: Decimal
    won_net: Decimal
    unrouted_deals: int
    unrouted_net: Decimal
    unrouted_open_deals: int
    unrouted_open_net: Decimal


@dataclass(frozen=True)
class DocumentTotals:
    """Booked and not booked documents: counts, and SEK ex VAT."""

    booked: int
    booked_net: Decimal
    unbooked: int
    unbooked_net: Decimal
    overdue: int


@dataclass(frozen=True)
class WaitingTotals:
    """Source records that wait, and the net of their deals (SEK ex VAT)."""

    records: int
    amount_sek: Decimal


@dataclass(frozen=True)
class ShownRecovery:
    """Why nothing is sent just now: the store is "new", or "behind" what was sent; times are naive UTC."""

    reason: str
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Check:
    """A promise as last checked: what was counted, and whether it is kept."""

    name: str
    checked_at: datetime
    found: Decimal
    ok: bool


@dataclass(frozen=True)
class CrmDifference:
    """A month in which the CRM itself counts other won deals than our copy; sums in `currency`, None: not told."""

    month: str
    currency: str
    crm_count: int
    crm_amount: Decimal | None
    own_count: int
    own_amount: Decimal
    asked_at: datetime


@dataclass(frozen=True)
class Attention:
    """An operation that does not go by itself, with its reason."""

    operation_no: int
    state: str
    action: str
    company: str | None
    source_system: str
    source_kind: str
    source_id: str
    target_kind: str
    subject_title: str
    amount_sek: Decimal | None
    error_class: str
    error_code: str
    error_sentence: str
    problems: str
    attempt: int
    not_before: datetime | None
    created_at: datetime
    total: int


@dataclass(frozen=True)
class RecordCount:
    """How many records of a kind have been read from a system."""

    system: str
    kind: str
    records: int


@dataclass(frozen=True)
class _Month:
    month: str


def companies(reader: Reader, scope: Scope) -> list[ShownCompany]:
    """Return the Fortnox companies, by name."""
    return reader.rows(ShownCompany, "companies", {"company": scope.company})


def months(reader: Reader, scope: Scope) -> list[str]:
    """Return the months "2026-03" that have a deal or a document, newest first."""
    return [row.month for row in reader.rows(_Month, "months", {"company": scope.company})]


def won_by_crm(reader: Reader, scope: Scope) -> list[WonInCrm]:
    """Return what was won in each CRM."""
    return reader.rows(WonInCrm, "won_by_crm", scope.days())


def connections(reader: Reader, scope: Scope) -> list[Connection]:
    """Return the connections, CRM first."""
    return reader.rows(Connection, "connections", {"company": scope.company})


def flows(reader: Reader, scope: Scope) -> list[ShownFlow]:
    """Return the flows of the company, with those that serve all companies."""
    return reader.rows(ShownFlow, "flows", {"company": scope.company})


def deal_totals(reader: Reader, scope: Scope) -> DealTotals:
    """Return pipeline and won figures of the scope."""
    return reader.one(DealTotals, "deal_totals", scope.days())


def document_totals(reader: Reader, scope: Scope, today: date) -> DocumentTotals:
    """Return booked and not booked figures of the scope; `today` decides what is overdue."""
    return reader.one(DocumentTotals, "document_totals", {**scope.days(), "today": today})


def stuck(reader: Reader, scope: Scope) -> WaitingTotals:
    """Return what waits for a person now, whatever the period."""
    return reader.one(WaitingTotals, "waiting_totals", {"company": scope.company, "states": ["review"]})


def unsettled(reader: Reader, scope: Scope) -> WaitingTotals:
    """Return what is sent again by itself, or whose outcome is not known, now and whatever the period."""
    return reader.one(WaitingTotals, "waiting_totals", {"company": scope.company, "states": ["retry", "unknown"]})


def recovery(reader: Reader, scope: Scope) -> ShownRecovery | None:
    """Return the recovery that is going on, None when there is none; it concerns every company."""
    return reader.first(ShownRecovery, "recovery", {"company": scope.company})


def checks(reader: Reader, scope: Scope) -> list[Check]:
    """Return the promises as last checked (they always hold for all companies together)."""
    return reader.rows(Check, "checks", {"company": scope.company})


def crm_differences(reader: Reader, scope: Scope) -> list[CrmDifference]:
    """Return the months in which the CRM's own figures are not ours, newest first (for all companies together)."""
    return reader.rows(CrmDifference, "crm_differences", {"company": scope.company})


def attention(reader: Reader, scope: Scope, paging: Paging) -> list[Attention]:
    """Return operations in review, unknown or retry; review first, then most money first."""
    return reader.rows(Attention, "attention", {"company": scope.company, **paging.parameters()})


def record_counts(reader: Reader, scope: Scope) -> list[RecordCount]:
    """Return how many records of each kind have been read."""
    return reader.rows(RecordCount, "record_counts", {"company": scope.company})
