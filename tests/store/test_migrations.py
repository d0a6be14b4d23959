"""An older database becomes today's: the same tables as a new one, with everything that was in it."""

import re
from pathlib import Path

import duckdb
import pytest

from sync.store.database import SCHEMA_VERSION, Store
from sync.store.folder import FILE, StoreError

SCHEMAS = Path(__file__).parent / "schemas"
SHAPES = (
    "SELECT table_name, column_name, data_type, is_nullable, column_default FROM duckdb_columns() WHERE NOT internal",
    "SELECT table_name, constraint_text FROM duckdb_constraints()",
    "SELECT view_name, sql FROM duckdb_views() WHERE NOT internal",
)


def older(folder: Path, version: int) -> None:
    """Make a database as an older Kvitt left it, with a deal's create in it."""
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / FILE)) as made:
        made.execute((SCHEMAS / f"{version}.sql").read_text(encoding="utf-8"))
        made.execute("INSERT INTO meta VALUES ('schema_version', ?)", [str(version)])
        made.execute(
            "INSERT INTO operations (correlation_id, action, system, target_kind, source_system, source_kind,"
            " source_id, state, open_key, created_at, updated_at) VALUES ('c0ffee', 'create', 'fortnox:nord',"
            " 'invoice', 'upsales:94', 'order', '7', 'planned', 'x', '2026-01-01', '2026-01-01')"
        )


def shape(folder: Path) -> list[list[tuple[object, ...]]]:
    with duckdb.connect(str(folder / FILE), read_only=True) as made:
        return [sorted(made.execute(question).fetchall(), key=str) for question in SHAPES]


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_an_older_database_is_brought_up_to_date_and_keeps_what_it_held(tmp_path: Path, version: int) -> None:
    older(tmp_path / "old", version)
    Store(tmp_path / "old").close()
    Store(tmp_path / "new").close()
    assert shape(tmp_path / "old") == shape(tmp_path / "new")
    with duckdb.connect(str(tmp_path / "old" / FILE), read_only=True) as made:
        assert made.execute("SELECT operation_no, source_id FROM operations").fetchall() == [(1, "7")]
        assert made.execute("SELECT content FROM meta WHERE name = 'schema_version'").fetchone() == (
            str(SCHEMA_VERSION),
        )


def test_a_step_that_is_cut_off_is_taken_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older(tmp_path / "old", 1)

    def fails(self: Store, name: str, parameters: object = None) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Store, "run", fails)
        Store(tmp_path / "old")
    Store(tmp_path / "old").close()
    Store(tmp_path / "new").close()
    assert shape(tmp_path / "old") == shape(tmp_path / "new")


def test_a_newer_database_is_refused_with_a_sentence(tmp_path: Path) -> None:
    Store(tmp_path).close()
    with duckdb.connect(str(tmp_path / FILE)) as made:
        made.execute("UPDATE meta SET content = '99' WHERE name = 'schema_version'")
    with pytest.raises(StoreError, match=re.escape("schema version 99; this Kvitt knows")):
        Store(tmp_path)


def test_what_was_decided_of_an_account_is_known_of_its_customers_as_far_as_they_followed(tmp_path: Path) -> None:
    older(tmp_path / "old", 4)
    with duckdb.connect(str(tmp_path / "old" / FILE)) as made:
        made.execute(
            "INSERT INTO decisions (system, kind, record_id, company, outcome, version, mapping_version, fingerprint,"
            " correlation_id, decided_at)"
            " VALUES ('upsales:94', 'account', '5', 'nord', 'linked', 7, 'm', 'now', 'c0ffee', '2026-01-01')"
        )
        customer = (
            "INSERT INTO links (source_system, source_kind, source_id, company, target_kind, target_id, origin, rung,"
            " mapping_version, fingerprint, linked_at)"
            " VALUES ('upsales:94', 'account', '5', ?, 'customer', 'U-5', 'crm', 'sent', ?, ?, '2026-01-01')"
        )
        made.executemany(customer, [("nord", "m", "now"), ("syd", "m", "before"), ("ost", "another", "before")])
    Store(tmp_path / "old").close()
    with duckdb.connect(str(tmp_path / "old" / FILE), read_only=True) as made:
        found = made.execute("SELECT company, target_kind, version FROM decisions ORDER BY company").fetchall()
    assert found == [("nord", "customer", 7), ("ost", "customer", 7), ("syd", "customer", 0)]


