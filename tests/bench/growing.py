"""Stores of any size: what a played world has left in a store, again and again under names of its own.

Deals, their documents and payments are repeated with all that is known of them; customers, articles and registers are
not. A copy's ids are those of the first with five digits behind them. Held deals are repeated a few times only: in
ordinary books they are few, however old the books are.
"""

import shutil
from pathlib import Path

import duckdb

from mappings.kinds import revenue_kinds
from sync.explain.bridging import RULES
from sync.store import form
from sync.store.folder import FILE
from sync.store.statements import named_queries

MOST_COPIES = 100_000
_CHOSEN = """
CREATE OR REPLACE TEMP TABLE copies AS SELECT k, lpad(k::TEXT, 5, '0') AS s FROM range({first}, {last}) AS r(k);
CREATE OR REPLACE TEMP TABLE deal_ids AS SELECT deal_id AS id FROM first.deals
WHERE {whole} OR deal_id NOT IN (SELECT source_id FROM first.operations WHERE open_key IS NOT NULL);
CREATE OR REPLACE TEMP TABLE document_ids AS SELECT d.company, d.number AS id FROM first.documents AS d
LEFT JOIN first.links AS l ON l.company = d.company AND l.target_kind = d.kind AND l.target_id = d.number
WHERE ({whole} OR d.booked) AND (l.source_id IS NULL OR l.source_id IN (FROM deal_ids));
CREATE OR REPLACE TEMP TABLE payment_ids AS SELECT p.company, p.number AS id FROM first.payments AS p
JOIN document_ids AS d ON d.company = p.company AND d.id = p.invoice_number;
CREATE OR REPLACE TEMP TABLE operation_ids AS SELECT operation_no AS id FROM first.operations
WHERE source_kind = 'order' AND source_id IN (FROM deal_ids)
"""
_OF_DEAL = "deal_id IN (FROM deal_ids)"
_OF_DOCUMENT = "(company, number) IN (SELECT (company, id) FROM document_ids)"
_OF_PAYMENT = "(company, number) IN (SELECT (company, id) FROM payment_ids)"
_OF_OPERATION = "operation_no IN (FROM operation_ids)"
_OF_STEP = f"({_OF_DEAL} OR deal_id = '' AND {_OF_DOCUMENT})"
_OF_RECORD = """(kind = 'order' AND record_id IN (FROM deal_ids)
    OR kind = 'invoice' AND (system[9:], record_id) IN (SELECT (company, id) FROM document_ids)
    OR kind = 'payment' AND (system[9:], record_id) IN (SELECT (company, id) FROM payment_ids))"""
# The columns of each table that name what is repeated, and which of its rows are.
_TABLES = {
    "records": (("record_id", "payload", "listed"), _OF_RECORD),
    "record_versions": (("record_id", "payload"), _OF_RECORD),
    "decisions": (("record_id",), "kind = 'order' AND record_id IN (FROM deal_ids)"),
    "links": (("source_id", "target_id", "reference", "operation_no"),
              "source_kind = 'order' AND source_id IN (FROM deal_ids)"),
    "agreed": (("source_id", "target_id"), "source_kind = 'order' AND source_id IN (FROM deal_ids)"),
    "operations": (("operation_no", "source_id", "target_id", "reference", "open_key", "payload", "sent", "answer",
                    "draft"), _OF_OPERATION),
    "operation_moves": (("operation_no",), _OF_OPERATION),
    "failures": (("operation_no",), _OF_OPERATION),
    "events": (("event_no", "operation_no", "record_id"), _OF_OPERATION),
    "calls": (("call_no", "operation_no"), _OF_OPERATION),
    "deals": (("deal_id",), _OF_DEAL),
    "deal_rows": (("deal_id",), _OF_DEAL),
    "documents": (("number", "credits", "credited_by", "reference", "ocr"), _OF_DOCUMENT),
    "document_rows": (("number",), _OF_DOCUMENT),
    "payments": (("number", "invoice_number"), _OF_PAYMENT),
    "bridge": (("deal_id", "number"), _OF_STEP),
    "slices": (("deal_id", "number"), _OF_STEP),
}  # fmt: skip
_NUMBERS = frozenset({"operation_no", "event_no", "call_no"})
# Where texts hold ids: deals' payloads begin with theirs, documents' and payments' name them, our names end with them.
_IDS = {
    "payload": (r'^(\{"id": \d+)', r'("(?:DocumentNumber|Number|InvoiceNumber|OCR)": "?\d+)', r"(:order:\d+)"),
    "name": (r"(:order:\d+)", r"(\|order\|\d+)"),
}  # fmt: skip
_TEXTS = dict.fromkeys(("payload", "listed", "sent", "answer", "draft"), "payload") | dict.fromkeys(
    ("reference", "open_key"), "name"
)
# Changes of a deal are named by the deal's id and version: those of a copy by the copy's.
_CHANGES = """
CREATE OR REPLACE TEMP TABLE changes AS
SELECT sha256(concat_ws('|', system, kind, record_id, version))[:12] AS name, system, kind, record_id, version
FROM first.record_versions WHERE kind = 'order'
"""
_CHANGE = "coalesce(sha256(concat_ws('|', c.system, c.kind, concat(c.record_id, s), c.version))[:12], t.correlation_id)"
_BASES = """
INSERT INTO bridge_bases {names} FROM ({now}) ON CONFLICT DO UPDATE SET basis = excluded.basis
"""


