"""The guide's table "Common Errors": one test a row, each with the guide's payload byte for byte."""

import subprocess

import pytest

from fixtures.programs import BINARY, Gavel, environment
from fixtures.services import CHECKS, ENDPOINTS, HAM, KINDS, Service, client, error_of, serve
from fixtures.upstream import KEY, Upstream

UNAUTHORIZED = b'{"error":"Invalid API key","message":"The provided API key is not valid"}'
NO_PLAN = b'{"error":"No Plan","message":"User has no active plan"}'
NOT_FOUND = b'{"error":"Detection not found","error_details":"No spam detection found with this detection_id"}'
INVALID = b'{"error":"Validation failed","errors":{"message":["The message field is required."]}}'
MONTH = b'{"error":"Rate Limit Exceeded","message":"Monthly request limit exceeded","limit":%d,"used":%d,"remaining":0}'
MINUTE = b'{"error":"Rate Limit Exceeded","message":"Per-minute request limit exceeded","remaining":0}'
SERVER = b'{"error":"Internal server error","message":"An error occurred while processing your request."}'
UNAVAILABLE = b'{"error":"Service unavailable","message":"The service cannot be reached. Try again later."}'

GATEWAYS = [kind for kind in KINDS if kind != "engine"]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic d3Jvbmc6"},
        {"X-API-Key": "wrong"},
        {"X-API-Key": ""},
        {"Cookie": "id=wrong"},
    ],
    ids=str,
)
def test_401_key_missing_or_invalid(service: Service, endpoint: str, headers: dict[str, str]) -> None:
    with service.anonymous as http:
        answer = service.call(endpoint, http, headers=headers)
    assert (answer.status_code, answer.content) == (401, UNAUTHORIZED)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_401_a_cookie_with_the_key_opens_nothing(service: Service, endpoint: str) -> None:
    with service.anonymous as http:
        answer = service.call(endpoint, http, headers={"Cookie": f"id={service.key}; api_key={service.key}"})
    assert (answer.status_code, answer.content) == (401, UNAUTHORIZED)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_401_comes_before_anything_else_is_told(service: Service, endpoint: str) -> None:
    with service.anonymous as http:
        for body in ("{", "[]", "{}", '{"message":7}', '{"api_key":7}', "\xff"):
            answer = http.request(ENDPOINTS[endpoint], endpoint, content=body)
            assert (answer.status_code, answer.content) == (401, UNAUTHORIZED), body


@pytest.mark.parametrize("kind", GATEWAYS)
def test_401_key_revoked_at_once(kind: str) -> None:
    with serve(kind) as service:
        assert service.check().status_code == 200
        assert isinstance(service.program, Gavel)
        service.program.revoke("shop")
        for endpoint in ENDPOINTS:
            if endpoint == "feedback":
                answer = service.http.post(endpoint, json={"detection_id": "x", "is_spam": True})
            else:
                answer = service.call(endpoint)
            assert (answer.status_code, answer.content) == (401, UNAUTHORIZED), endpoint


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_403_no_active_plan_from_the_engine(endpoint: str) -> None:
    with serve("engine", "--fault", "403:1") as service:
        answer = service.http.request(ENDPOINTS[endpoint], endpoint, json={"message": HAM})
    assert (answer.status_code, answer.content) == (403, NO_PLAN)


@pytest.mark.parametrize("fallback", ["pass", "reject"])
@pytest.mark.parametrize(
    ("status", "payload"), [(401, UNAUTHORIZED), (403, NO_PLAN), (500, SERVER)], ids=["401", "403", "500"]
)
def test_the_upstreams_own_401_403_and_500_are_no_business_of_the_app(
    status: int, payload: bytes, fallback: str
) -> None:
    """They are about Gavel's key and Gavel's upstream. The app's submission passes and is kept; where the site wants no
    fallback, the app is told that there is no verdict now."""
    with Upstream() as upstream:
        upstream.answer("check", status, payload)
        with Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
            token = gavel.token("shop", "--fallback", fallback)
            with client(gavel.base_url, token) as http:
                answer = http.post("check", json={"message": HAM})
            assert upstream.asked("check")
            assert gavel.row(answer)["judged_by"] == "fallback"
    if fallback == "reject":
        assert (answer.status_code, answer.content) == (503, UNAVAILABLE)
    else:
        assert (answer.status_code, answer.json()["is_spam"]) == (200, False)


