"""What settings are made of: words, secrets, addresses, and the part that each system has."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr

from sync.web_address import web_address


class SettingsError(Exception):
    """The settings cannot be used; the message names the setting and says what to do."""


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


def matching(pattern: str, wanted: str) -> AfterValidator:
    """Return the check that a text is what a pattern says from end to end; `wanted` says what to write instead."""

    def check(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise ValueError(wanted)
        return text

    return AfterValidator(check)


class SystemSettings(BaseModel):
    """The settings of one system: a name that is not among them is refused, and none changes after the start."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def secrets(self) -> list[str]:
        """Return every secret, so that none reaches a log."""
        return [value.get_secret_value() for _, value in self if isinstance(value, SecretStr)]


class CrmSettings(SystemSettings, ABC):
    """The settings of one CRM. The first of them names the account, as the CRM itself answers for it at pairing."""

    @classmethod
    @abstractmethod
    def of_sandbox(cls, told: Mapping[str, Any]) -> Self:
        """Return the settings for a played CRM, from what its sandbox says of it at /_sandbox/info."""

    def check(self) -> None:
        """Do nothing where all that can be checked before the first call is right. Raises SettingsError."""
        return
