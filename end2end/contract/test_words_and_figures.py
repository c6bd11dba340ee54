"""What apps say and are told: feedback in order, figures that are unusual, and an upstream that is slow to give them."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fixtures.programs import Gavel
from fixtures.services import HAM, SPAM, Service, client
from fixtures.upstream import KEY, STATS, Upstream
from fixtures.waiting import until

USUAL = {"total_requests": 1000, "used_requests": 400, "remaining_requests": 600, "usage_percentage": 40}

UNUSUAL: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], list[str]]] = {
    # What is told otherwise than usual of usage, plan and period; and what the page says.
    "minus-one": (
        {"total_requests": -1, "remaining_requests": -1, "usage_percentage": 0},
        {},
        {},
        ["No limit", "400 checks used; the plan has no limit"],
    ),
    "null": (
        {"total_requests": None, "remaining_requests": None, "usage_percentage": None},
        {},
        {},
        ["No limit", "400 checks used; the plan has no limit"],
    ),
    "zero": (
        {"total_requests": 0, "remaining_requests": 0, "usage_percentage": 0},
        {"name": "Unlimited"},
        {},
        ["No limit", "400 checks used; the plan has no limit"],
    ),
    "strings": (
        {name: str(value) for name, value in USUAL.items()},
        {},
        {},
        ["600 left", "400 of 1,000 checks used"],
    ),
    "month-name": ({}, {}, {"month": "February"}, ["600 left", "February 20"]),
    "over-100": (
        {"used_requests": 1300, "remaining_requests": -300, "usage_percentage": 130.0},
        {},
        {},
        ["300 over the quota", "130.0 % used", "1,300 of 1,000 checks used"],
    ),
    "no-plan-id": ({}, {"id": None}, {}, ["600 left", "400 of 1,000 checks used"]),
    "one-unreadable": (
        {"used_requests": ["many"]},
        {},
        {},
        ["400 of 1,000 checks used", "could not be read: usage.used_requests"],
    ),
}


def stats(usage: dict[str, Any], plan: dict[str, Any], period: dict[str, Any]) -> bytes:
    now = time.gmtime()
    data = {
        "plan": {"name": "Pro", "id": 7, **plan},
        "usage": {**USUAL, **usage},
        "period": {"month": now.tm_mon, "year": now.tm_year, **period},
    }
    return json.dumps({"success": True, "data": data, "timestamp": "2025-02-15T11:32:18Z"}).encode()


def signed_in(gavel: Gavel, http) -> None:
    password = "correct horse battery"
    gavel.command(
        *("user", "add", "--email", "ana@example.com", "--name", "Ana", "--role", "viewer", "--password-stdin"),
        told=password,
    )
    entered = http.post(f"{gavel.origin}/login", data={"email": "ana@example.com", "password": password})
    assert entered.status_code == 303


@pytest.mark.parametrize("case", UNUSUAL)
def test_unusual_figures_are_shown_as_what_they_mean_and_checks_go_on(case: str) -> None:
    usage, plan, period, words = UNUSUAL[case]
    body = stats(usage, plan, period)
    with Upstream() as upstream:
        upstream.answer("stats", 200, body)
        with Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
            with client(gavel.base_url, gavel.token("shop")) as http:
                # More than open a circuit.
                for _ in range(8):
                    answer = http.get("stats")
                    assert (answer.status_code, answer.content) == (200, body)
                checked = http.post("check", json={"message": SPAM})
                assert gavel.row(checked)["judged_by"] == "activelayer"
                signed_in(gavel, http)
                page = http.get(f"{gavel.origin}/stats").text
                for word in words:
                    assert word in page, word
                assert "is used up" not in page or case == "over-100"


def test_stats_that_cannot_be_read_never_hold_checks_up() -> None:
    with Upstream() as upstream:
        upstream.answer("stats", 200, b'{"success": true, "data": "soon"}')
        upstream.answer("verify", 200, b"<html>Welcome to nginx!</html>")
        with Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
            with client(gavel.base_url, gavel.token("shop")) as http:
                assert {http.get("stats").status_code for _ in range(8)} == {503}, "there never were any"
                assert {http.get("verify").status_code for _ in range(8)} == {200}
                answer = http.post("check", json={"message": SPAM})
                assert gavel.row(answer)["judged_by"] == "activelayer"
                signed_in(gavel, http)
                assert "Its figures of usage cannot be read" in http.get(f"{gavel.origin}/health").text


def test_a_slow_upstream_slows_no_page_of_an_app_down() -> None:
    with Upstream() as upstream, Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
        with client(gavel.base_url, gavel.token("shop")) as http:
            fresh = http.get("stats")
            assert fresh.content == STATS and "age" not in fresh.headers
            assert "age" not in http.get("verify").headers
            upstream.hang()
            for endpoint in ("stats", "verify", "stats", "verify"):
                started = time.monotonic()
                answer = http.get(endpoint)
                assert time.monotonic() - started < 1
                assert (answer.status_code, int(answer.headers["age"]) < 60) == (200, True)
                if endpoint == "stats":
                    assert answer.content == STATS
                else:
                    assert answer.json()["upstream_key_valid"] is True
            # Also after a restart, and for those who come together, who share one question.
            upstream.recover()
            gavel.stop()
            upstream.hang()
            gavel.start()
            asked = len(upstream.asked("stats"))
            with ThreadPoolExecutor(10) as callers:
                answers = list(callers.map(lambda _: http.get("stats"), range(10)))
            assert {answer.content for answer in answers} == {STATS}
            assert len(upstream.asked("stats")) - asked <= 2


def test_verify_tells_of_the_token_and_of_nobody() -> None:
    with Upstream() as upstream, Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
        with client(gavel.base_url, gavel.token("my shop")) as http:
            answer = http.get("verify")
            body = answer.json()
            assert list(body)[:5] == ["valid", "message", "key_info", "user_info", "timestamp"]
            assert (body["valid"], body["key_info"]["name"]) == (True, "my shop")
            assert body["user_info"] == {"id": 0, "email": "", "name": "Gavel"}
            for theirs in ("Production key", "ops@example.com", "Example Ops"):
                assert theirs not in answer.text
            upstream.answer("verify", 401, b'{"error":"Invalid API key","message":"no"}')
            assert http.get("verify").json()["upstream_key_valid"] is False


def word(http, detection: str, is_spam: bool):
    return http.post("feedback", json={"detection_id": detection, "is_spam": is_spam})


@pytest.mark.parametrize("trouble", ["slow", "fails once"])
def test_an_apps_first_word_never_arrives_after_its_second(trouble: str) -> None:
    with Upstream() as upstream, Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
        with client(gavel.base_url, gavel.token("shop")) as http:
            detection = http.post("check", json={"message": SPAM}).json()["detection_id"]
            if trouble == "slow":
                upstream.hang()
            else:
                upstream.answer("feedback", 500, b"")
            for is_spam in (True, False):
                answer = word(http, detection, is_spam)
                assert (answer.status_code, answer.json()["data"]["user_status"]) == (200, is_spam)
            upstream.recover()
            until("the second", lambda: [one.json["is_spam"] for one in upstream.asked("feedback")][-1] is False)
            told = [one.json["is_spam"] for one in upstream.asked("feedback")]
            assert told == sorted(told, reverse=True), "no true after a false"


def test_words_on_what_the_detector_judged_are_kept_and_nobody_is_told() -> None:
    with Gavel() as gavel:
        token = gavel.token("shop")
        with client(gavel.base_url, token) as http:
            answer = http.post("check", json={"message": SPAM})
        gavel.stop()
        with Upstream() as upstream:
            flags = ["--activelayer-base-url", upstream.base_url, "--activelayer-api-key", KEY]
            gavel.command_line = (*gavel.command_line, *flags)
            gavel.start()
            with client(gavel.base_url, token) as http:
                told = word(http, answer.json()["detection_id"], False)
                assert (told.status_code, told.json()["data"]["user_status"]) == (200, False)
                row = gavel.row(answer)
                assert (row["app_word"], row["contested"], row["feedback"]) == ("ham", 1, "none")
                assert upstream.asked("feedback") == []


def test_what_an_app_was_told_and_does_not_stand_is_found() -> None:
    with Upstream() as upstream, Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
        upstream.answer("check", 500, b"")
        with client(gavel.base_url, gavel.token("shop", "--fallback", "pass")) as http:
            answer = http.post("check", json={"message": HAM})
            assert answer.json()["is_spam"] is False
            assert gavel.row(answer)["late"] == 0
            upstream.recover()
            until("the verdict", lambda: gavel.row(answer)["judged_by"] == "activelayer")
            row = gavel.row(answer)
            assert (row["is_spam"], row["told"], row["late"]) == (1, "ham", 1)
            signed_in(gavel, http)
            page = http.get(f"{gavel.origin}/detections", params={"q": "is:late"}).text
            assert "App was told ham" in page
            assert word(http, answer.json()["detection_id"], True).status_code == 200
            assert gavel.row(answer)["late"] == 0, "the app has said so itself"


def test_the_apps_own_address_is_not_the_writers(gateway: Service) -> None:
    gavel = gateway.program
    own, given = gateway.check(), gateway.check(ip="203.0.113.9")
    assert gavel.row(own)["ip"][-4:] == bytes([127, 0, 0, 1])
    with gavel.database() as database:
        until("the note", lambda: database.execute("SELECT count(*) FROM app_addresses").fetchone()[0] == 1)
    with client(gavel.base_url, gateway.key) as http:
        signed_in(gavel, http)
        shown = [http.get(f"{gavel.origin}/detections/{one.headers['x-gavel-detection']}").text for one in (own, given)]
    assert "Not told: the app called from 127.0.0.1" in shown[0] and "From this IP address" not in shown[0]
    assert "203.0.113.9" in shown[1] and "Not told" not in shown[1]
