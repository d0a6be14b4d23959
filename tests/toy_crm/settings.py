"""What must be set of a toy shop."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import SecretStr

from sync.setting_types import Address, CrmSettings, Secret, Word


class ToySettings(CrmSettings):
    """One toy shop; `shop` is its name, checked at pairing."""

    shop: Word
    key: Secret
    base_url: Address = "https://api.toy.example"

    @classmethod
    def of_sandbox(cls, told: Mapping[str, Any]) -> Self:
        return cls(shop=told["shop"], key=SecretStr(told["key"]), base_url=told["base_url"])
