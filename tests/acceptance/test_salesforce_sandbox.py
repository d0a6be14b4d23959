"""`sandbox --crm salesforce`: a world of CSV files in a played Salesforce, over real sockets, through a kill."""

from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance import csv_files
from tests.acceptance.processes import HOST, ask, free_ports, kvitt, running, wait_for

pytestmark = [pytest.mark.process, pytest.mark.verify]

BASE = "/services/data/v66.0"


def signed_in(url: str) -> httpx.Client:
    client = httpx.Client(base_url=url, trust_env=False, timeout=30)
    form = {"grant_type": "client_credentials", "client_id": "demo", "client_secret": "demo"}
    token = client.post("/services/oauth2/token", data=form).json()
    assert token["instance_url"] == url
    client.headers["Authorization"] = f"Bearer {token['access_token']}"
    return client


def rows(client: httpx.Client, statement: str) -> list[dict[str, Any]]:
    answer = client.get(f"{BASE}/query", params={"q": statement})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["records"])


def test_a_csv_world_is_served_as_salesforce_and_survives_a_kill(tmp_path: Path) -> None:
    world, port = csv_files.small_world(tmp_path / "handel"), free_ports()
    url, data = f"http://{HOST}:{port}", tmp_path / "data"
    command = ("sandbox", "--port", port, "--world", world, "--crm", "salesforce", "--data", data)
    with running(tmp_path / "first.log", *command) as first:
        info = wait_for("the sandbox", lambda: ask(url, "info"))
        assert (info["crms"][0]["system"], info["crms"][0]["base_url"]) == ("salesforce", f"http://{HOST}:{port + 1}")
        with closing(signed_in(info["crms"][0]["base_url"])) as client:
            deals = rows(client, "SELECT Id, Amount FROM Opportunity WHERE IsWon = true ORDER BY Id")
            path = f"{BASE}/sobjects/Opportunity/{deals[0]['Id']}"
            assert client.patch(path, json={"Kvitt_Key__c": "K1"}).status_code == 204
        truth = ask(url, "truth")
        first.kill()
    assert truth is not None
    wanted = csv_files.figures(world)
    # A line's TotalPrice has two decimals, as a booked row has.
    net = {"discount": str(wanted.gross - wanted.booked), "net": str(wanted.booked)}
    assert truth["crm"] == {"deals": wanted.deals, "gross": str(wanted.gross), **net}
    with running(tmp_path / "second.log", *command):
        wait_for("the sandbox", lambda: ask(url, "info"))
        with closing(signed_in(info["crms"][0]["base_url"])) as client:
            [deal] = rows(client, "SELECT Id FROM Opportunity WHERE Kvitt_Key__c = 'K1'")
            assert deal["Id"] == deals[0]["Id"]
        again = ask(url, "truth")
        assert again is not None
        assert again["crm"] == truth["crm"]
    other = kvitt("sandbox", "--port", port, "--world", world, "--data", data)
    assert (other.code, "holds a sandbox world with salesforce" in other.err) == (2, True), other.err
