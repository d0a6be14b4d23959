"""What must be set of an Upsales account."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import SecretStr

from sync.setting_types import Address, CrmSettings, Secret, Word


class UpsalesSettings(CrmSettings):
    """One Upsales account; `account` is its client id, checked at pairing."""

    account: Word
    token: Secret
    won_stage_id: Word
    base_url: Address = "https://integration.upsales.com"

    @classmethod
    def of_sandbox(cls, told: Mapping[str, Any]) -> Self:
        """Return the settings for a played account."""
        return cls(
            account=str(told["account"]),
            token=SecretStr(told["token"]),
            won_stage_id=str(told["won_stage_id"]),
            base_url=told["base_url"],
        )
