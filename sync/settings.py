"""Settings from the environment and `.env`: a frozen value, or a sentence that says what is wrong.

Names start with KVITT_; nested names use two underscores, as in KVITT_COMPANIES__NORD__TENANT_ID.
"""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "KVITT_"


class SettingsError(Exception):
    """The settings cannot be used; the message names the setting and says what to do."""


class CompanySettings(BaseModel):
    """One Fortnox company.

    `go_live`: deals won before that day are never sent. `book`: book documents once their name was seen to be
    their own; without it they are left as drafts.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: str
    client_secret: SecretStr
    tenant_id: str
    go_live: date
    book: bool = False
    base_url: str = "https://api.fortnox.se"
    auth_url: str = "https://apps.fortnox.se"


class UpsalesSettings(BaseModel):
    """One Upsales account; `account` is its client id, checked at pairing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    account: str
    token: SecretStr
    won_stage_id: str
    base_url: str = "https://integration.upsales.com"


class SalesforceSettings(BaseModel):
    """One Salesforce org; `organisation_id` and `sandbox` are checked at pairing.

    `login_url` is the org's My Domain host, where client credentials are served (Salesforce sheet 2.2). With
    `username` and `private_key_file` Kvitt logs in by JWT bearer, else by `client_secret`. `currency` is that of an org
    with only one: Salesforce does not tell it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    organisation_id: str = Field(pattern=r"^00D[0-9A-Za-z]{12}([0-9A-Za-z]{3})?$")
    login_url: str = Field(pattern=r"^(https://|http://(127\.0\.0\.1|localhost)(:|/|$))")
    client_id: str
    client_secret: SecretStr | None = None
    username: str = ""
    private_key_file: Path | None = None
    audience: str = "https://login.salesforce.com"
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
        env_prefix=PREFIX, env_nested_delimiter="__", env_file=".env", extra="ignore", frozen=True
    )

    data: Path = Path("data")
    mappings: Path = Path("mappings")
    companies: dict[str, CompanySettings] = Field(default_factory=dict)
    upsales: UpsalesSettings | None = None
    salesforce: SalesforceSettings | None = None
    interval_seconds: int = Field(default=60, ge=5)
    quarantine_seconds: int = Field(default=120, ge=1)
    dashboard_port: int = Field(default=8501, ge=1, le=65535)

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
        raise SettingsError("\n".join(_sentence(fault) for fault in error.errors())) from None


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
    names = {name.upper() for name in (*os.environ, *dotenv_values(".env")) if name.upper().startswith(PREFIX)}
    known = {name.upper() for name in Settings.model_fields}
    for name in sorted(names):
        if name.removeprefix(PREFIX).split("__")[0] not in known:
            raise SettingsError(
                f"The setting {name} is unknown. Remove it or correct its spelling; known are: "
                + ", ".join(f"{PREFIX}{each}" for each in sorted(known))
                + "."
            )


def _sentence(fault: Any) -> str:
    name = PREFIX + "__".join(str(step).upper() for step in fault["loc"])
    if fault["type"] == "missing":
        return f"The setting {name} is missing. Set it in the environment or in .env."
    if fault["type"] == "extra_forbidden":
        return f"The setting {name} is unknown. Remove it or correct its spelling."
    return f"The setting {name} cannot be used: {fault['msg']}."
