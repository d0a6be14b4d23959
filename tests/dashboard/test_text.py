"""Every word in both languages, and nothing but words on the pages."""

import re
import string
from pathlib import Path

import pytest

from dashboard.blocks.errors import issues
from dashboard.text import PAGES, WORDS
from sync.store.tables.needs import REASONS

ROOT = Path(__file__).parents[2] / "dashboard"
FAMILIES = "|".join(sorted({key.partition(".")[0] for key in WORDS}))
KEYS = re.compile(rf"""["']((?:{FAMILIES})\.\w+)["']""")


def test_no_key_is_said_twice() -> None:
    assert len(WORDS) == sum(len(page.WORDS) for page in PAGES)


def test_every_key_has_words_in_both_languages_with_the_same_parameters() -> None:
    for key, (swedish, english) in WORDS.items():
        assert swedish.strip(), key
        assert english.strip(), key
        assert _parameters(swedish) == _parameters(english), key


def test_every_key_that_the_pages_ask_for_exists_and_no_other() -> None:
    asked, families = _asked()
    assert asked - set(WORDS) == set()
    unused = {key for key in WORDS if key not in asked and key.partition(".")[0] not in families}
    assert unused == set()


def test_every_stored_state_has_words() -> None:
    schema = (ROOT.parent / "sync" / "store" / "schema.sql").read_text(encoding="utf-8")
    families = ("deal", "document", "operation", "outcome")
    for family, table in zip(families, ("deals", "documents", "operations", "decisions"), strict=True):
        body = schema.split(f"CREATE TABLE {table} (")[1].split(");")[0]
        found = re.search(r"(?:state|outcome) TEXT NOT NULL CHECK \((?:state|outcome) IN \(([^)]*)\)", body)
        assert found
        for state in re.findall(r"'(\w+)'", found.group(1)):
            assert f"{family}.{state}" in WORDS


def test_every_reason_for_planning_has_words() -> None:
    assert {f"reason.{reason}" for reason in REASONS} <= set(WORDS)


def test_remote_text_can_never_become_html() -> None:
    for path in ROOT.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        for banned in ("unsafe_allow_html", "st.html(", "st.write(", "st.markdown(", "use_container_width", "pickle"):
            assert banned not in source, f"{banned} in {path.name}"


def _parameters(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


def _asked() -> tuple[set[str], set[str]]:
    """Return the literal keys in the pages' code, and the families asked with a computed code."""
    keys: set[str] = set()
    families: set[str] = set()
    for path in ROOT.rglob("*.py"):
        if path.parent.name == "text":
            continue
        source = path.read_text(encoding="utf-8")
        keys |= set(KEYS.findall(source))
        families |= set(re.findall(r"""named\(\s*["'](\w+)["']""", source))
        families |= set(re.findall(r"""t\(\s*f["'](\w+)\.""", source))
    return keys, families | {"cause", "deal", "document", "document_kind"}


@pytest.mark.parametrize("error_class", ["match", "data", "login", "unknown"])
def test_b5_what_the_crm_refuses_is_put_right_in_the_crm(error_class: str) -> None:
    for code in ("DUPLICATE_VALUE", "2000637", ""):
        said = issues.guide(error_class, code, for_crm=True)
        assert "CRM" in said
        assert "välj vilken kund i Fortnox" not in said
        assert said != issues.guide(error_class, code, for_crm=False)
