"""An account's customers in two companies: each follows it, also one whose company is paused for a while."""

import shutil
from pathlib import Path

from tests.acceptance.bench import Bench
from tests.acceptance.desk import Desk
from tests.acceptance.processes import ROOT
from tests.acceptance.worlds import deal, world

TWO = ("nord", "syd")
SYD = "fortnox:syd/documents"
FACTS = world(deal("N1"), deal("S1", company="syd"), companies=TWO)


def phones(bench: Bench) -> list[str | None]:
    return [bench.customer("U-1", company)["Phone1"] for company in TWO]


def change_while_syd_is_paused(bench: Bench) -> None:
    bench.set_paused(SYD, True)
    bench.edit_account("acme", phone="08-123456")
    bench.settle()


def without_cities(tmp_path: Path) -> Path:
    """Return a mapping that says less of a customer."""
    folder = tmp_path / "mappings"
    shutil.copytree(ROOT / "mappings", folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    file = folder / "upsales.yaml"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if "City:" not in line), encoding="utf-8")
    return folder


def test_a_changed_account_reaches_a_company_that_was_paused_meanwhile(tmp_path: Path) -> None:
    with Bench(tmp_path, FACTS) as bench:
        bench.settle()
        change_while_syd_is_paused(bench)
        assert phones(bench) == ["08-123456", None]
        bench.set_paused(SYD, False)
        bench.settle()
        assert phones(bench) == ["08-123456"] * 2
        bench.writes_of()
        bench.run(times=3)
        assert bench.writes_of() == []


def test_a_changed_account_reaches_a_company_that_was_paused_while_the_mapping_changed_too(tmp_path: Path) -> None:
    with Bench(tmp_path, FACTS) as bench:
        bench.settle()
        change_while_syd_is_paused(bench)
        bench.stop()
        bench.overrides = {"mappings": without_cities(tmp_path)}
        bench.settle()
        assert phones(bench) == ["08-123456", None]
        bench.writes_of()
        bench.set_paused(SYD, False)
        bench.settle()
        assert phones(bench) == ["08-123456"] * 2
        assert [one.method for one in bench.writes_of() if one.system == "fortnox"] == ["PUT"], "nord's is settled"


def test_a_refusal_that_is_dismissed_keeps_the_change_from_no_other_company(tmp_path: Path) -> None:
    with Bench(tmp_path, FACTS) as bench:
        bench.settle()
        refusal = {"system": "fortnox", "fault": "refuse", "method": "PUT", "path": "/3/customers/U-1"}
        bench.control("POST", "faults", [refusal | {"code": 2000999, "message": "Kunden kan inte ändras just nu."}])
        change_while_syd_is_paused(bench)
        desk = Desk(bench)
        assert desk.dismiss(desk.look("account"))[0]
        bench.set_paused(SYD, False)
        bench.settle()
        assert (bench.held(), phones(bench)) == ({}, [None, "08-123456"])
        bench.edit_account("acme", notes="nothing that is mapped")
        bench.settle()
        assert (bench.held(), phones(bench)) == ({}, [None, "08-123456"]), "what is dismissed stays so"
        bench.edit_account("acme", phone="08-654321")
        bench.settle()
        assert (bench.held(), phones(bench)) == ({}, ["08-654321"] * 2)


def test_an_account_of_a_company_out_of_sight_is_not_decided_on_again_and_again(tmp_path: Path) -> None:
    with Bench(tmp_path, FACTS) as bench:
        bench.settle()
        change_while_syd_is_paused(bench)
        decided = "SELECT decided_at FROM decisions WHERE kind = 'account'"
        before = bench.rows(decided)
        bench.clock.advance(600)
        bench.run(times=2)
        assert bench.rows(decided) == before
