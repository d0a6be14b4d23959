"""`python -m sync sandbox` misbehaves only when it is asked to; the demo's own has its script."""

from pathlib import Path

import pytest

from tests.acceptance.processes import HOST, ask, free_ports, running, wait_for

pytestmark = pytest.mark.process


@pytest.mark.parametrize(("option", "count"), [((), 0), (("--scripted-faults",), 6)], ids=["sandbox", "demo"])
def test_i_only_the_demo_arms_the_scripted_faults(tmp_path: Path, option: tuple[str, ...], count: int) -> None:
    port = free_ports()
    with running(tmp_path / "said.log", "sandbox", "--port", port, "--data", tmp_path / "data", *option):
        wait_for("the sandbox", lambda: ask(f"http://{HOST}:{port}", "info"))
        faults = ask(f"http://{HOST}:{port}", "faults")
    assert faults is not None
    assert len(faults) == count
