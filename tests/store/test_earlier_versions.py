"""Stores that earlier versions made of one world are brought along: their figures stay what they were."""

import json
import lzma
from pathlib import Path
from typing import Any

import httpx
import pytest

from sync.app import App, build
from sync.explain.report import report
from sync.settings import settings_model
from sync.store.database import SCHEMA_VERSION
from sync.store.folder import FILE
from tests.loaded_once import OWN
from tests.store.earlier.make import FIGURES, MADE_BY, packed

SYSTEMS = {
    "upsales": {"account": "75807", "token": "t" * 20, "won_stage_id": "12"},
    "companies": {"main": {"client_id": "x", "client_secret": "y" * 20, "tenant_id": "1", "go_live": "2020-01-01"}},
}
# An article that waits for a person was a cause of its own once; why a deal waits is told anew when it is planned next.
WAITING = {"O53", "O54"}


def refused(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError(f"nothing is asked here: {request.url}")


def kept(version: int, data: Path) -> Any:
    """Put a version's store into a folder; return the figures that it told."""
    data.mkdir()
    (data / FILE).write_bytes(lzma.decompress(packed(version).read_bytes()))
    return json.loads(FIGURES.read_text(encoding="utf-8"))[str(version)]


def opened(data: Path) -> App:
    """Return today's Kvitt on the folder; nobody answers it."""
    settings = settings_model()(data=data, mappings=OWN, **SYSTEMS)
    return build(settings, transport=httpx.MockTransport(refused))


def test_every_earlier_version_has_its_store() -> None:
    assert set(MADE_BY) == set(range(1, SCHEMA_VERSION))


@pytest.mark.parametrize("version", sorted(MADE_BY))
def test_a_store_of_an_earlier_version_tells_the_same_figures(tmp_path: Path, version: int) -> None:
    then = kept(version, tmp_path / "data")
    app = opened(tmp_path / "data")
    app.engine._reconciler.refresh()
    app.publisher.publish()
    now = report(tmp_path / "data")
    assert now["crm"] == then["crm"]
    assert now["fortnox"] == {name: then["fortnox"][name] for name in ("documents", "booked_net")}
    assert now["operations"] == then["operations"]
    assert now["unclassified"] == then["unclassified"] == "0.00"
    assert [*now["bridge"].values()] == [*then["bridge"].values()]
    assert {*now["bridge"], *then["bridge"]} <= WAITING
    told = app.store._connection.execute("SELECT target_kind, count(DISTINCT target_id) FROM agreed GROUP BY ALL")
    made = {kind: then["fortnox"][f"{kind}s"] for kind in ("customer", "article")}
    assert dict(told.fetchall()) == {**made, "invoice": then["fortnox"]["documents"]}, "what was sent was agreed on"
