"""Bad input: a sentence that says where and what to do, the right exit code, no traceback, and nothing lost."""

import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync.store.publish import copies as publish
from tests.acceptance import csv_files
from tests.acceptance.processes import HOST, ROOT, Finished, ask, free_ports, kvitt, running, wait_for

pytestmark = pytest.mark.process

DONE, IN_REVIEW, BAD_INPUT, BUSY, NEEDS_PERSON = 0, 1, 2, 3, 4
Edit = Callable[[str], str]


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A small world in CSV files."""
    return csv_files.small_world(tmp_path / "handel", orders=6)


def demo(world: Path, data: Path, **settings: str) -> Finished:
    return kvitt(
        *("demo", "--world", world, "--headless", "--until-quiet", "--book-all", "--json", "--speed", 600),
        *("--data", data, "--port", free_ports()),
        settings=settings,
    )


def assert_sentence(done: Finished, code: int, *parts: str) -> None:
    """The command ended with this code, said these things to stderr, and showed no traceback."""
    assert (done.code, done.out) == (code, ""), done.err
    assert "Traceback" not in done.err
    assert 'File "' not in done.err
    missing = [part for part in parts if part not in done.err]
    assert not missing, done.err


def edit(path: Path, change: Edit) -> None:
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, encoding="utf-8")


# --- mappings -----------------------------------------------------------------------------------------------


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    """A copy of the mapping folder's YAML files, to break."""
    folder = tmp_path / "mappings"
    folder.mkdir()
    for path in (ROOT / "mappings").glob("*.yaml"):
        shutil.copy(path, folder)
    return folder


def line_of(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


@pytest.mark.verify
def test_a_broken_mapping_is_told_by_file_and_line_and_loses_nothing(world: Path, data: Path, mappings: Path) -> None:
    good = demo(world, data)
    assert good.code == DONE, good.err
    file = mappings / "upsales.yaml"
    edit(
        file, lambda text: text.replace("    Name: {from: name, required: true}", "    Name: {from: name, required: [")
    )
    refused = demo(world, data, KVITT_MAPPINGS=str(mappings))
    assert_sentence(refused, BAD_INPUT, f"{file}, line ", "not valid YAML")
    again = demo(world, data)
    assert again.result["writes"] == {"fortnox": 0, "crm": 0}
    assert again.result["fortnox"] == good.result["fortnox"]


def test_an_unknown_verb_is_told_by_file_and_line(world: Path, data: Path, mappings: Path) -> None:
    file = mappings / "upsales.yaml"
    edit(file, lambda text: text.replace("Phone1: {from: phone}", "Phone1: {fetch: phone}"))
    place = f"{file}, line {line_of(file, 'fetch: phone')}"
    assert_sentence(demo(world, data, KVITT_MAPPINGS=str(mappings)), BAD_INPUT, place, "fetch")


def test_a_table_that_is_not_there_is_told(world: Path, data: Path, mappings: Path) -> None:
    file = mappings / "upsales.yaml"
    edit(file, lambda text: text.replace("lookup: vat_types", "lookup: vat_typos"))
    assert_sentence(demo(world, data, KVITT_MAPPINGS=str(mappings)), BAD_INPUT, str(file), "vat_typos", "codes.yaml")


def test_a_mapping_folder_without_its_file_is_told(world: Path, data: Path, mappings: Path) -> None:
    (mappings / "upsales.yaml").unlink()
    refused = demo(world, data, KVITT_MAPPINGS=str(mappings))
    assert_sentence(refused, BAD_INPUT, str(mappings / "upsales.yaml"), "missing")


UPSALES = {"KVITT_UPSALES__ACCOUNT": "1", "KVITT_UPSALES__TOKEN": "t", "KVITT_UPSALES__WON_STAGE_ID": "12"}
ORG = {
    "KVITT_SALESFORCE__ORGANISATION_ID": "00DKv0000000001",
    "KVITT_SALESFORCE__LOGIN_URL": "https://nord.example",
    "KVITT_SALESFORCE__CLIENT_ID": "key",
}
SALESFORCE = ORG | {"KVITT_SALESFORCE__CLIENT_SECRET": "secret"}
BY_KEY = ORG | {"KVITT_SALESFORCE__USERNAME": "u", "KVITT_SALESFORCE__PRIVATE_KEY_FILE": "/nowhere.pem"}
COMPANY = {
    "KVITT_COMPANIES__NORD__CLIENT_ID": "x",
    "KVITT_COMPANIES__NORD__CLIENT_SECRET": "y",
    "KVITT_COMPANIES__NORD__TENANT_ID": "1",
    "KVITT_COMPANIES__NORD__GO_LIVE": "2026-01-01",
}


# --- settings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "parts"),
    [
        ({"KVITT_FOO": "1"}, ("KVITT_FOO", "unknown")),
        ({"KVITT_INTERVAL_SECONDS": "soon"}, ("KVITT_INTERVAL_SECONDS", "integer")),
        ({"KVITT_QUARANTINE_SECONDS": "0"}, ("KVITT_QUARANTINE_SECONDS",)),
        ({"KVITT_UPSALES__ACOUNT": "1"}, ("KVITT_UPSALES__ACOUNT", "unknown")),
        ({"KVITT_COMPANIES__NORD__CLIENT_ID": "x"}, ("KVITT_COMPANIES__NORD__CLIENT_SECRET", "missing")),
        ({"KVITT_COMPANIES__NORD__GO_LIVE": "first of May"}, ("KVITT_COMPANIES__NORD__GO_LIVE",)),
        ({}, ("KVITT_UPSALES__ACCOUNT", "KVITT_SALESFORCE__ORGANISATION_ID", "missing")),
        (SALESFORCE | {"KVITT_SALESFORCE__ORGANISATION_ID": "nord"}, ("KVITT_SALESFORCE__ORGANISATION_ID",)),
        (SALESFORCE | {"KVITT_SALESFORCE__USERNAME": "u"}, ("KVITT_SALESFORCE", "CLIENT_SECRET", "PRIVATE_KEY_FILE")),
        (SALESFORCE | {"KVITT_SALESFORCE__LOGIN_URL": "http://nord.example"}, ("KVITT_SALESFORCE__LOGIN_URL", "https")),
        (BY_KEY | COMPANY, ("KVITT_SALESFORCE__PRIVATE_KEY_FILE", "/nowhere.pem", "cannot be read")),
    ],
    ids=lambda value: next(iter(value), "nothing_set") if isinstance(value, dict) else "",
)
@pytest.mark.parametrize("command", ["run", "once"])
def test_a_setting_that_cannot_be_used_is_named(
    data: Path, command: str, settings: dict[str, str], parts: tuple[str, ...]
) -> None:
    assert_sentence(kvitt(command, "--data", data, settings=settings), BAD_INPUT, *parts)
    assert not data.exists(), "nothing was begun"


