"""The dashboard's door: its own pages only, under this machine's names, in no frame, and nobody outside is asked."""

from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.browser.conftest import served

pytestmark = [pytest.mark.browser, pytest.mark.process]

EVIL = "https://evil.example"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data: Path = tmp_path_factory.mktemp("door") / "data"
    with served(data) as found:
        yield found


def get(address: str, path: str, **headers: str) -> tuple[int, dict[str, str]]:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=20)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}


@pytest.mark.parametrize("path", ["/", "/errors", "/_stcore/health", "/media/none"])
def test_g2_no_page_is_shown_in_anothers_frame(address: str, path: str) -> None:
    _, headers = get(address, path)
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8501", "", "[::1"])
def test_g2_another_name_is_refused(address: str, host: str) -> None:
    assert get(address, "/", Host=host)[0] in {400, 403}
    with pytest.raises(InvalidStatus):
        connect(f"ws://{urlsplit(address).netloc}/_stcore/stream", additional_headers={"Host": host})


def test_g2_the_names_of_this_machine_are_let_in(address: str) -> None:
    port = urlsplit(address).port
    for name in ("localhost", "127.0.0.1", "[::1]"):
        assert get(address, "/", Host=f"{name}:{port}")[0] == 200


@pytest.mark.parametrize("origin", [EVIL, "null", "http://127.0.0.1:1", "file://"])
def test_g2_a_page_of_another_origin_is_refused_and_nobody_outside_is_asked(address: str, origin: str) -> None:
    """The server's own watch tells, when it ends, whether it asked anybody."""
    with pytest.raises(InvalidStatus, match="403"):
        connect(f"ws://{urlsplit(address).netloc}/_stcore/stream", origin=origin)  # type: ignore[arg-type]
    assert get(address, "/", Origin=origin)[0] == 403


def test_g2_the_dashboards_own_page_connects(address: str) -> None:
    with connect(f"ws://{urlsplit(address).netloc}/_stcore/stream", origin=address):  # type: ignore[arg-type]
        pass
