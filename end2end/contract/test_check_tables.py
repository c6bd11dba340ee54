"""The guide's tables of `POST /check` and `POST /check-comment`: one test a row."""

import json
from typing import Any

import pytest

from contract import rows
from fixtures.services import CHECKS, HAM, SPAM, Service, error_of
from fixtures.upstream import Upstream

# Name, values that the row allows, values that it does not, and values that are odd: taken all the same.
REQUEST = {
    "message": (["Hi", "x" * 100_000, "\u0000 \u202e 𝕏 \n"], [7, True, ["Hi"], {"text": "Hi"}, 1.5], []),
    "email": (["leads@example.com", "a" * 243 + "@example.com"], ["a" * 244 + "@example.com"],
              [7, False, ["a@b.c"], {"address": "a@b.c"}]),
    "name": (["Cheap Leads Bot", "Ж"], [], [7, True, [], {}, 1.5]),
    "ip": (["203.0.113.42", "2001:db8::1"], ["999.1.1.1", "300.1.2.3", "localhost", "203.0.113.42/24"],
           [7, True, [], {}, "203.0.113.9, 198.51.100.7", "203.0.113.9:51234", "[2001:db8::1]", ["203.0.113.9"]]),
    "timestamp": ([1739619138, 0, -1], [],
                  ["yesterday", 1.5, True, [], {}, 2**63, "1739619120", "1739619120.25", 1739619120000]),
    "user_agent": (["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"], [], [7, True, [], {}]),
    "website_url": (["https://blog.example.com/contact", "http://[2001:db8::1]:8080/?a=b#c"], ["not a url", "none"],
                    [7, True, [], {}, "javascript:alert(1)", "/contact", "//x", "mailto:a@example.com", "tel:+4930",
                     "ftp://x.example", "http://", "http://x:99999/", "shop.example.com/contact"]),
    "domain": (["example.com"], [], [7, True, [], {}]),
}  # fmt: skip

RESPONSE = {
    "detection_id": rows.is_string,
    "is_spam": rows.is_boolean,
    "total_score": rows.is_float,
    "threshold": rows.is_float,
    "execution_time": rows.is_float,
    "timestamp": rows.is_time,
}

GOOD = [(name, value) for name, (good, _, _) in REQUEST.items() for value in good]
BAD = [(name, value) for name, (_, bad, _) in REQUEST.items() for value in bad]
ODD = [(name, value) for name, (_, _, odd) in REQUEST.items() for value in odd]


def shown(value: Any) -> str:
    return ascii(value)[:24]


@pytest.mark.parametrize("endpoint", CHECKS)
@pytest.mark.parametrize(("name", "value"), GOOD, ids=shown)
def test_request_field_is_taken(service: Service, endpoint: str, name: str, value: Any) -> None:
    answer = service.http.post(endpoint, json={"message": HAM, name: value})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("endpoint", CHECKS)
@pytest.mark.parametrize(("name", "value"), BAD, ids=shown)
def test_request_field_that_is_wrong_is_named(service: Service, endpoint: str, name: str, value: Any) -> None:
    """Where an upstream is asked, it is asked once more without what it refuses: only a message cannot be left out."""
    answer = service.http.post(endpoint, json={"message": HAM, name: value})
    if service.kind == "gateway" and name != "message":
        assert (answer.status_code, answer.headers["gavel-left-out"]) == (200, name)
        return
    assert answer.status_code == 422, answer.text
    error = error_of(answer)
    assert error["error"] == "Validation failed"
    assert list(error["errors"]) == [name]
    assert all(isinstance(sentence, str) for sentence in error["errors"][name])


@pytest.mark.parametrize("endpoint", CHECKS)
@pytest.mark.parametrize(("name", "value"), ODD, ids=shown)
def test_request_field_that_is_odd_is_taken(service: Service, endpoint: str, name: str, value: Any) -> None:
    answer = service.http.post(endpoint, json={"message": HAM, name: value})
    assert answer.status_code == 200, answer.text
    assert "gavel-left-out" not in answer.headers


