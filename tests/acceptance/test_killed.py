"""The sync is killed in the middle of its work, by signal 9, and started again: no duplicates, nothing lost."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance import csv_files
from tests.acceptance.processes import HOST, Running, ask, free_ports, kvitt, running, wait_for

pytestmark = pytest.mark.process

ORDERS = 150


def wait_for_documents(url: str, count: int, sync: Running) -> None:
    def enough() -> bool:
        truth = ask(url, "truth")
        assert sync.alive(), sync.said
        return truth is not None and truth["fortnox"]["documents"] >= count

    wait_for(f"{count} documents", enough)


@pytest.mark.parametrize("lose_the_store", [False, True], ids=["same_folder", "folder_lost"])
def test_killed_again_and_again_there_are_no_duplicates_and_nothing_is_lost(
    tmp_path: Path, data: Path, lose_the_store: bool
) -> None:
    world = csv_files.small_world(tmp_path / "handel", orders=ORDERS)
    wanted = csv_files.figures(world)
    port = free_ports()
    url = f"http://{HOST}:{port}"
    serve = ("sandbox", "--port", port, "--world", world, "--crm", "upsales", "--speed", 60)
    demo = ("demo", "--sandbox", url, "--headless", "--until-quiet", "--book-all", "--json", "--data", data)
    with running(tmp_path / "sandbox.log", *serve, "--data", tmp_path / "world") as sandbox:
        wait_for("the sandbox", lambda: ask(url, "info"))
        for turn, documents in enumerate((1, 40, 90)):
            with running(tmp_path / f"sync{turn}.log", *demo) as sync:
                wait_for_documents(url, documents, sync)
                sync.kill()
            if lose_the_store and turn == 1:
                shutil.rmtree(data)
        before = ask(url, "truth")
        assert before is not None
        assert before["fortnox"]["documents"] < ORDERS, "it was killed before it was done"
        done = kvitt(*demo)
        assert done.code == 0, done.err
        assert sandbox.alive()
    assert_figures(done.result, wanted)
    posts = ORDERS + wanted.customers + wanted.articles
    assert sum_of_writes(before, done.result) <= posts + 40, "most of the work was not done twice"


def assert_figures(result: dict[str, Any], wanted: csv_files.Figures) -> None:
    assert (result["duplicates"], result["lost"]) == (0, 0)
    assert result["crm"] == wanted.crm
    assert result["fortnox"] == wanted.fortnox
    assert result["unclassified"] == "0.00"


def sum_of_writes(before: dict[str, Any], result: dict[str, Any]) -> int:
    return int(before["writes"]["fortnox"]) + int(result["writes"]["fortnox"])
