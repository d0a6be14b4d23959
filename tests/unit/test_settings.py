"""Settings that cannot be used are a sentence that names the setting and says what to write; no secret is in it."""

import os
from pathlib import Path
from typing import Any

import pytest

from sync.setting_types import SettingsError
from sync.settings import PREFIX, Settings, load
from sync.web_address import web_address

NORD = {
    "KVITT_COMPANIES__NORD__CLIENT_ID": "id",
    "KVITT_COMPANIES__NORD__CLIENT_SECRET": "secret-1",
    "KVITT_COMPANIES__NORD__TENANT_ID": "1",
    "KVITT_COMPANIES__NORD__GO_LIVE": "2026-01-01",
}
UPSALES = {"KVITT_UPSALES__ACCOUNT": "94", "KVITT_UPSALES__TOKEN": "token-1", "KVITT_UPSALES__WON_STAGE_ID": "12"}
SALESFORCE = {
    "KVITT_SALESFORCE__ORGANISATION_ID": "00D000000000062EAA",
    "KVITT_SALESFORCE__LOGIN_URL": "https://nord.my.salesforce.com",
    "KVITT_SALESFORCE__CLIENT_ID": "id",
    "KVITT_SALESFORCE__CLIENT_SECRET": "secret-2",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to start in, and no setting from outside."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Any:
    def load_with(settings: dict[str, str]) -> Settings:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        return load()

    return load_with


def said(given: Any, settings: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        given(settings)
    return str(caught.value)


def test_what_is_right_is_taken(given: Any) -> None:
    found = given(NORD | UPSALES | SALESFORCE | {"KVITT_UPSALES__BASE_URL": "http://127.0.0.1:8602/"})
    assert found.upsales.base_url == "http://127.0.0.1:8602"
    assert sorted(found.secrets()) == ["secret-1", "secret-2", "token-1"]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"KVITT_COMPANIES": "{bad"}, "The setting KVITT_COMPANIES cannot be used: it is not JSON. Set its parts"),
        ({"KVITT_UPSALES": "{bad"}, "The setting KVITT_UPSALES cannot be used: it has parts. Set them one by one"),
        ({"KVITT_COMPANIES": "[]"}, "The setting KVITT_COMPANIES cannot be used: it has parts. Set them one by one"),
        ({"KVITT_COMPANIES": '{"nord": 1}'}, "The setting KVITT_COMPANIES__NORD cannot be used: it has parts"),
        (UPSALES | {"KVITT_UPSALES__TOKEN": "nyckel-å"}, "KVITT_UPSALES__TOKEN cannot be used: it must be one word"),
        (UPSALES | {"KVITT_UPSALES__TOKEN": "a\nb"}, "KVITT_UPSALES__TOKEN cannot be used: it must be one word"),
        (UPSALES | {"KVITT_UPSALES__TOKEN": ""}, "KVITT_UPSALES__TOKEN cannot be used: it must be one word"),
        (NORD | {"KVITT_COMPANIES__NORD__CLIENT_SECRET": "hemlig\u200b"}, "NORD__CLIENT_SECRET cannot be used"),
        (NORD | {"KVITT_COMPANIES__NORD__TENANT_ID": "1 2"}, "NORD__TENANT_ID cannot be used"),
        (NORD | {"KVITT_COMPANIES__NORD__GO_LIVE": "första maj"}, "GO_LIVE cannot be used: write a date as 2026-01-31"),
        (NORD | {"KVITT_COMPANIES__NORD__BOOK": "kanske"}, "NORD__BOOK cannot be used: write true or false"),
        ({name.replace("NORD", "ONLY"): value for name, value in NORD.items()}, "the company only has a name"),
        ({"KVITT_INTERVAL_SECONDS": "1e300"}, "KVITT_INTERVAL_SECONDS cannot be used: write a whole number"),
        ({"KVITT_INTERVAL_SECONDS": "9" * 30}, "KVITT_INTERVAL_SECONDS cannot be used: write 86400 or less"),
        ({"KVITT_INTERVAL_SECONDS": "9" * 5000}, "KVITT_INTERVAL_SECONDS cannot be used: write a smaller number"),
        ({"KVITT_INTERVAL_SECONDS": "1"}, "KVITT_INTERVAL_SECONDS cannot be used: write 5 or more"),
        ({"KVITT_QUARANTINE_SECONDS": "999999999"}, "KVITT_QUARANTINE_SECONDS cannot be used: write 86400 or less"),
        ({"KVITT_KEEP_READS_DAYS": "999999999"}, "KVITT_KEEP_READS_DAYS cannot be used: write 3650 or less"),
        ({"KVITT_KEEP_QUIET_RUNS_DAYS": "999999999"}, "QUIET_RUNS_DAYS cannot be used: write 3650 or less"),
        ({"KVITT_DASHBOARD_PORT": "99999"}, "KVITT_DASHBOARD_PORT cannot be used: write 65535 or less"),
        (SALESFORCE | {"KVITT_SALESFORCE__ORGANISATION_ID": "x"}, "write the 15 or 18 letters and digits that begin"),
        (SALESFORCE | {"KVITT_SALESFORCE__CURRENCY": "kr"}, "CURRENCY cannot be used: write a currency's three"),
        (SALESFORCE | {"KVITT_SALESFORCE__API_VERSION": "v66"}, "API_VERSION cannot be used: write a version as 66.0"),
    ],
)  # fmt: skip
def test_c4_a_setting_that_cannot_be_used_says_what_to_write(
    given: Any, settings: dict[str, str], sentence: str
) -> None:
    told = said(given, settings)
    assert sentence in told
    assert "hemlig" not in told
    assert "nyckel" not in told


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://[::1", "it is not an address"),
        ("https://fortnox.example:99999", "it is not an address"),
        ("https://fortnox.example:0", "it names no host"),
        ("https://", "it names no host"),
        ("fortnox.example", "it must begin with https://"),
        ("ftp://fortnox.example", "it must begin with https://"),
        ("http://fortnox.example", "unless it is on this machine"),
        ("http://localhost.fortnox.example", "unless it is on this machine"),
        ("http://localhost:pw@fortnox.example/", "it has a user or a password in it"),
        ("https://u:p@fortnox.example", "it has a user or a password in it"),
        ("https://fortnox.example?x=1", "it has a ? or a # in it"),
        ("https://förtnox.example", "signs that no address has"),
        ("https://fort nox.example", "signs that no address has"),
        ("", "it must begin with https://"),
    ],
)
def test_c4_an_address_that_may_not_be_called_is_refused(given: Any, address: str, reason: str) -> None:
    names = ("KVITT_COMPANIES__NORD__BASE_URL", "KVITT_COMPANIES__NORD__AUTH_URL", "KVITT_UPSALES__BASE_URL")
    for name in (*names, "KVITT_SALESFORCE__LOGIN_URL", "KVITT_SALESFORCE__AUDIENCE"):
        told = said(given, NORD | UPSALES | SALESFORCE | {name: address})
        assert f"The setting {name} cannot be used: " in told
        assert reason in told
        given(NORD | UPSALES | SALESFORCE | {name: "https://right.example"})


