"""Checks who is at the other end, and notes how each system answered last (ARCHITECTURE.md: the right systems)."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sync.clock import Clock
from sync.connectors.base import CrmConnector
from sync.connectors.errors import ApiError, AuthLost
from sync.connectors.fortnox.client import Fortnox
from sync.store.database import Store
from sync.store.tables import links, runs

NOTED_AGAIN_AFTER = timedelta(minutes=5)


class PairingError(Exception):
    """The system at the other end is not the one that was paired, or must not be written to beside another."""


class NeedsChoiceError(PairingError):
    """Something was lost at the other end, and only a person knows whether it was meant: the flow waits for a word."""


class UnknownSettingError(PairingError):
    """What a setting names is not there; the message says what there is instead."""


@dataclass(frozen=True)
class _Noted:
    """What was stored last of how a system answers."""

    status: str
    sentence: str
    at: datetime


@dataclass(frozen=True)
class PairedCrm:
    """A CRM account to pair with: who must answer, and what a person should mend in its mapping, '' for nothing."""

    connector: CrmConnector
    account: str
    mapping_notice: Callable[[], str]


@dataclass(frozen=True)
class CompanyLink:
    """One connected Fortnox company; `books` tells whether Kvitt books its documents."""

    key: str
    connector: Fortnox
    tenant_id: str
    go_live: date
    books: bool = False

    @property
    def flow(self) -> str:
        """Return the name of the flow that reads the company's documents; pausing it stops sending too."""
        return f"fortnox:{self.key}/documents"


class Pairing:
    """Checks every system once after a start and remembers how it answers."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._crms: dict[str, PairedCrm] = {}
        self._paired: set[str] = set()
        self._ok_at: dict[str, datetime] = {}
        self._noted: dict[str, _Noted] = {}

    def add(self, crm: PairedCrm) -> None:
        """Take up a CRM account."""
        self._crms[crm.connector.system] = crm

    def name_systems(self, companies: Iterable[CompanyLink]) -> None:
        """List every system that the settings name before it has ever answered. Call inside a transaction.

        Where a company's go-live date is another than before, all that rested on it is decided anew.
        """
        now = self._clock.now()
        for system in self._crms:
            runs.name_connection(self._store, {"system": system, "company": None, "go_live": None}, now)
        for company in companies:
            stored = runs.connection(self._store, company.connector.system)
            if stored is None or stored["go_live"] != company.go_live:
                links.replan_after_go_live(self._store)
            values = {"system": company.connector.system, "company": company.key, "go_live": company.go_live}
            runs.name_connection(self._store, values, now)

    async def check_crm(self, system: str) -> None:
        """Pair with a CRM account. Raises PairingError, ApiError."""
        if system in self._paired:
            return
        crm = self._crms[system].connector
        found = await crm.identity()
        self._refuse_other(system, found.remote_id, found.title, self._crms[system].account)
        name = await crm.rival()
        if name:
            raise PairingError(
                f"“{name}” is active in {crm.title} and would send the same deals. Deactivate it there first."
            )
        self._remember(system, None, " ".join((crm.title, found.title)).strip(), "", found.remote_id, None)

    async def check_company(self, company: CompanyLink) -> None:
        """Pair with a Fortnox company. Raises PairingError, ApiError."""
        system = company.connector.system
        if system in self._paired:
            return
        found = await company.connector.identity()
        self._refuse_other(system, found.remote_id, found.title, company.tenant_id)
        self._refuse_other_name(company, found.remote_id, found.title)
        number = found.organisation_number
        self._remember(system, company.key, found.title or system, number, found.remote_id, company.go_live)

    def forget(self, system: str) -> None:
        """Ask a system again who it is, the next time."""
        self._paired.discard(system)

    @contextmanager
    def watched(self, system: str) -> Iterator[None]:
        """Remember how a system answered, for every page to say."""
        try:
            yield
        except (AuthLost, PairingError) as error:
            self._note(system, "needs_person", str(error))
            raise
        except ApiError as error:
            self._note(system, "unreachable", str(error))
            raise
        crm = self._crms.get(system)
        notices = (crm.connector.notice(), crm.mapping_notice()) if crm else ()
        self._note(system, "ok", " ".join(filter(None, notices)))

    def _refuse_other(self, system: str, identity: str, title: str, expected: str) -> None:
        stored = runs.connection(self._store, system)
        before = (stored["remote_identity"] if stored else "") or expected
        if identity not in {expected} & {before}:
            wanted = before if before != identity else expected
            raise PairingError(
                f"{system} answers as {identity} ({title}) but is paired with {wanted}. "
                "Correct the settings, or use another data folder."
            )

    def _refuse_other_name(self, company: CompanyLink, identity: str, title: str) -> None:
        """All that was sent to a company is stored under its name: under a second one it would be sent again."""
        before = runs.companies_of(self._store, identity) - {company.key}
        if before:
            name = ", ".join(sorted(before))
            raise PairingError(
                f"{company.connector.system} answers as {identity} ({title}), which this data folder knows as {name}. "
                f"Name it {name} in the settings, or use another data folder."
            )

    def _remember(
        self, system: str, company: str | None, title: str, number: str, identity: str, go_live: date | None
    ) -> None:
        values = {
            "system": system,
            "company": company,
            "title": title,
            "organisation_number": number,
            "remote_identity": identity,
            "go_live": go_live,
        }
        with self._store.transaction():
            runs.put_connection(self._store, values, self._clock.now())
        self._paired.add(system)

    def _note(self, system: str, status: str, sentence: str) -> None:
        """Store how a system answers: when that changes, and now and then that it has not."""
        now = self._clock.now()
        if status == "ok":
            self._ok_at[system] = now
        noted = self._noted.get(system)
        if noted and (noted.status, noted.sentence) == (status, sentence) and now < noted.at + NOTED_AGAIN_AFTER:
            return
        with self._store.transaction():
            runs.set_connection_status(self._store, system, status, sentence, self._ok_at.get(system))
        self._noted[system] = _Noted(status, sentence, now)
