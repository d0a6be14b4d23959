"""The bridge, made again only where what it rests on has changed.

To compare what it rests on is one question to the database; to make all of it again, for one deal of a hundred
thousand that was edited, would hold everything up for seconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mappings.kinds import DOCUMENT_KINDS, DocumentKind, revenue_kinds
from sync.core.bridge.bridge import Bridge, LooseDocument, Standing, WonDeal, bridge
from sync.core.bridge.lineage import History
from sync.core.bridge.measures import Deal, Document, DocumentName, ReadDeal, fortnox_document
from sync.core.identity import correlation_id
from sync.core.types import Payload, RecordKey
from sync.store.database import Store, arrow
from sync.store.jsontext import from_json
from sync.store.tables import bridges, facts
from sync.store.tables.bridges import DealName
from sync.store.tables.facts import StoredDocument

# Part of what every step was made from: raised when the rules change, so that a new Kvitt makes them all again.
RULES = 6
# Deals whose histories are held in memory at once.
CHUNK = 2_000
_ARTICLE = frozenset({"article_waits"})
_SAID = ("code", "error_class", "error_sentence", "problems")
_NOTHING = ("", "[]")
_MATCH = frozenset({"customer_waits", "no_customer"})
# What only a person can answer of a deal itself; other problems are checks that it did not pass.
_ASKED = frozenset({"no_route", "moved_company", "several_documents", "no_longer_won", "taken_out", "both_changed",
                    "further_documents", "adopted_otherwise", "booked_otherwise", "money_otherwise"})  # fmt: skip
# A document was found under a deal's name and says otherwise: whose it is, a person has yet to say.
_IN_QUESTION = frozenset({"adopted_otherwise", "booked_otherwise"})
_SAME = "same_deal"
Readers = Mapping[str, ReadDeal]
Documents = Mapping[tuple[str, DocumentName], StoredDocument]


@dataclass(frozen=True)
class _Send:
    """One write that made or changed a document; `source` and `correlation` say from which version of the deal."""

    source: RecordKey
    correlation: str
    mapped: Payload
    sent: Payload
    answer: Payload | None


@dataclass(frozen=True)
class _Changed:
    """A won deal that must be looked at again, as `changed_deal_bases` found it."""

    name: DealName
    company: str
    standing: Standing
    locked_until: date | None
    why: Mapping[str, str]
    in_question: bool
    basis: str


def renew(store: Store, readers: Readers) -> None:
    """Bring the bridge up to date with the facts. Call inside a transaction; `readers` read deals' payloads, by CRM."""
    resting_on = {"rules": str(RULES), "revenue": revenue_kinds()}
    changed = [_changed(row) for row in store.dicts("changed_deal_bases", resting_on)]
    gone_deals = [(row[0], row[1]) for row in store.rows("gone_deal_bases")]
    gone_documents = [(row[0], DocumentName(*row[1:])) for row in store.rows("gone_document_bases")]
    bridges.replace(store, Bridge(), {}, {}, gone_deals, gone_documents)
    for start in range(0, len(changed), CHUNK):
        part = changed[start : start + CHUNK]
        made = bridge(_won_deals(store, part, readers), ())
        bridges.replace(store, made, {each.name: each.basis for each in part}, {})
    loose = store.dicts("changed_document_bases", {"rules": str(RULES)})
    if loose:
        made = bridge((), _loose_documents(store, loose))
        bridges.replace(store, made, {}, {_name(row): row["basis"] for row in loose})


def _won_deals(store: Store, changed: Sequence[_Changed], readers: Readers) -> list[WonDeal]:
    ids = [each.name[1] for each in changed]
    deals = {(key.system, key.id): (key, deal) for key, (_, deal) in facts.won_deals(store, ids).items()}
    linked: dict[DealName, list[tuple[str, DocumentName]]] = {}
    for system, deal_id, company, *name in store.rows("documents_of_deals", {"ids": ids}):
        linked.setdefault((system, deal_id), []).append((company, DocumentName(*name)))
    documents = facts.documents(store, [name.number for pairs in linked.values() for _, name in pairs])
    histories = _histories(store, ids, readers)
    found = []
    for each in changed:
        source, deal = deals[each.name]
        pairs = linked.get(each.name, [])
        own = tuple(documents[pair].document for pair in pairs if pair[0] == each.company)
        elsewhere = tuple((pair[0], documents[pair].document) for pair in pairs if pair[0] != each.company)
        made = {
            name: histories[made_as] for _, name in pairs if (made_as := (*each.name, each.company, name)) in histories
        }
        found.append(
            WonDeal(
                source, each.company, deal, own, each.standing, elsewhere, made, each.locked_until, each.why,
                each.in_question,
            )
        )  # fmt: skip
    return found


def _histories(store: Store, ids: Sequence[str], readers: Readers) -> dict[tuple[str, str, str, DocumentName], History]:
    """Return how the documents of some deals were made, by deal, company and number."""
    sends: dict[tuple[str, str, str, DocumentName], list[_Send]] = {}
    for row in store.rows("sends_of_deals", {"ids": list(ids)}):
        key = RecordKey(*row[:3])
        send = _Send(key, row[6], from_json(row[7]) or {}, from_json(row[8]) or {}, from_json(row[9]))
        sends.setdefault((key.system, key.id, row[3], DocumentName(row[4], row[5])), []).append(send)
    sold = _sold(store, {(made[-1].source, made[-1].correlation) for made in sends.values()}, readers)
    return {
        name: History(
            (kind := DOCUMENT_KINDS[name[-1].kind]),
            deal,
            _merged(each.mapped for each in made),
            _merged(each.sent for each in made),
            _created(kind, made),
        )
        for name, made in sends.items()
        if (deal := sold.get((made[-1].source, made[-1].correlation))) is not None
    }