def test_an_unknown_setting_stops_the_demo_too(world: Path, data: Path) -> None:
    assert_sentence(demo(world, data, KVITT_FOO="1"), BAD_INPUT, "KVITT_FOO", "unknown")


@pytest.mark.parametrize("command", ["demo", "sandbox"])
def test_an_unknown_crm_is_named(data: Path, command: str) -> None:
    done = kvitt(command, "--crm", "hubspot", "--data", data, "--port", free_ports())
    assert_sentence(done, BAD_INPUT, "hubspot", "--crm upsales")


# --- worlds in CSV files ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "change", "parts"),
    [
        ("orders.csv", lambda text: text.replace("order_date", "order_day"), ("line 1", "order_date", "missing")),
        ("products.csv", lambda text: text.replace("unit_price", "price"), ("line 1", "unit_price", "missing")),
        ("order_details.csv", lambda text: set_cell(text, 3, 3, "tolv"), ("line 3", "quantity", "tolv")),
        ("order_details.csv", lambda text: set_cell(text, 2, 2, "12,50 kr"), ("line 2", "unit_price", "12,50 kr")),
        ("order_details.csv", lambda text: set_cell(text, 2, 4, "0.3333"), ("line 2", "discount", "two decimals")),
        ("order_details.csv", lambda text: set_cell(text, 2, 4, "15"), ("line 2", "discount", "0.15")),
        ("order_details.csv", lambda text: set_cell(text, 2, 1, "4711"), ("line 2", "product_id", "products.csv")),
        ("orders.csv", lambda text: set_cell(text, 4, 3, "i går"), ("line 4", "order_date", "YYYY-MM-DD")),
        ("customers.csv", lambda text: "", ("empty",)),
    ],
    ids=[
        *("column_missing", "price_column_missing", "quantity_is_text", "price_is_text", "third_decimal"),
        *("discount_is_percent", "unknown_product", "date_is_text", "empty_file"),
    ],
)
def test_a_world_that_cannot_be_read_is_told_by_file_line_and_column(
    world: Path, data: Path, file: str, change: Edit, parts: tuple[str, ...]
) -> None:
    edit(world / file, change)
    assert_sentence(demo(world, data), BAD_INPUT, file, *parts)
    assert not data.exists(), "nothing was begun"


def set_cell(text: str, line: int, column: int, value: str) -> str:
    """Return CSV text with one cell replaced; lines are counted from 1, columns from 0."""
    lines = text.splitlines()
    cells = lines[line - 1].split(",")
    cells[column] = f'"{value}"'
    return "\n".join([*lines[: line - 1], ",".join(cells), *lines[line:]]) + "\n"


