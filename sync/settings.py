"""Settings from the environment and `.env`: a frozen value, or a sentence that says what is wrong.

Names start with KVITT_; nested names use two underscores, as in KVITT_COMPANIES__NORD__TENANT_ID.
"""

import io
import os
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from dotenv.parser import parse_stream
from pydantic import Field, ValidationError, create_model, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as Unreadable

from sync.connectors.crm import CrmKind, NamedCrm
from sync.connectors.crms import CRMS
from sync.setting_types import Address, Secret, SettingsError, SystemSettings, Word

PREFIX = "KVITT_"
ENV_FILE = ".env"
_A_DAY = 86_400
_TEN_YEARS = 3_650
# Words of the routing that a company's key would be taken for.
_NO_COMPANY = frozenset({"only", "hold"})


class CompanySettings(SystemSettings):
    """One Fortnox company.

    `go_live`: deals won before that day are never sent. `book`: book documents once their name was seen to be
    their own; without it they are left as drafts.
    """

    client_id: Word
    client_secret: Secret
    tenant_id: Word
    go_live: date
    book: bool = False
    base_url: Address = "https://api.fortnox.se"
    auth_url: Address = "https://apps.fortnox.se"


class Settings(BaseSettings):
    """Everything that may be set, but for the CRMs: `settings_model` adds a part for each in the list, by its name."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", env_file=ENV_FILE, extra="ignore", frozen=True
    )

    data: Path = Path("data")
    mappings: Path = Path("mappings")
    companies: dict[str, CompanySettings] = Field(default_factory=dict)
    interval_seconds: int = Field(default=60, ge=5, le=_A_DAY)
    quarantine_seconds: int = Field(default=120, ge=1, le=_A_DAY)
    keep_reads_days: int = Field(default=90, ge=1, le=_TEN_YEARS)
    keep_quiet_runs_days: int = Field(default=90, ge=1, le=_TEN_YEARS)
    dashboard_port: int = Field(default=8501, ge=1, le=65535)

    @model_validator(mode="after")
    def _companies_are_no_words_of_the_routing(self) -> "Settings":
        for key in sorted(_NO_COMPANY & self.companies.keys()):
            raise ValueError(f"the company {key} has a name that the routing keeps for itself. Choose another")
        return self

    def crms(self) -> list[NamedCrm]:
        """Return the CRMs that are named, in the order of the list."""
        named = ((kind, getattr(self, kind.name, None)) for kind in CRMS.values())
        return [NamedCrm(kind, own) for kind, own in named if own is not None]

    def secrets(self) -> list[str]:
        """Return every secret, so that none reaches a log."""
        systems = (*self.companies.values(), *(crm.settings for crm in self.crms()))
        return [secret for system in systems for secret in system.secrets()]


def load(overrides: Mapping[str, Any] | None = None) -> Settings:
    """Return the settings; `overrides` win. Raises SettingsError for an unknown, missing or malformed one."""
    model = settings_model()
    _refuse_unknown(model)
    try:
        return model(**dict(overrides or {}))
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(fault) for fault in error.errors(include_input=False))) from None
    except Unreadable as error:
        raise SettingsError(_unreadable(model, error)) from None


def settings_model() -> type[Settings]:
    """Return the settings with a part for each CRM that is in the list now."""
    return _model(tuple(CRMS.values()))


def require_systems(settings: Settings) -> list[NamedCrm]:
    """Return the CRMs to keep in step. Raises SettingsError where no CRM or no company is named, or one only partly."""
    named = settings.crms()
    if not named:
        raise SettingsError(
            f"{' or '.join(map(_account, CRMS.values()))} is missing. Name the CRM: see README, “Real systems”."
        )
    for crm in named:
        crm.settings.check()
    if not settings.companies:
        raise SettingsError(
            "No Fortnox company is named. Set KVITT_COMPANIES__<KEY>__TENANT_ID and the rest: see README."
        )
    return named


@cache
def _model(kinds: tuple[CrmKind[Any], ...]) -> type[Settings]:
    parts: dict[str, Any] = {kind.name: (kind.settings | None, None) for kind in kinds}
    return create_model("Settings", __base__=Settings, **parts)


def _account(kind: CrmKind[Any]) -> str:
    """Return the name of the setting that says which account is meant."""
    return f"{PREFIX}{kind.name.upper()}__{next(iter(kind.settings.model_fields)).upper()}"


def _refuse_unknown(model: type[Settings]) -> None:
    names = {name.upper() for name in (*os.environ, *_names_in_file()) if name.upper().startswith(PREFIX)}
    known = {name.upper() for name in model.model_fields}
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


def _unreadable(model: type[Settings], error: Unreadable) -> str:
    """Return a sentence for a setting that holds other settings, and is not written as JSON."""
    field = next((name for name in model.model_fields if f'"{name}"' in str(error)), "")
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


def _sentence(fault: Any) -> str:
    name = PREFIX + "__".join(str(step).upper() for step in fault["loc"])
    if fault["type"] == "missing":
        return f"The setting {name} is missing. Set it in the environment or in .env."
    if fault["type"] == "extra_forbidden":
        return f"The setting {name} is unknown. Remove it or correct its spelling."
    told = fault["msg"].removeprefix("Value error, ")
    if not fault["loc"]:
        return f"The settings cannot be used: {told}."
    if fault["type"] in _WORDS:
        told = _WORDS[fault["type"]].format_map(fault.get("ctx", {}))
    return f"The setting {name} cannot be used: {told}."
