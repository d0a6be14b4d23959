"""Settings from the environment and `.env`: a frozen value, or a sentence that says what is wrong.

Names start with KVITT_; nested names use two underscores, as in KVITT_COMPANIES__NORD__TENANT_ID.
"""

import io
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from dotenv.parser import parse_stream
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as Unreadable

from sync.web_address import web_address

PREFIX = "KVITT_"
ENV_FILE = ".env"
_A_DAY = 86_400
# Words of the routing that a company's key would be taken for.
_NO_COMPANY = frozenset({"only", "hold"})


def _plain(text: str) -> str:
    """Return what is sent in a header: it is one word in plain letters, digits and signs."""
    if text and text.isascii() and text.isprintable() and " " not in text:
        return text
    raise ValueError("it must be one word of plain letters, digits and signs. Copy it again")


def _plain_secret(secret: SecretStr) -> SecretStr:
    _plain(secret.get_secret_value())
    return secret


Word = Annotated[str, AfterValidator(_plain)]
Secret = Annotated[SecretStr, AfterValidator(_plain_secret)]
Address = Annotated[str, AfterValidator(web_address)]


class SettingsError(Exception):
    """The settings cannot be used; the message names the setting and says what to do."""


class CompanySettings(BaseModel):
    """One Fortnox company.

    `go_live`: deals won before that day are never sent. `book`: book documents once their name was seen to be
    their own; without it they are left as drafts.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: Word
    client_secret: Secret
    tenant_id: Word
    go_live: date
    book: bool = False
    base_url: Address = "https://api.fortnox.se"
    auth_url: Address = "https://apps.fortnox.se"


class UpsalesSettings(BaseModel):
    """One Upsales account; `account` is its client id, checked at pairing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    account: Word
    token: Secret
    won_stage_id: Word
    base_url: Address = "https://integration.upsales.com"


class SalesforceSettings(BaseModel):
    """One Salesforce org; `organisation_id` and `sandbox` are checked at pairing.

    `login_url` is the org's My Domain host, where client credentials are served (salesforce/FACTS.md 2.2). With
    `username` and `private_key_file` Kvitt logs in by JWT bearer, else by `client_secret`. `currency` is that of an org
    with only one: Salesforce does not tell it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    organisation_id: str = Field(pattern=r"^00D[0-9A-Za-z]{12}([0-9A-Za-z]{3})?$")
    login_url: Address
    client_id: Word
    client_secret: Secret | None = None
    username: str = ""
    private_key_file: Path | None = None
    audience: Address = "https://login.salesforce.com"
    sandbox: bool = False
    currency: str = Field(default="SEK", pattern=r"^[A-Z]{3}$")
    api_version: str = Field(default="66.0", pattern=r"^\d{2,3}\.0$")

    @model_validator(mode="after")
    def _one_way_in(self) -> "SalesforceSettings":
        key = (bool(self.username), self.private_key_file is not None)
        if (self.client_secret is not None, *key) not in {(True, False, False), (False, True, True)}:
            raise ValueError("name either CLIENT_SECRET, or USERNAME and PRIVATE_KEY_FILE")
        return self

    def private_key(self) -> str:
        """Return the content of the private key's file, '' where none is named. Raises SettingsError."""
        if self.private_key_file is None:
            return ""
        try:
            return self.private_key_file.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            raise SettingsError(
                f"KVITT_SALESFORCE__PRIVATE_KEY_FILE: {self.private_key_file} cannot be read. "
                "Name a PEM file that this user may read."
            ) from None


CrmSettings = UpsalesSettings | SalesforceSettings