def test_a_missing_file_and_a_missing_folder_are_told(world: Path, data: Path, tmp_path: Path) -> None:
    (world / "products.csv").unlink()
    assert_sentence(demo(world, data), BAD_INPUT, "products.csv", "missing")
    assert_sentence(demo(tmp_path / "nowhere", data), BAD_INPUT, "nowhere", "missing")


@pytest.mark.verify
def test_a_name_that_fortnox_refuses_is_held_and_everything_else_is_sent(world: Path, data: Path) -> None:
    edit(world / "products.csv", lambda text: text.replace("Låda “1”", "Låda 🎁"))
    rows = csv_files.read(world / "order_details.csv")
    touched = {row["order_id"] for row in rows if row["product_id"] == "1"}
    orders = len(csv_files.read(world / "orders.csv"))
    assert 0 < len(touched) < orders
    for _ in range(2):
        done = demo(world, data)
        assert done.code == IN_REVIEW, done.err
        assert "Traceback" not in done.err
        assert done.result["fortnox"]["documents"] == orders - len(touched)
        assert done.result["operations"]["review"] == len(touched) + 1, "the deals, and the product itself"
        assert done.result["unclassified"] == "0.00"
        assert done.result["duplicates"] == 0
    assert done.result["writes"] == {"fortnox": 0, "crm": 0}


# --- the machine --------------------------------------------------------------------------------------------


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        other.bind((HOST, 0))
        other.listen()
        yield int(other.getsockname()[1])


@pytest.mark.parametrize("command", [("demo", "--headless", "--until-quiet"), ("sandbox",)], ids=["demo", "sandbox"])
def test_a_taken_port_is_named_with_what_to_do(world: Path, data: Path, command: tuple[str, ...]) -> None:
    with taken_port() as port:
        done = kvitt(*command, "--world", world, "--data", data, "--port", port)
    assert_sentence(done, BAD_INPUT, str(port), "taken", "--port")


@pytest.mark.parametrize("command", ["demo", "sandbox"])
def test_a_data_folder_that_is_a_file_is_told(world: Path, data: Path, command: str) -> None:
    data.write_text("not a folder", encoding="utf-8")
    more = ("--headless", "--until-quiet") if command == "demo" else ()
    done = kvitt(command, "--world", world, "--data", data, "--port", free_ports(), *more)
    assert_sentence(done, BAD_INPUT, str(data))
    assert data.read_text(encoding="utf-8") == "not a folder"


@pytest.mark.parametrize("command", ["report", "check"])
def test_asking_an_empty_folder_says_that_nothing_is_there(data: Path, command: str) -> None:
    assert_sentence(kvitt(command, "--data", data), BAD_INPUT, str(data), "Nothing is published")
    assert not data.exists()


def test_a_sandbox_that_is_not_there_is_told(data: Path) -> None:
    url = f"http://{HOST}:{free_ports()}"
    done = kvitt("demo", "--sandbox", url, "--headless", "--until-quiet", "--data", data)
    assert_sentence(done, BAD_INPUT, url, "python -m sync sandbox")


@pytest.mark.verify
def test_a_second_sync_on_the_same_data_folder_is_refused_and_disturbs_nothing(
    world: Path, data: Path, tmp_path: Path
) -> None:
    first = ("demo", "--world", world, "--headless", "--speed", 600, "--data", data, "--port", free_ports())
    with running(tmp_path / "first.log", *first) as sync:
        wait_for("the first copy", lambda: publish.newest(data))
        second = demo(world, data)
        assert_sentence(second, BUSY, f"process {sync.process.pid}", str(data))
        assert sync.alive(), sync.said
        assert sync.stop() == DONE, sync.said
    done = demo(world, data)
    assert done.code == DONE, done.err
    wanted = csv_files.figures(world)
    assert (done.result["crm"], done.result["fortnox"]) == (wanted.crm, wanted.fortnox)
    assert (done.result["duplicates"], done.result["lost"]) == (0, 0)


# --- the wrong systems --------------------------------------------------------------------------------------


