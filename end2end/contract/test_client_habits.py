"""What apps really send, as public reports about other programs have it: judged, and in the log with what it said."""

import json
import subprocess
import time
from typing import Any

import httpx
import pytest

from fixtures.programs import Gavel
from fixtures.services import CHECKS, HAM, SPAM, Service, client, error_of, serve
from fixtures.upstream import KEY, Upstream
from fixtures.waiting import until

JSON = "Content-Type: application/json"
FFFD = "\ufffd"

# Title, curl's arguments, the message that is judged. From requests that other people's bug reports show.
TRIALS: dict[str, tuple[list[str | bytes], str]] = {
    "plain": (["-H", JSON, "-d", '{"message":"Hello there"}'], "Hello there"),
    "half an emoji": (
        ["-H", JSON, "-d", r'{"message":"Win a phone today, write to http://win.example \ud83d"}'],
        f"Win a phone today, write to http://win.example {FFFD}",
    ),
    "the other half": (["-H", JSON, "-d", r'{"message":"\ude00 Win a phone today"}'], f"{FFFD} Win a phone today"),
    "half an emoji beside": (["-H", JSON, "-d", r'{"message":"Win a phone","name":"Bo \ud83d"}'], "Win a phone"),
    "a whole one": (["-H", JSON, "-d", r'{"message":"See you at six \ud83d\ude00"}'], "See you at six \U0001f600"),
    "an escaped backslash": (["-H", JSON, "-d", r'{"message":"C:\\ud83d"}'], r"C:\ud83d"),
    "byte order mark": (["-H", JSON, "--data-binary", b'\xef\xbb\xbf{"message":"Hello there"}'], "Hello there"),
    "timestamp as text": (["-H", JSON, "-d", '{"message":"Hello there","timestamp":"1739619120"}'], "Hello there"),
    "timestamp with a fraction": (["-H", JSON, "-d", '{"message":"Hi","timestamp":"1739619120.25"}'], "Hi"),
    "name as a number": (["-H", JSON, "-d", '{"message":"Hi","name":4711}'], "Hi"),
    "ip: a list": (["-H", JSON, "-d", '{"message":"Hi","ip":"203.0.113.9, 198.51.100.7"}'], "Hi"),
    "ip with a port": (["-H", JSON, "-d", '{"message":"Hi","ip":"203.0.113.9:51234"}'], "Hi"),
    "ip in brackets": (["-H", JSON, "-d", '{"message":"Hi","ip":"[2001:db8::1]"}'], "Hi"),
    "address without scheme": (["-H", JSON, "-d", '{"message":"Hi","website_url":"shop.example.com/contact"}'], "Hi"),
    "zero in the message": (["-H", JSON, "-d", r'{"message":"Hello\u0000 casino chips"}'], "Hello\0 casino chips"),
    "form-encoded": (["--data-urlencode", "message=Hello there", "--data-urlencode", "email=a@example.net"], "Hello there"),
    "windows-1252": (
        ["-H", f"{JSON}; charset=windows-1252", "--data-binary", b'{"message":"Caf\xe9 ouvert"}'],
        "Café ouvert",
    ),
    "chunked": (["-H", JSON, "-H", "Transfer-Encoding: chunked", "-d", '{"message":"Hello there"}'], "Hello there"),
    "expect": (["-H", JSON, "-H", "Expect: 100-continue", "-d", '{"message":"Hello there"}'], "Hello there"),
    "HTTP/1.0": (["--http1.0", "-H", JSON, "-d", '{"message":"Hello there"}'], "Hello there"),
    "same key twice": (["-H", JSON, "-d", '{"message":"first","message":"second"}'], "second"),
    "deep JSON beside": (["-H", JSON, "-d", '{"message":"Hi","x":' + "[" * 120 + "]" * 120 + "}"], "Hi"),
}


@pytest.mark.parametrize("path", ["check", "check-comment/"])
@pytest.mark.parametrize("trial", TRIALS)
def test_what_clients_send_is_judged_as_they_meant_it(service: Service, trial: str, path: str) -> None:
    arguments, message = TRIALS[trial]
    command: list[str | bytes] = ["curl", "--silent", "--show-error", "--max-time", "8", "-D", "-",
                                  "-H", f"Authorization: Bearer {service.key}"]  # fmt: skip
    done = subprocess.run([*command, *arguments, f"{service.program.base_url}/{path}"], capture_output=True, check=True)
    head, _, body = done.stdout.rpartition(b"\r\n\r\n")
    assert b" 200" in head.split(b"\r\n\r\n")[-1].splitlines()[0], done.stdout
    assert isinstance(json.loads(body)["is_spam"], bool)
    if isinstance(service.program, Gavel):
        names = [line.split(b":")[1] for line in head.lower().splitlines() if line.startswith(b"x-gavel-detection:")]
        answer = httpx.Response(200, headers={"x-gavel-detection": names[-1].decode().strip()})
        assert service.program.row(answer)["message"] == message


def test_a_sign_up_is_judged_by_the_rest(service: Service) -> None:
    sign_up = {"message": "", "email": "bo@example.net", "name": "Bo", "data_type": "user_registration"}
    assert service.http.post("check", json=sign_up).status_code == 200
    assert service.http.post("check", json=sign_up | {"data_type": "form"}).status_code == 422