@pytest.mark.parametrize(
    "address",
    [
        *("https://api.fortnox.se", "https://api.fortnox.se:8443/3", "http://127.0.0.1:8600", "http://localhost"),
        *("http://127.8.8.8:1", "http://[::1]:8600", "https://xn--frtnox-9sa.example"),
    ],
)
def test_c4_an_address_that_may_be_called_is_taken(address: str) -> None:
    assert web_address(f"{address}/") == address


def test_c4_a_file_of_settings_in_another_encoding_is_told_by_its_line(folder: Path) -> None:
    (folder / ".env").write_bytes("KVITT_DATA=data\n# för Nord\n".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"\.env, line 2: the file is not UTF-8 text\. Save it as UTF-8\."):
        load()


def test_c4_a_file_of_settings_that_cannot_be_read_is_told(folder: Path) -> None:
    (folder / ".env").mkdir()
    with pytest.raises(SettingsError, match=r"\.env cannot be read: Is a directory"):
        load()
    (folder / ".env").rmdir()
    (folder / ".env").symlink_to(folder / ".env")
    with pytest.raises(SettingsError, match=r"\.env cannot be read: Too many levels"):
        load()


def test_c4_a_line_that_is_no_setting_is_told(folder: Path) -> None:
    (folder / ".env").write_text('KVITT_DATA=data\nKVITT_MAPPINGS="open\nthe rest\n', "utf-8")
    with pytest.raises(SettingsError, match=r"\.env, line 2: this is no setting\. Write it as NAME=value"):
        load()


def test_a_file_of_settings_is_read(folder: Path) -> None:
    (folder / ".env").write_text("# ours\nexport KVITT_INTERVAL_SECONDS=30\nOTHER=1\n\n", "utf-8")
    assert load().interval_seconds == 30