def _sold(store: Store, wanted: Iterable[tuple[RecordKey, str]], readers: Readers) -> dict[tuple[RecordKey, str], Deal]:
    """Return deals as they were when they were sent, by the correlation id of what was sent."""
    correlations: dict[RecordKey, set[str]] = {}
    for key, correlation in wanted:
        correlations.setdefault(key, set()).add(correlation)
    names = {"kinds": sorted({key.kind for key in correlations}), "ids": [key.id for key in correlations]}
    versions = {
        (key, version): correlation
        for system, kind, record_id, version in store.rows("versions_of", names)
        if system in readers
        and (correlation := correlation_id(key := RecordKey(system, kind, record_id), version))
        in correlations.get(key, ())
    }
    table = arrow(
        {
            "system": (facts.TEXT, [key.system for key, _ in versions]),
            "kind": (facts.TEXT, [key.kind for key, _ in versions]),
            "record_id": (facts.TEXT, [key.id for key, _ in versions]),
            "version": (facts.NUMBER, [version for _, version in versions]),
        }
    )
    found = store.rows_with("load_versions", table) if versions else []
    return {
        (key, versions[key, version]): readers[key.system](from_json(payload))
        for *name, version, payload in found
        if (key := RecordKey(*name))
    }


def _merged(payloads: Iterable[Payload]) -> Payload:
    """Return what several sends together said: an update says only what changed."""
    return {name: value for payload in payloads for name, value in payload.items()}


def _created(kind: DocumentKind, made: Sequence[_Send]) -> Document | None:
    """Return the document as Fortnox answered the last send, None when that answer did not show its rows."""
    answer = made[-1].answer
    return fortnox_document(kind, answer) if answer and kind.rows in answer else None


def _loose_documents(store: Store, rows: Sequence[Mapping[str, Any]]) -> list[LooseDocument]:
    held = facts.documents(store, [row["number"] for row in rows])
    credited = {held[_name(row)].document.credits for row in rows} - {""}
    originals: Documents = facts.documents(store, credited) if credited else {}
    found = []
    for row in rows:
        document = held[_name(row)].document
        original = originals.get((row["company"], DocumentName(row["kind"], document.credits)))
        found.append(
            LooseDocument(
                row["company"],
                document,
                row["before_go_live"],
                row["customer_in_crm"],
                row["deal_state"],
                original.document if original else None,
                row["replaced"],
            )
        )
    return found


def _name(row: Mapping[str, Any]) -> tuple[str, DocumentName]:
    return row["company"], DocumentName(row["kind"], row["number"])


def _changed(row: Mapping[str, Any]) -> _Changed:
    told = _reason(row)
    why = {name: told[name] for name in _SAID if told[name] not in _NOTHING}
    in_question = row["state"] == "review" and row["error_code"] in _IN_QUESTION
    name = (row["system"], row["deal_id"])
    return _Changed(name, row["company"], _standing(row), row["until"], why, in_question, row["basis"])


def _standing(row: Mapping[str, Any]) -> Standing:
    """Return where a deal stands when it has no booked document, by its decision and open operation."""
    if row["outcome"] == "":
        return _undecided(row["connections"] or "")
    if row["error_class"] == "closed":
        return "closed"
    if row["outcome"] == "dismissed" and row["code"] == _SAME:
        return "duplicate"
    if row["outcome"] in {"excluded", "dismissed", "linked"}:
        return row["outcome"]  # type: ignore[no-any-return]
    if row["state"] == "":
        return "missed"
    if row["error_class"] in {"unknown", "login"}:
        return row["error_class"]  # type: ignore[no-any-return]
    if row["blocker"] is not None:
        return _held(row["blocker"])
    return _held(row) if row["state"] == "review" else "on_its_way"


def _reason(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what holds a deal: the customer or article that it waits for has the reason, not the deal."""
    if row["blocker"] is None or row["state"] in {"unknown", "sending"}:
        return row
    return {**row["blocker"], "code": row["blocker"]["error_code"]}


def _held(row: Mapping[str, Any]) -> Standing:
    """Return where something stands that a person has to solve: a deal, or the customer or article it waits for."""
    code, error_class = row["error_code"], row["error_class"]
    if error_class in {"unknown", "login"}:
        return error_class  # type: ignore[no-any-return]
    if row["problems"] in _NOTHING:
        return "rejected"
    if code == _SAME:
        return "duplicate"
    if code in _ASKED:
        return "approval"
    if code in _ARTICLE or (error_class == "match" and row.get("target_kind") == "article"):
        return "article"
    return "match" if error_class == "match" or code in _MATCH else "validation"


def _undecided(statuses: str) -> Standing:
    """A deal that was never decided on waits for a connection, or was missed."""
    if "needs_person" in statuses:
        return "login"
    return "on_its_way" if "unreachable" in statuses else "missed"
