"""What the suites share."""

from collections.abc import Iterator

import pytest

from fixtures.programs import Gavel
from fixtures.services import KINDS, Service, client, serve
from fixtures.upstream import KEY, Upstream


@pytest.fixture(scope="session", params=KINDS)
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    """Each of those who serve the contract, without a limit."""
    with serve(request.param) as service:
        yield service


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """For tests that start a server with settings of their own."""
    return request.param


@pytest.fixture(scope="session")
def recorded_upstream() -> Iterator[Upstream]:
    with Upstream() as upstream:
        yield upstream


@pytest.fixture(scope="session")
def recorded_gateway(recorded_upstream: Upstream) -> Iterator[Service]:
    with Gavel(upstream=recorded_upstream.base_url, upstream_key=KEY) as gavel:
        token = gavel.token("shop")
        with client(gavel.base_url, token) as http:
            yield Service("gateway", gavel, token, http)


@pytest.fixture
def upstream(recorded_upstream: Upstream) -> Iterator[Upstream]:
    """An upstream that remembers; behind `gateway`."""
    yield recorded_upstream
    recorded_upstream.recover()


@pytest.fixture
def gateway(upstream: Upstream, recorded_gateway: Service) -> Service:
    """A gateway in front of `upstream`. Tests that make the upstream fail start one of their own: it would remember."""
    return recorded_gateway