def test_what_was_sent_or_found_the_same_is_what_both_sides_agreed_on(tmp_path: Path) -> None:
    older(tmp_path / "old", 10)
    linked = (
        "INSERT INTO links (source_system, source_kind, source_id, company, target_kind, target_id, origin, rung,"
        " draft, fingerprint, answer_digest, operation_no, linked_at)"
        " VALUES ('upsales:94', ?, ?, 'nord', ?, '1', 'crm', ?, ?, ?, ?, ?, '2026-02-01')"
    )
    draft = '{"OurReference": "Åsa", "YourReference": null, "InvoiceRows": [{"Price": 9.5}]}'
    with duckdb.connect(str(tmp_path / "old" / FILE)) as made:
        made.executemany(
            linked,
            [
                ("order", "7", "invoice", "sent", draft, "f", "d", 1),
                ("order", "8", "invoice", "adopted", draft, "", "d", None),
                ("order", "9", "invoice", "adopted", draft, "f", "", None),
                ("account", "5", "customer", "email", '{"Name": "Acme"}', "f", "", None),
                ("account", "6", "customer", "person", None, "", "", None),
            ],
        )
    Store(tmp_path / "old").close()
    with duckdb.connect(str(tmp_path / "old" / FILE), read_only=True) as made:
        found = made.execute("SELECT source_id, field, content, since::DATE::TEXT FROM agreed ORDER BY ALL").fetchall()
    assert found == [
        ("5", "Name", '"Acme"', "2026-02-01"),
        ("7", "InvoiceRows", '[{"Price":9.5}]', "2026-01-01"),
        ("7", "OurReference", '"Åsa"', "2026-01-01"),
        ("7", "YourReference", "null", "2026-01-01"),
    ], "since it was sent, where it was"


def test_a_decision_becomes_one_for_each_company_and_kind(tmp_path: Path) -> None:
    """A deal's is of its invoice, an account's of each of its customers: held is the one that a person is asked of."""
    older(tmp_path / "old", 9)
    with duckdb.connect(str(tmp_path / "old" / FILE)) as made:
        decided = (
            "INSERT INTO decisions (system, kind, record_id, company, outcome, version, mapping_version,"
            " correlation_id, decided_at) VALUES ('upsales:94', ?, ?, ?, ?, 7, 'm', 'c0ffee', '2026-01-01')"
        )
        made.executemany(
            decided,
            [
                ("order", "1", "nord", "linked"),
                ("order", "2", None, "review"),
                ("account", "5", "nord", "review"),
                ("account", "6", "nord", "dismissed"),
            ],
        )
        customer = (
            "INSERT INTO links (source_system, source_kind, source_id, company, target_kind, target_id, origin, rung,"
            " decided_version, linked_at) VALUES ('upsales:94', 'account', ?, ?, 'customer', ?, 'crm', 'sent', ?,"
            " '2026-01-01')"
        )
        made.executemany(
            customer,
            [("5", "nord", "U-5", 7), ("5", "syd", "U-5", 6), ("5", "syd", "U-55", 7), ("6", "nord", "U-6", 7)],
        )
        made.execute(
            "INSERT INTO operations (correlation_id, action, company, system, target_kind, source_system, source_kind,"
            " source_id, state, open_key, created_at, updated_at) VALUES ('c0ffee', 'update', 'syd', 'fortnox:syd',"
            " 'customer', 'upsales:94', 'account', '5', 'review', 'y', '2026-01-01', '2026-01-01')"
        )
    Store(tmp_path / "old").close()
    with duckdb.connect(str(tmp_path / "old" / FILE), read_only=True) as made:
        found = made.execute(
            "SELECT kind, record_id, company, target_kind, outcome, version FROM decisions ORDER BY ALL"
        ).fetchall()
    assert found == [
        ("account", "5", "nord", "customer", "linked", 7),
        ("account", "5", "syd", "customer", "review", 6),
        ("account", "6", "nord", "customer", "dismissed", 7),
        ("order", "1", "nord", "invoice", "linked", 7),
        ("order", "2", "", "invoice", "review", 7),
    ]