class Settings(BaseSettings):
    """Everything that may be set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", env_file=ENV_FILE, extra="ignore", frozen=True
    )

    data: Path = Path("data")
    mappings: Path = Path("mappings")
    companies: dict[str, CompanySettings] = Field(default_factory=dict)
    upsales: UpsalesSettings | None = None
    salesforce: SalesforceSettings | None = None
    interval_seconds: int = Field(default=60, ge=5, le=_A_DAY)
    quarantine_seconds: int = Field(default=120, ge=1, le=_A_DAY)
    dashboard_port: int = Field(default=8501, ge=1, le=65535)

    @model_validator(mode="after")
    def _companies_are_no_words_of_the_routing(self) -> "Settings":
        for key in sorted(_NO_COMPANY & self.companies.keys()):
            raise ValueError(f"the company {key} has a name that the routing keeps for itself. Choose another")
        return self

    def secrets(self) -> list[str]:
        """Return every secret, so that none reaches a log."""
        found = [company.client_secret for company in self.companies.values()]
        found += [self.upsales.token] if self.upsales else []
        found += [self.salesforce.client_secret] if self.salesforce and self.salesforce.client_secret else []
        return [secret.get_secret_value() for secret in found]


def load(overrides: Mapping[str, Any] | None = None) -> Settings:
    """Return the settings. Raises SettingsError for an unknown, missing or malformed one."""
    _refuse_unknown()
    try:
        return Settings(**dict(overrides or {}))
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(fault) for fault in error.errors(include_input=False))) from None
    except Unreadable as error:
        raise SettingsError(_unreadable(error)) from None


def require_systems(settings: Settings) -> CrmSettings:
    """Return the one CRM's settings; raises SettingsError when a system to keep in step is not named, or two CRMs."""
    if settings.upsales is not None and settings.salesforce is not None:
        raise SettingsError(
            "Both KVITT_UPSALES__… and KVITT_SALESFORCE__… are set. Kvitt keeps one CRM in step for each data folder: "
            "remove one, or run two with a folder each."
        )
    crm = settings.upsales or settings.salesforce
    if crm is None:
        raise SettingsError(
            "KVITT_UPSALES__ACCOUNT or KVITT_SALESFORCE__ORGANISATION_ID is missing. "
            "Name the CRM: see README, “Real systems”."
        )
    if isinstance(crm, SalesforceSettings):
        crm.private_key()
    if not settings.companies:
        raise SettingsError(
            "No Fortnox company is named. Set KVITT_COMPANIES__<KEY>__TENANT_ID and the rest: see README."
        )
    return crm


def _refuse_unknown() -> None:
    names = {name.upper() for name in (*os.environ, *_names_in_file()) if name.upper().startswith(PREFIX)}
    known = {name.upper() for name in Settings.model_fields}
    for name in sorted(names):
        if name.removeprefix(PREFIX).split("__")[0] not in known:
            raise SettingsError(
                f"The setting {name} is unknown. Remove it or correct its spelling; known are: "
                + ", ".join(f"{PREFIX}{each}" for each in sorted(known))
                + "."
            )


def _names_in_file() -> list[str]:
    """Return the names that `.env` sets. Raises SettingsError for a file, or a line of it, that cannot be read."""
    place = Path(ENV_FILE)
    try:
        text = place.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsError(f"{place.absolute()}, line {line}: the file is not UTF-8 text. Save it as UTF-8.") from None
    except OSError as error:
        raise SettingsError(f"{place.absolute()} cannot be read: {error.strerror}. Let this user read it.") from None
    lines = list(parse_stream(io.StringIO(text)))
    for one in lines:
        if one.error:
            where = f"{place.absolute()}, line {one.original.line}"
            raise SettingsError(f"{where}: this is no setting. Write it as NAME=value, one on a line.")
    return [one.key for one in lines if one.key]


def _unreadable(error: Unreadable) -> str:
    """Return a sentence for a setting that holds other settings, and is not written as JSON."""
    field = next((name for name in Settings.model_fields if f'"{name}"' in str(error)), "")
    name = f"{PREFIX}{field.upper()}"
    return f"The setting {name} cannot be used: it is not JSON. Set its parts one by one, as {name}__…: see README."


_PARTS = "it has parts. Set them one by one, each as this name, two underscores and the part: see README"
# What pydantic says of a fault, in words that say what to write; `{…}` are what it tells of its limits.
_WORDS = {
    "int_parsing": "write a whole number (an integer)",
    "int_from_float": "write a whole number (an integer)",
    "int_parsing_size": "write a smaller number",
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
    "date_parsing": "write a date as 2026-01-31",
    "date_from_datetime_parsing": "write a date as 2026-01-31",
    "date_from_datetime_inexact": "write a date as 2026-01-31, without a time",
    "greater_than_equal": "write {ge} or more",
    "less_than_equal": "write {le} or less",
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), _PARTS),
}
_PATTERNS = {
    "organisation_id": "write the 15 or 18 letters and digits that begin with 00D",
    "currency": "write a currency's three capital letters, as SEK",
    "api_version": "write a version as 66.0",
}


def _sentence(fault: Any) -> str:
    name = PREFIX + "__".join(str(step).upper() for step in fault["loc"])
    if fault["type"] == "missing":
        return f"The setting {name} is missing. Set it in the environment or in .env."
    if fault["type"] == "extra_forbidden":
        return f"The setting {name} is unknown. Remove it or correct its spelling."
    told = fault["msg"].removeprefix("Value error, ")
    if not fault["loc"]:
        return f"The settings cannot be used: {told}."
    if fault["type"] == "string_pattern_mismatch":
        told = _PATTERNS.get(str(fault["loc"][-1]), told)
    if fault["type"] in _WORDS:
        told = _WORDS[fault["type"]].format_map(fault.get("ctx", {}))
    return f"The setting {name} cannot be used: {told}."