def grown(made_from: Path, folder: Path, copies: int, held: int) -> None:
    """Make a store of a world's deals and so many copies of what is settled of them, the first `held` of them whole."""
    folder.mkdir(parents=True, mode=0o700)
    for name in (FILE, "high_water"):
        shutil.copyfile(made_from / name, folder / name)
    with form.connect(folder / FILE) as connection:
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(f"ATTACH '{made_from / FILE}' AS first (READ_ONLY)")
        _repeat(connection, 1, held + 1, whole=True)
        _repeat(connection, held + 1, copies + 1, whole=False)
        _know_what_it_rests_on(connection)
        connection.execute("CHECKPOINT")


def _repeat(connection: duckdb.DuckDBPyConnection, first: int, last: int, *, whole: bool) -> None:
    for statement in (*_CHOSEN.format(first=first, last=last, whole=whole).split(";"), _CHANGES):
        connection.execute(statement)
    for table, (columns, which) in _TABLES.items():
        made = {column: _copied(column) for column in columns}
        named = ""
        if "correlation_id" in _columns(connection, table):
            made["correlation_id"], named = _CHANGE, "LEFT JOIN changes AS c ON c.name = t.correlation_id"
        changed = ", ".join(f"{value} AS {column}" for column, value in made.items())
        connection.execute(
            f"INSERT INTO {table} BY NAME SELECT t.* REPLACE ({changed}) "
            f"FROM (SELECT * FROM first.{table} WHERE {which}) AS t {named} CROSS JOIN copies"
        )


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA table_info('{table}')").fetchall()}


def _copied(column: str) -> str:
    if column in _NUMBERS:
        return f"t.{column} * {MOST_COPIES} + k"
    if column not in _TEXTS:
        return f"CASE WHEN t.{column} <> '' THEN concat(t.{column}, s) ELSE t.{column} END"
    made = f"t.{column}::TEXT"
    for pattern in _IDS[_TEXTS[column]]:
        made = f"regexp_replace({made}, '{pattern}', concat('\\1', s))"
    return made


def _know_what_it_rests_on(connection: duckdb.DuckDBPyConnection) -> None:
    """Store what the bridge rests on, as if the product had made it: it names the copies' own documents."""
    queries, rules = named_queries("queries"), {"rules": str(RULES)}
    for query, names, about in (
        ("changed_deal_bases", "SELECT system, deal_id, '', '', '', basis", {**rules, "revenue": revenue_kinds()}),
        ("changed_document_bases", "SELECT '', '', company, kind, number, basis", rules),
    ):
        connection.execute(_BASES.format(names=names, now=queries[query].rstrip(";\n ")), about)