@contextmanager
def served(world: Path, folder: Path) -> Iterator[dict[str, str]]:
    """Serve a sandbox and yield the settings that name its systems."""
    port = free_ports()
    url = f"http://{HOST}:{port}"
    with running(folder / "sandbox.log", "sandbox", "--port", port, "--world", world, "--speed", 600):
        info = wait_for("the sandbox", lambda: ask(url, "info"))
        crm, company = info["crms"][0], info["companies"][0]
        yield {
            "KVITT_UPSALES__ACCOUNT": str(crm["account"]),
            "KVITT_UPSALES__TOKEN": crm["token"],
            "KVITT_UPSALES__WON_STAGE_ID": str(crm["won_stage_id"]),
            "KVITT_UPSALES__BASE_URL": crm["base_url"],
            "KVITT_COMPANIES__MAIN__CLIENT_ID": company["client_id"],
            "KVITT_COMPANIES__MAIN__CLIENT_SECRET": company["client_secret"],
            "KVITT_COMPANIES__MAIN__TENANT_ID": company["tenant_id"],
            "KVITT_COMPANIES__MAIN__GO_LIVE": company["go_live"],
            "KVITT_COMPANIES__MAIN__BASE_URL": company["base_url"],
            "KVITT_COMPANIES__MAIN__AUTH_URL": company["base_url"],
            "KVITT_QUARANTINE_SECONDS": "1",
        }


@pytest.mark.verify
def test_once_works_by_settings_alone(world: Path, data: Path, tmp_path: Path) -> None:
    with served(world, tmp_path) as right:
        done = kvitt("once", "--data", data, "--json", settings=right)
    assert done.code == DONE, done.err
    assert done.result["fortnox"]["documents"] == csv_files.figures(world).deals


@pytest.mark.verify
@pytest.mark.parametrize(
    ("name", "says"),
    [("KVITT_UPSALES__ACCOUNT", "wrong"), ("KVITT_COMPANIES__MAIN__CLIENT_SECRET", "fortnox:main")],
    ids=["another_account", "wrong_secret"],
)
def test_systems_that_are_not_the_named_ones_need_a_person(
    world: Path, data: Path, tmp_path: Path, name: str, says: str
) -> None:
    with served(world, tmp_path) as right:
        done = kvitt("once", "--data", data, "--json", settings={**right, name: "wrong"})
    assert done.code == NEEDS_PERSON, done.err
    assert says in done.err
    assert "Traceback" not in done.err
    assert_sentence(kvitt("check", "--data", data), NEEDS_PERSON, "needs_person")


@pytest.mark.verify
def test_c3_a_won_stage_that_does_not_exist_ends_a_single_run_with_what_there_is(
    world: Path, data: Path, tmp_path: Path
) -> None:
    with served(world, tmp_path) as right:
        done = kvitt("once", "--data", data, "--json", settings={**right, "KVITT_UPSALES__WON_STAGE_ID": "9999"})
    assert_sentence(done, BAD_INPUT, "no order stage 9999")
    assert "12 (" in done.err


# --- what no command may take for a fault of its own --------------------------------------------------------


def test_c4_settings_in_another_encoding_are_told(tmp_path: Path, data: Path) -> None:
    (tmp_path / ".env").write_bytes("# för Nord\n".encode("latin-1"))
    done = kvitt("once", "--data", data, cwd=tmp_path)
    assert_sentence(done, BAD_INPUT, str(tmp_path / ".env"), "line 1", "not UTF-8")


@pytest.mark.parametrize("command", ["once", "check", "backup"])
def test_c4_settings_that_are_no_json_are_told_by_every_command(data: Path, tmp_path: Path, command: str) -> None:
    more = (tmp_path / "kvitt.zip",) if command == "backup" else ()
    done = kvitt(command, *more, settings={"KVITT_COMPANIES": "{bad"})
    assert_sentence(done, BAD_INPUT, "KVITT_COMPANIES", "it is not JSON")


def test_c4_an_address_of_a_sandbox_that_is_none_is_told(data: Path) -> None:
    done = kvitt("demo", "--sandbox", "http://[::1", "--headless", "--until-quiet", "--data", data)
    assert_sentence(done, BAD_INPUT, "--sandbox http://[::1", "not an address")


def test_c4_a_restore_into_a_file_is_told(data: Path, tmp_path: Path) -> None:
    data.write_text("mine", encoding="utf-8")
    assert_sentence(kvitt("restore", tmp_path / "kvitt.zip", "--data", data), BAD_INPUT, str(data), "is a file")
    assert data.read_text(encoding="utf-8") == "mine"


def test_c2_a_route_to_a_company_that_the_settings_lack_is_told(data: Path, mappings: Path) -> None:
    edit(mappings / "companies.yaml", lambda text: text.replace("rules: []", "rules: [{to: syd}]"))
    done = kvitt("once", "--data", data, settings={**UPSALES, **COMPANY, "KVITT_MAPPINGS": str(mappings)})
    place = f"{mappings / 'companies.yaml'}, line {line_of(mappings / 'companies.yaml', 'rules: [{')}"
    assert_sentence(done, BAD_INPUT, place, "syd is no company of the settings, which name nord")
