"""The guide's tables of `POST /feedback`: one test a row."""

from typing import Any

import pytest

from contract import rows
from fixtures.services import CHECKS, Service, error_of

RESPONSE = {
    "success": rows.is_boolean,
    "message": rows.is_string,
    "data.detection_id": rows.is_string,
    "data.user_status": rows.is_boolean,
    "data.queued_at": rows.is_time,
}


def judged(service: Service, endpoint: str = "check") -> str:
    return service.check("Is this spam?", endpoint).json()["detection_id"]


@pytest.mark.parametrize("endpoint", CHECKS)
@pytest.mark.parametrize("is_spam", [True, False])
def test_request_fields_detection_id_and_is_spam(service: Service, endpoint: str, is_spam: bool) -> None:
    body = {"detection_id": judged(service, endpoint), "is_spam": is_spam}
    answer = service.http.post("feedback", json=body)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("name", ["detection_id", "is_spam"])
@pytest.mark.parametrize("absence", ["absent", None, ""])
def test_request_field_is_required(service: Service, name: str, absence: Any) -> None:
    body = {"detection_id": judged(service), "is_spam": True, name: absence}
    if absence == "absent":
        del body[name]
    answer = service.http.post("feedback", json=body)
    assert answer.status_code == 422
    sentence = f"The {name.replace('_', ' ')} field is required."
    assert error_of(answer) == {"error": "Validation failed", "errors": {name: [sentence]}}


@pytest.mark.parametrize(
    ("name", "value"),
    [("detection_id", 7), ("detection_id", []), ("is_spam", "yes"), ("is_spam", 1), ("is_spam", {})],
    ids=str,
)
def test_request_field_of_another_type_is_named(service: Service, name: str, value: Any) -> None:
    answer = service.http.post("feedback", json={"detection_id": judged(service), "is_spam": True, name: value})
    assert answer.status_code == 422
    assert list(error_of(answer)["errors"]) == [name]


@pytest.mark.parametrize("name", RESPONSE)
def test_response_field(service: Service, name: str) -> None:
    body = service.call("feedback").json()
    assert RESPONSE[name](rows.field(body, name))


def test_response_field_success_says_that_it_was_accepted(service: Service) -> None:
    body = service.call("feedback").json()
    assert body["success"] is True
    assert body["message"] == "Feedback submitted and will be processed shortly"


def test_response_fields_come_in_the_guides_order(service: Service) -> None:
    body = service.call("feedback").json()
    assert list(body)[:3] == ["success", "message", "data"]
    assert list(body["data"])[:3] == ["detection_id", "user_status", "queued_at"]


@pytest.mark.parametrize("is_spam", [True, False])
def test_response_fields_echo_detection_and_label(service: Service, is_spam: bool) -> None:
    asked = {"detection_id": judged(service), "is_spam": is_spam}
    data = service.http.post("feedback", json=asked).json()["data"]
    assert (data["detection_id"], data["user_status"]) == (asked["detection_id"], is_spam)
