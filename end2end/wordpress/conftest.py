"""One WordPress for all tests here, and no more than three minutes for good and bad days, and as much again for what is connected to it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.programs import Engine
from fixtures.services import Service, client
from wordpress.site import Site, missing

LIMIT = 360
"""How long all tests here may take, in seconds."""


@pytest.fixture(scope="session")
def time_limit() -> Iterator[None]:
    def too_long(*_: object) -> None:
        raise TimeoutError(f"the tests with a real WordPress took longer than {LIMIT} s")

    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(LIMIT)
    yield
    signal.alarm(0)


@pytest.fixture(scope="session")
def site(time_limit: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if lacks := missing():
        reason = f"no real WordPress can be tested with here; missing: {lacks} (xtask/setup/wordpress.sh installs it)"
        if os.environ.get("CI"):
            raise AssertionError(reason)
        pytest.skip(reason)
    # Short: the path of a socket has 107 bytes.
    folder: Path = tmp_path_factory.mktemp("wp")
    site = Site(folder)
    try:
        site.start()
        yield site
    finally:
        site.close()


@pytest.fixture(scope="session")
def detector() -> Iterator[Service]:
    """The embedded detector by itself: what it calls spam must not be public."""
    with Engine() as engine, client(engine.base_url, Engine.KEY) as http:
        yield Service("engine", engine, Engine.KEY, http)