@pytest.mark.parametrize(
    ("field", "value"), [("ip", "999.1.1.1"), ("website_url", "not a url"), ("email", "a" * 256), ("message", "")]
)
def test_what_is_refused_is_in_the_log_with_its_content(field: str, value: Any) -> None:
    with serve("embedded") as service:
        answer = service.http.post("check", json={"message": SPAM, "name": "Bo", field: value})
        assert (answer.status_code, list(error_of(answer)["errors"])) == (422, [field])
        assert isinstance(service.program, Gavel)
        row = service.program.row(answer)
        assert (row["judged_by"], row["name"]) == ("refused", "Bo")
        if field != "message":
            assert (row["message"], json.loads(row["extra"])[field]) == (SPAM, value)


def test_the_upstreams_own_words_go_back_and_it_is_asked_once_more_without_what_is_optional() -> None:
    words = b'{"error":"Validation failed","errors":{"user_agent":["The user agent field is strange."]}}'
    with Upstream() as upstream, Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
        upstream.answer("check", 422, words)
        with client(gavel.base_url, gavel.token("shop")) as http:
            answer = http.post("check", json={"message": SPAM, "user_agent": "x"})
            assert (answer.status_code, answer.content) == (422, words)
            assert gavel.row(answer)["judged_by"] == "refused"
            asked = [one.json.get("user_agent") for one in upstream.asked("check")]
            assert asked == ["x", None]
            # Not retried: nothing about it changes by itself.
            upstream.recover()
            time.sleep(1)
            assert gavel.row(answer)["judged_by"] == "refused"
            assert len(upstream.asked("check")) == 2


@pytest.mark.parametrize("trouble", ["away", "quota"])
def test_without_a_verdict_no_spam_is_answered_as_ham(trouble: str) -> None:
    """By default: clients publish what is answered "not spam"."""
    with Upstream() as upstream, Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
        if trouble == "away":
            upstream.close()
        else:
            month = {"error": "Rate Limit Exceeded", "message": "Monthly request limit exceeded", "remaining": 0}
            upstream.answer("check", 429, json.dumps(month | {"limit": 1, "used": 1}).encode())
        with client(gavel.base_url, gavel.token("shop")) as http:
            verdicts = [http.post("check", json={"message": message}).json()["is_spam"] for message in (SPAM, HAM)]
        assert verdicts == [True, False]


def test_a_spent_quota_of_the_detector_is_answered_by_the_detector() -> None:
    with serve("embedded", "--embedded-quota", "1") as service:
        assert [service.check(SPAM).json()["is_spam"] for _ in range(3)] == [True] * 3


@pytest.mark.parametrize("path", ["verify", "stats", "check", "check-comment", "feedback", "stats/", "api/x", "api/check"])
def test_a_base_url_without_its_path_is_told_so_in_json(gateway: Service, path: str) -> None:
    for headers in ({"X-API-Key": gateway.key}, {"Accept": "application/json, */*;q=0.1"}):
        with httpx.Client(timeout=20) as http:
            for method in ("GET", "POST"):
                answer = http.request(method, f"{gateway.program.origin}/{path}", headers=headers)
                assert answer.status_code == 404, answer.text
                assert "/api/v1" in error_of(answer)["message"]


def test_refused_requests_are_counted_by_token_and_kind() -> None:
    with Upstream() as upstream, Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
        token, old = gavel.token("shop"), gavel.token("old")
        gavel.revoke("old")
        with client(gavel.base_url, token) as http:
            for _ in range(3):
                assert http.post("check", content=b"{").status_code == 400
            assert http.post("check", json={}).status_code == 422
        with client(gavel.base_url, old) as http:
            assert [http.post("check", json={"message": HAM}).status_code for _ in range(14)] == [401] * 14

        def counted() -> dict[tuple[str, str], int]:
            with gavel.database() as database:
                rows = database.execute(
                    "SELECT t.name, r.kind, r.count FROM refusals r JOIN api_tokens t ON t.id = r.token_id"
                ).fetchall()
            return {(row[0], row[1]): row[2] for row in rows}

        whole = {("shop", "unreadable"): 3, ("shop", "invalid"): 1, ("old", "revoked"): 14}
        # Written down with the next look of the alerts, half a minute at most; a stop writes what is left.
        gavel.stop()
        assert counted() == whole
        gavel.start()

        def kinds() -> set[str]:
            with gavel.database() as database:
                return {row[0] for row in database.execute("SELECT kind FROM alerts").fetchall()}

        until("the alerts", lambda: kinds() >= {"requests_refused", "revoked_in_use"})


@pytest.mark.parametrize("endpoint", CHECKS)
@pytest.mark.parametrize(
    "body",
    [
        {"email": {"a": [{"b": None}]}, "context": {"a": {"b": [1, {"c": "d"}]}}},
        {"name": None, "email": None, "ip": None, "timestamp": None, "user_agent": None, "website_url": None, "domain": None},
        {"name": 10**300, "timestamp": 10**300},
        {"name": ["Bo", "Al"], "domain": {"host": "x"}, "user_agent": False},
        {"ip": ",,", "website_url": "//"},
        {"email": "promo\0@chips.example", "name": "\0"},
    ],
    ids=ascii,
)
def test_fields_of_all_sorts_leave_no_submission_unjudged(gateway: Service, endpoint: str, body: dict[str, Any]) -> None:
    answer = gateway.http.post(endpoint, json={"message": HAM, **body})
    assert answer.status_code == 200, answer.text
    assert gateway.program.row(answer)["message"] == HAM