@pytest.mark.parametrize("unknown", ["4b6c9c42-63d6-4eac-9ff7-1965b0dbc1c9", "x", "1", "' OR 1=1 --", "Ж" * 3000])
def test_404_detection_id_not_found_during_feedback(service: Service, unknown: str) -> None:
    answer = service.http.post("feedback", json={"detection_id": unknown, "is_spam": True})
    assert (answer.status_code, answer.content) == (404, NOT_FOUND)


@pytest.mark.parametrize("endpoint", CHECKS)
@pytest.mark.parametrize("body", ["{}", "", '{"message":""}', '{"message":null}', '{"message":" \\n"}'])
def test_422_validation_rules_violated(service: Service, endpoint: str, body: str) -> None:
    answer = service.post_text(endpoint, body)
    assert (answer.status_code, answer.content) == (422, INVALID)


@pytest.mark.parametrize("endpoint", CHECKS)
def test_422_names_every_wrong_field(service: Service, endpoint: str) -> None:
    answer = service.http.post(endpoint, json={"message": 7, "ip": "x", "email": "a" * 256, "name": []})
    assert answer.status_code == 422
    assert set(error_of(answer)["errors"]) == {"message", "ip", "email"}, "a name that is a list is odd, not wrong"


def test_429_per_minute_quota_exceeded(kind: str) -> None:
    """The payload has `remaining: 0`, and neither `limit` nor `used`: those are the month's."""
    flags = {"token_flags": ("--per-minute", "3")} if kind != "engine" else {"per_minute": "3"}
    with serve(kind, **flags) as service:
        for _ in range(3):
            assert service.http.get("verify").status_code == 200
        for endpoint in CHECKS:
            answer = service.check(endpoint=endpoint)
            assert (answer.status_code, answer.content) == (429, MINUTE)
            assert 1 <= int(answer.headers["retry-after"]) <= 20


def test_429_fifty_requests_a_minute_by_default() -> None:
    with serve("engine", per_minute="50") as service:
        statuses = [service.http.get("verify").status_code for _ in range(60)]
    assert statuses[:50] == [200] * 50
    assert 429 in statuses[50:]
    told = subprocess.run([BINARY, "engine", "serve", "--help"], env=environment(), capture_output=True, text=True)
    assert "[default: 50]" in told.stdout


@pytest.mark.parametrize("endpoint", CHECKS)
def test_429_monthly_quota_exceeded(kind: str, endpoint: str) -> None:
    quota = "--embedded-quota" if kind == "embedded" else "--monthly-quota"
    reject = ("--fallback", "reject") if kind != "engine" else ()
    with serve(kind, quota, "2", token_flags=reject) as service:
        for _ in range(2):
            assert service.check(endpoint=endpoint).status_code == 200
        for _ in range(2):
            answer = service.check(endpoint=endpoint)
            assert (answer.status_code, answer.content) == (429, MONTH % (2, 2))
        # What costs nothing still works.
        assert service.http.get("stats").json()["data"]["usage"]["usage_percentage"] == 100
        assert service.http.get("verify").status_code == 200


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_500_unexpected_exception_in_the_engine(endpoint: str) -> None:
    with serve("engine", "--fault", "500:1") as service:
        answer = service.http.request(ENDPOINTS[endpoint], endpoint, json={"message": HAM})
    assert (answer.status_code, answer.content) == (500, SERVER)


@pytest.mark.parametrize("kind", GATEWAYS)
def test_500_unexpected_exception_in_the_gateway_says_no_more(kind: str) -> None:
    with serve(kind) as service:
        assert isinstance(service.program, Gavel)
        with service.program.database() as database:
            for table in ["submissions", "detections"]:
                database.execute(
                    f"CREATE TRIGGER broken_{table} BEFORE INSERT ON {table}"
                    " BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END"
                )
        answer = service.check("A message that no error may repeat")
        assert (answer.status_code, answer.content) == (500, SERVER)
        assert "A message that no error may repeat" not in service.program.output
