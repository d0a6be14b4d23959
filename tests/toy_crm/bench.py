"""The bench with a toy shop as the CRM, and its mapping in a folder of its own."""

import shutil
from pathlib import Path
from typing import Any

from sync.sandbox.world import World
from tests.acceptance.bench import Bench
from tests.acceptance.processes import ROOT
from tests.toy_crm.play import play

HERE = Path(__file__).parent


class ToyBench(Bench):
    """A sandbox with a toy shop; the list of CRMs must have it."""

    crm = "toy"
    deal_kind = "sale"
    play = staticmethod(play)

    def __init__(self, folder: Path, world: World, **how: Any) -> None:
        super().__init__(folder, world, **how)
        self.overrides["mappings"] = mappings_in(folder / "mappings")

    def deal_id(self, key: str) -> str:
        """Return a sale's id, which is its name in the world."""
        return key

    def deal(self, key: str) -> dict[str, Any]:
        """Return a sale as the shop keeps it."""
        return self._kept("sales", key)

    def account(self, key: str) -> dict[str, Any]:
        """Return a buyer as the shop keeps it."""
        return self._kept("buyers", key)

    def edit_deal(self, key: str, **fields: Any) -> None:
        """Change a sale as a person in the shop would."""
        self._edit({"system": "toy", "kind": "sales", "id": key, "fields": fields})

    def _kept(self, kind: str, key: str) -> dict[str, Any]:
        return dict(self.sandbox._tables[-1].get(kind, key) or {})


def mappings_in(folder: Path) -> Path:
    """Fill a folder of mappings with the toy's two files and the project's tables, and return it."""
    (folder / "sources").mkdir(parents=True)
    for own, place in (("toy.yaml", "toy.yaml"), ("source.yaml", "sources/toy.yaml")):
        shutil.copy(HERE / own, folder / place)
    for name in ("codes.yaml", "companies.yaml"):
        shutil.copy(ROOT / "mappings" / name, folder)
    return folder