@pytest.mark.parametrize("endpoint", CHECKS)
@pytest.mark.parametrize("name", REQUEST)
def test_request_field_is_required_or_not(service: Service, endpoint: str, name: str) -> None:
    body = {"message": HAM, "email": "leads@example.com"}
    body.pop(name, None)
    answer = service.http.post(endpoint, json=body)
    assert answer.status_code == (422 if name == "message" else 200)


@pytest.mark.parametrize("endpoint", CHECKS)
@pytest.mark.parametrize(("name", "value"), GOOD + ODD, ids=shown)
def test_request_field_is_forwarded_as_it_came(
    gateway: Service, upstream: Upstream, endpoint: str, name: str, value: Any
) -> None:
    assert gateway.http.post(endpoint, json={"message": HAM, name: value}).status_code == 200
    forwarded = upstream.asked(endpoint)[-1].json[name]
    assert (forwarded, type(forwarded)) == (value, type(value))


@pytest.mark.parametrize("endpoint", CHECKS)
def test_all_request_fields_are_kept_with_the_detection(gateway: Service, endpoint: str) -> None:
    full = {name: good[0] for name, (good, _, _) in REQUEST.items()}
    row = gateway.program.row(gateway.http.post(endpoint, json=full))
    assert row["endpoint"] == endpoint
    kept = {name: row[name] for name in ("message", "email", "name", "user_agent", "website_url", "domain")}
    assert kept == {name: full[name] for name in kept}
    assert row["submitted_at"] in (full["timestamp"], full["timestamp"] * 1000, full["timestamp"] * 1_000_000)
    assert row["ip"][-4:] == bytes([203, 0, 113, 42])
    assert row["site"] == "shop.example.com"


@pytest.mark.parametrize("endpoint", CHECKS)
@pytest.mark.parametrize("name", RESPONSE)
def test_response_field(service: Service, endpoint: str, name: str) -> None:
    body = service.check(SPAM, endpoint).json()
    assert RESPONSE[name](rows.field(body, name)), body[name]


@pytest.mark.parametrize("endpoint", CHECKS)
def test_response_fields_come_in_the_guides_order(service: Service, endpoint: str) -> None:
    assert list(service.check(SPAM, endpoint).json())[: len(RESPONSE)] == list(RESPONSE)


@pytest.mark.parametrize("endpoint", CHECKS)
def test_response_field_detection_id_is_unique_and_can_be_referenced(service: Service, endpoint: str) -> None:
    first, second = (service.check(SPAM, endpoint).json()["detection_id"] for _ in range(2))
    assert first != second
    assert service.http.post("feedback", json={"detection_id": first, "is_spam": False}).status_code == 200


@pytest.mark.parametrize("endpoint", CHECKS)
@pytest.mark.parametrize(("message", "is_spam"), [(SPAM, True), (HAM, False)], ids=["spam sample", "ham sample"])
def test_response_field_is_spam_means_the_threshold_was_met(
    service: Service, endpoint: str, message: str, is_spam: bool
) -> None:
    body = service.check(message, endpoint).json()
    assert body["is_spam"] is is_spam
    assert (body["total_score"] >= body["threshold"]) is is_spam
    assert 0 <= body["total_score"] <= 100 and 0 <= body["threshold"] <= 100
    assert body["execution_time"] >= 0


@pytest.mark.parametrize(
    ("endpoint", "body"),
    [
        ("check", {"message": "Hi! I can deliver 1,000 followers for just $5.", "email": "leads@example.com",
                   "name": "Cheap Leads Bot", "ip": "203.0.113.42",
                   "user_agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)",
                   "website_url": "https://blog.example.com/contact"}),
        ("check-comment", {"message": "Great article! Check out my crypto scheme at http://spam.biz",
                           "email": "jane@example.com", "ip": "198.51.100.12"}),
    ],
)  # fmt: skip
def test_sample_request(service: Service, endpoint: str, body: dict[str, str]) -> None:
    answer = service.post_text(endpoint, json.dumps(body, indent=2))
    assert answer.status_code == 200
    assert set(RESPONSE) <= set(answer.json())


def test_check_comment_answers_the_smallest_response(service: Service) -> None:
    """ "Use this endpoint when you want the smallest possible JSON response": smaller than that of `/check`."""
    full, light = (len(service.check(SPAM, endpoint).content) for endpoint in CHECKS)
    assert light < full
