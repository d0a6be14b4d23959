"""What must be set of a Salesforce org."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import SecretStr, model_validator

from sync.setting_types import Address, CrmSettings, Secret, SettingsError, Word, matching

OrganisationId = Annotated[
    str,
    matching(r"00D[0-9A-Za-z]{12}([0-9A-Za-z]{3})?", "write the 15 or 18 letters and digits that begin with 00D"),
]
CurrencyCode = Annotated[str, matching(r"[A-Z]{3}", "write a currency's three capital letters, as SEK")]
ApiVersion = Annotated[str, matching(r"[0-9]{2,3}\.0", "write a version as 66.0")]


class SalesforceSettings(CrmSettings):
    """One Salesforce org; `organisation_id` and `sandbox` are checked at pairing.

    `login_url` is the org's My Domain host, where client credentials are served (FACTS.md 2.2). With `username` and
    `private_key_file` Kvitt logs in by JWT bearer, else by `client_secret`. `currency` is that of an org with only one:
    Salesforce does not tell it.
    """

    organisation_id: OrganisationId
    login_url: Address
    client_id: Word
    client_secret: Secret | None = None
    username: str = ""
    private_key_file: Path | None = None
    audience: Address = "https://login.salesforce.com"
    sandbox: bool = False
    currency: CurrencyCode = "SEK"
    api_version: ApiVersion = "66.0"

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        key = (bool(self.username), self.private_key_file is not None)
        if (self.client_secret is not None, *key) not in {(True, False, False), (False, True, True)}:
            raise ValueError("name either CLIENT_SECRET, or USERNAME and PRIVATE_KEY_FILE")
        return self

    @classmethod
    def of_sandbox(cls, told: Mapping[str, Any]) -> Self:
        """Return the settings for a played org."""
        return cls(
            organisation_id=str(told["organization_id"]),
            sandbox=told["is_sandbox"] is True,
            login_url=told["base_url"],
            client_id=told["client_id"],
            client_secret=SecretStr(told["client_secret"]),
        )

    def check(self) -> None:
        """Read the private key's file, where one is named. Raises SettingsError."""
        self.private_key()

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
