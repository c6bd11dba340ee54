"""The guide's tables of `GET /verify` and `GET /stats`: one test a row."""

from datetime import UTC, datetime

import pytest

from contract import rows
from fixtures.services import Service, serve

VERIFY = {
    "valid": rows.is_boolean,
    "message": rows.is_string,
    "key_info.name": rows.is_string,
    "key_info.created_at": rows.is_time,
    "key_info.last_used_at": rows.is_time_or_null,
    "user_info.id": rows.is_integer,
    "user_info.email": rows.is_string,
    # "if provided"
    "user_info.name": lambda value: value is None or rows.is_string(value),
    "timestamp": rows.is_time,
}

STATS = {
    "success": rows.is_boolean,
    "data.plan.name": rows.is_string,
    "data.plan.id": rows.is_integer,
    "data.usage.total_requests": rows.is_integer,
    "data.usage.used_requests": rows.is_integer,
    "data.usage.remaining_requests": rows.is_integer,
    "data.usage.usage_percentage": rows.is_float,
    "data.period.month": rows.is_integer,
    "data.period.year": rows.is_integer,
    "timestamp": rows.is_time,
}


@pytest.mark.parametrize("name", VERIFY)
def test_verify_response_field(service: Service, name: str) -> None:
    answer = service.http.get("verify")
    assert answer.status_code == 200
    assert VERIFY[name](rows.field(answer.json(), name))


@pytest.mark.parametrize("name", STATS)
def test_stats_response_field(service: Service, name: str) -> None:
    answer = service.http.get("stats")
    assert answer.status_code == 200
    assert STATS[name](rows.field(answer.json(), name))


@pytest.mark.parametrize("endpoint", ["verify", "stats"])
def test_no_body_and_no_query_is_needed_and_what_comes_is_ignored(service: Service, endpoint: str) -> None:
    for more in ({}, {"params": {"page": "2"}}, {"headers": {"Accept": "application/json"}}):
        assert service.http.get(endpoint, **more).status_code == 200
    # httpx's get() sends no body; some clients do.
    assert service.http.request("GET", endpoint, json={"any": "thing"}).status_code == 200


def test_verify_says_that_the_key_is_active(service: Service) -> None:
    body = service.http.get("verify").json()
    assert body["valid"] is True
    assert list(body)[:5] == ["valid", "message", "key_info", "user_info", "timestamp"]
    # The engine inside needs no key, and says so.
    assert service.kind == "embedded" or body["message"] == "API key is valid"


def test_verify_last_used_at_is_a_time_once_a_check_was_made(service: Service) -> None:
    service.check()
    assert rows.is_time(service.http.get("verify").json()["key_info"]["last_used_at"])


def test_stats_fields_come_in_the_guides_order(service: Service) -> None:
    body = service.http.get("stats").json()
    assert list(body)[:3] == ["success", "data", "timestamp"]
    assert list(body["data"])[:3] == ["plan", "usage", "period"]


def test_stats_usage_counts_each_check_and_adds_up(kind: str) -> None:
    quota = "--embedded-quota" if kind == "embedded" else "--monthly-quota"
    with serve(kind, quota, "8") as service:
        for used in range(4):
            usage = service.http.get("stats").json()["data"]["usage"]
            assert usage["total_requests"] == 8
            assert usage["used_requests"] == used
            assert usage["remaining_requests"] == 8 - used
            assert usage["usage_percentage"] == used * 12.5
            service.check(endpoint=("check", "check-comment")[used % 2])


def test_stats_period_is_the_current_month(service: Service) -> None:
    before = datetime.now(UTC)
    period = service.http.get("stats").json()["data"]["period"]
    after = datetime.now(UTC)
    assert (period["year"], period["month"]) in {(now.year, now.month) for now in (before, after)}
