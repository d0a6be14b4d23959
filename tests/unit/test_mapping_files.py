"""Reading the mapping folder: every fault is named by file and line, and the version names the content."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from mappings import MappingError, load
from mappings.spec import Companies

SHIPPED = Path(__file__).parents[2] / "mappings"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("upsales.yaml", "codes.yaml", "companies.yaml"):
        shutil.copy(SHIPPED / name, tmp_path / name)
    return tmp_path


def edit(folder: Path, before: str, after: str, name: str = "upsales.yaml") -> int:
    """Replace a text that is there once and return the line it was on."""
    path = folder / name
    text = path.read_text("utf-8")
    assert text.count(before) == 1, before
    path.write_text(text.replace(before, after), "utf-8")
    return text[: text.index(before)].count("\n") + 1


def complaint(folder: Path) -> str:
    with pytest.raises(MappingError) as caught:
        load(folder, "upsales")
    return str(caught.value)


def test_the_shipped_mapping_is_sound() -> None:
    found = load(SHIPPED, "upsales")
    assert (found.system, found.customer.rule.target, found.document.rule.target) == ("upsales", "customer", "invoice")


def test_a_comment_does_not_change_the_version_and_a_rule_does(folder: Path) -> None:
    before = load(folder, "upsales").version
    edit(folder, "customer:\n", "# said aloud\ncustomer:\n")
    assert load(folder, "upsales").version == before
    edit(folder, "Phone1: {from: phone}", "Phone1: {from: fax}")
    assert load(folder, "upsales").version != before


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("codes.yaml", lambda text: text.replace("SE moms: SEVAT", "SE moms: EXPORT")),
        ("companies.yaml", lambda text: text.replace("otherwise: only", "otherwise: hold")),
    ],
)
def test_tables_and_routes_are_part_of_the_version(folder: Path, name: str, change: Callable[[str], str]) -> None:
    before = load(folder, "upsales").version
    path = folder / name
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    assert load(folder, "upsales").version != before


def test_routes_can_be_handed_in(folder: Path) -> None:
    (folder / "companies.yaml").unlink()
    assert load(folder, "upsales", Companies(otherwise="nord")).companies.otherwise == "nord"


def test_a_name_outside_the_grammar_is_named_with_its_line(folder: Path) -> None:
    line = edit(folder, "Phone1: {from: phone}", "Phone1: {form: phone}")
    said = complaint(folder)
    assert f"{folder}/upsales.yaml, line {line}: customer.fields.Phone1.form:" in said
    assert "not part of the mapping grammar" in said


def test_a_section_is_named_as_its_kind(folder: Path) -> None:
    (folder / "upsales.yaml").write_text("- system: upsales\n", "utf-8")
    assert "upsales.yaml, line 1: the file: " in complaint(folder)
    (folder / "upsales.yaml").write_text("documents: {}\n", "utf-8")
    assert "Name each section as its kind" in complaint(folder)


def test_all_faults_are_told_at_once(folder: Path) -> None:
    first = edit(folder, "Phone1: {from: phone}", "Phone1: {form: phone}")
    second = edit(folder, "City: {from: kvitt", "City: {max: no, from: kvitt")
    said = complaint(folder)
    assert f"line {first}:" in said
    assert f"line {second}:" in said


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("Phone1: {from: phone}", "Phone1: {}", "exactly one of from, value, template"),
        ("Phone1: {from: phone}", "Phone1: {from: phone, value: 1}", "exactly one of from, value, template"),
        ("Phone1: {from: phone}", "Phone1: {value: 1, link: customer}", "'link' needs 'from'"),
        ("Phone1: {from: phone}", "Phone1: {from: phone, plus_days: 3}", "'plus_days' needs 'as: date'"),
        ("Phone1: {from: phone}", "Phone1: {from: phone, lookup: gone}", "the table gone is not in codes.yaml"),
        ("FORTNOX_ID: {from: number}", "FORTNOX_ID: {from: number, lookup: gone}", "the table gone is not in codes"),
        ('in: ["", "0"]', 'in: [""], equals: 1', "exactly one of equals, in, present"),
    ],
)
def test_a_rule_that_makes_no_sense_is_told_with_its_line(folder: Path, before: str, after: str, reason: str) -> None:
    line = edit(folder, before, after)
    said = complaint(folder)
    assert f"upsales.yaml, line {line}:" in said
    assert reason in said


def test_a_text_that_is_no_yaml_is_told_with_its_line(folder: Path) -> None:
    line = edit(folder, "Phone1: {from: phone}", "Phone1: {from: phone")
    assert f"{folder}/upsales.yaml, line {line + 1}: this is not valid YAML" in complaint(folder)


def test_a_name_said_twice_is_told_with_its_line(folder: Path) -> None:
    line = edit(folder, "Phone1: {from: phone}", "Name: {from: phone}")
    assert f"upsales.yaml, line {line}: this is not valid YAML" in complaint(folder)


def test_what_yaml_may_not_hold_is_told(folder: Path) -> None:
    edit(folder, "Phone1: {from: phone}", "Phone1: {from: ph\x07one}")
    assert "upsales.yaml: this is not valid YAML" in complaint(folder)


def test_a_file_in_another_encoding_is_told(folder: Path) -> None:
    (folder / "codes.yaml").write_bytes("tables: {a: {b: å}}".encode("latin-1"))
    assert complaint(folder) == f"{folder}/codes.yaml: the file is not UTF-8 text. Save it as UTF-8."


def test_an_empty_file_and_a_missing_file_are_told(folder: Path) -> None:
    (folder / "codes.yaml").write_text("")
    assert f"{folder}/codes.yaml, line 1: the file:" in complaint(folder)
    (folder / "codes.yaml").unlink()
    assert "the file is missing. Restore it" in complaint(folder)


def test_a_condition_reads_no_code(folder: Path) -> None:
    edit(folder, "Phone1: {from: phone}", "Phone1: !!python/object/apply:os.getcwd []")
    assert "upsales.yaml" in complaint(folder)


def test_a_mapping_without_rows_is_read(folder: Path) -> None:
    path = folder / "upsales.yaml"
    content = YAML(typ="safe").load(path.read_text("utf-8"))
    del content["invoice"]["rows"]
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(content, file)
    assert load(folder, "upsales").file.documents["invoice"].rows is None


def test_a_missing_part_is_told_with_the_line_of_what_it_belongs_to(folder: Path) -> None:
    line = edit(folder, "discount: {quantity: quantity, list_price: listPrice, net_price: price}", "article: {}")
    said = complaint(folder)
    assert "discount" in said
    assert f"line {line}" in said or "invoice.rows" in said


def test_a_discount_is_said_in_one_way_only(folder: Path) -> None:
    edit(folder, "net_price: price}", "net_price: price, percent: discount}")
    assert "'discount' needs exactly one of net_price, percent" in complaint(folder)


def test_c4_a_mapping_folder_that_is_a_file_is_told(folder: Path) -> None:
    assert complaint(folder / "upsales.yaml") == (
        f"{folder}/upsales.yaml is a file. Name the folder of the mappings in KVITT_MAPPINGS."
    )


def test_c4_a_mapping_that_is_a_folder_is_told(folder: Path) -> None:
    (folder / "codes.yaml").unlink()
    (folder / "codes.yaml").mkdir()
    assert complaint(folder) == f"{folder}/codes.yaml is a folder. Put the mapping's file in its place."


def test_c4_a_mapping_that_leads_to_itself_is_told(folder: Path) -> None:
    (folder / "codes.yaml").unlink()
    (folder / "codes.yaml").symlink_to(folder / "codes.yaml")
    assert complaint(folder).startswith(f"{folder}/codes.yaml cannot be read: Too many levels of symbolic links.")


def test_c4_lines_that_lie_too_deep_in_one_another_are_told(folder: Path) -> None:
    (folder / "codes.yaml").write_text(f"tables: {'[' * 400}{']' * 400}", "utf-8")
    assert complaint(folder) == (
        f"{folder}/codes.yaml: the lines lie too deep in one another. Remove what is not a mapping."
    )


def test_c4_a_table_that_holds_itself_is_told(folder: Path) -> None:
    (folder / "codes.yaml").write_text("tables: &all\n  a: *all\n", "utf-8")
    assert f"{folder}/codes.yaml, line 2: tables.a" in complaint(folder)


def test_c4_the_way_out_that_is_named_is_there(folder: Path) -> None:
    (folder / "codes.yaml").unlink()
    assert "Restore it or name its folder in KVITT_MAPPINGS." in complaint(folder)


@pytest.mark.parametrize(
    "wrong",
    [
        "", "null", "[]", "5", "tables: []", "tables: 5", "tables: {a: 5}", "tables: {a: []}", "table: {}",
        "tables: {2026-01-01: {a: b}}", "tables: {a: {2026-01-01: b}}", "tables: {a: {1: b}}", "tables: {a: {null: b}}",
    ],
)  # fmt: skip
def test_c4_what_has_another_shape_is_told_in_words_of_our_own(folder: Path, wrong: str) -> None:
    (folder / "codes.yaml").write_text(wrong, "utf-8")
    said = complaint(folder)
    assert said.startswith(f"{folder}/codes.yaml, line 1: ")
    assert not re.search(r"Input|Field|valid|instance|should", said), said


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  source: account\n", "  source: 5\n"), ("  title: description\n", ""),
        ("each: orderRow", "each: [orderRow]"),
        ("  when:\n    - {field", "  when:\n    a: {field"), ("as: organisation_number", "as: orgnummer"),
        ("beyond_two_decimals: hold", "beyond_two_decimals: maybe"), ("required: true}\n    OrganisationNumber",
         "required: perhaps}\n    OrganisationNumber"), ("Phone1: {from: phone}", "Phone1: {from: phone, max: 0}"),
        ("Phone1: {from: phone}", "Phone1: {from: phone, max: many}"), ("Phone1: {from: phone}", "Phone1: phone"),
        ("Phone1: {from: phone}", "Phone1: {from: 5}"), ("Phone1: {from: phone}", "Phone1: {value: [1]}"),
        ("date], as: date,", "date], as: date, plus_days: -99999999,"),
    ],
)  # fmt: skip
def test_c4_a_rule_of_another_shape_is_told_in_words_of_our_own(folder: Path, before: str, after: str) -> None:
    edit(folder, before, after)
    said = complaint(folder)
    assert f"{folder}/upsales.yaml, line " in said
    assert not re.search(r"Input|Field required|valid |instance|should", said), said
