"""What clients get wrong in a body: told in the error shape, never a 500."""

import gzip
import json

import pytest

from fixtures.services import CHECKS, ENDPOINTS, HAM, Service, error_of

MIB = 1024 * 1024
POSTS = [endpoint for endpoint, method in ENDPOINTS.items() if method == "POST"]


def body_of(size: int) -> bytes:
    frame = len(json.dumps({"message": ""}))
    return json.dumps({"message": "x" * (size - frame)}).encode()


@pytest.mark.parametrize("endpoint", CHECKS)
def test_a_body_of_one_mebibyte_passes(service: Service, endpoint: str) -> None:
    assert service.post_text(endpoint, body_of(MIB)).status_code == 200


@pytest.mark.parametrize("endpoint", POSTS)
@pytest.mark.parametrize("size", [MIB + 1, 5 * MIB])
def test_413_a_body_over_one_mebibyte(service: Service, endpoint: str, size: int) -> None:
    answer = service.post_text(endpoint, body_of(size))
    assert answer.status_code == 413
    error = error_of(answer)
    assert (error["error"], error["message"]) == (
        "Payload too large",
        "The request body must not be larger than 1048576 bytes.",
    )
    assert service.check().status_code == 200


@pytest.mark.parametrize("endpoint", POSTS)
def test_413_a_chunked_body_over_one_mebibyte(service: Service, endpoint: str) -> None:
    def parts():
        for _ in range(40):
            yield b" " * (MIB // 20)

    assert service.http.post(endpoint, content=parts()).status_code == 413


@pytest.mark.parametrize("endpoint", POSTS)
@pytest.mark.parametrize(
    "body",
    [
        b"{", b"message=Hi", b'{"message":"Hi"', b'{"message":"Hi",}', b"{'message':'Hi'}", b'{"message":Hi}',
        b'{"message":"Hi"}{"message":"Hi"}', b"\xef\xbb\xbf{", b'{"message":"a\nb"}', b'{"message":"\\x41"}',
        b'{"message":"\\ud80"}', b"\x00", b'{"message":"Hi","n":NaN}', b'{"message":"Hi","n":01}',
    ],
    ids=ascii,
)  # fmt: skip
def test_400_malformed_json(service: Service, endpoint: str, body: bytes) -> None:
    answer = service.post_text(endpoint, body)
    assert answer.status_code == 400, answer.text
    assert error_of(answer)["error"] == "Malformed JSON"
    assert error_of(answer)["message"].startswith("The request body is not valid JSON: "), "it says where"


@pytest.mark.parametrize("endpoint", POSTS)
@pytest.mark.parametrize(
    "body", [b"\xff", b'{"message":"\xff\xfe"}', b'{"message":"\xc0\xaf"}', b'{"message":"\xed\xa0\x80"}'], ids=ascii
)
def test_400_invalid_utf_8(service: Service, endpoint: str, body: bytes) -> None:
    assert service.post_text(endpoint, body).status_code == 400


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_400_another_encoding(service: Service, encoding: str) -> None:
    assert service.post_text("check", json.dumps({"message": HAM}).encode(encoding)).status_code == 400


@pytest.mark.parametrize("endpoint", POSTS)
@pytest.mark.parametrize("body", ["[]", '["Hi"]', "null", "7", '"Hi"', "true"])
def test_422_a_body_that_is_no_object(service: Service, endpoint: str, body: str) -> None:
    answer = service.post_text(endpoint, body)
    assert answer.status_code == 422
    assert list(error_of(answer)["errors"]) == ["body"]


@pytest.mark.parametrize("endpoint", POSTS)
@pytest.mark.parametrize("depth", [100, 1_000, 100_000])
@pytest.mark.parametrize("frame", ["[]", '{"a":}'])
def test_deep_nesting_breaks_nothing(service: Service, endpoint: str, depth: int, frame: str) -> None:
    opened, closed = (frame[:1], frame[1:]) if frame == "[]" else (frame[:-1], frame[-1:])
    nested = opened * depth + "1" + closed * depth
    answer = service.post_text(endpoint, f'{{"message":"Hi","context":{nested}}}')
    assert answer.status_code in ({200, 422, 404} if depth <= 100 else {400})
    assert service.check().status_code == 200


@pytest.mark.parametrize(
    "number", ["1e308", "1e999", "-1e999", "9" * 400, "0." + "1" * 400, "1e-999", "-0", "18446744073709551616"]
)
def test_huge_numbers_break_nothing(service: Service, number: str) -> None:
    unknown = service.post_text("check", f'{{"message":"Hi","context":{number}}}')
    assert unknown.status_code in {200, 400}, unknown.text
    known = service.post_text("check", f'{{"message":"Hi","timestamp":{number}}}')
    # What is no time is odd, and no reason to leave the submission unjudged.
    assert known.status_code == unknown.status_code, known.text


def test_timestamps_at_the_edge(service: Service) -> None:
    for number in (2**63 - 1, -(2**63), 2**53, 253402300800, -62135596801):
        assert service.check(timestamp=number).status_code == 200


@pytest.mark.parametrize("endpoint", CHECKS)
def test_duplicate_keys_are_read_as_one(service: Service, endpoint: str) -> None:
    """The last one counts, as in PHP, Python and JavaScript."""
    assert service.post_text(endpoint, '{"message":7,"message":"Hi"}').status_code == 200
    assert service.post_text(endpoint, '{"message":"Hi","message":7}').status_code == 422


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; charset=utf-8",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
        "?",
    ],
)
def test_json_is_read_whatever_its_content_type_says(service: Service, content_type: str) -> None:
    answer = service.http.post("check", content=b'{"message":"Hi"}', headers={"Content-Type": content_type})
    assert answer.status_code == 200


def test_json_is_read_without_a_content_type_and_answered_whatever_is_accepted(service: Service) -> None:
    assert service.http.post("check", content=b'{"message":"Hi"}').status_code == 200
    for accept in ("text/html", "application/xml", "*/*;q=0", ""):
        answer = service.http.post("check", content=b'{"message":"Hi"}', headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")


def test_a_compressed_body_is_refused_and_not_mistaken(service: Service) -> None:
    body = gzip.compress(b'{"message":"Hi"}')
    answer = service.post_text("check", body, **{"Content-Encoding": "gzip"})
    assert answer.status_code == 415, answer.text
    assert error_of(answer)["error"] == "Unsupported media type"


@pytest.mark.parametrize("endpoint", CHECKS)
def test_a_form_is_read_and_one_of_parts_is_not(service: Service, endpoint: str) -> None:
    assert service.http.post(endpoint, data={"message": "Hi"}).status_code == 200
    assert service.http.post(endpoint, data={"name": "Bo"}).status_code == 422
    assert service.http.post(endpoint, files={"message": b"Hi"}).status_code == 400


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"])
def test_other_methods_are_405_in_the_error_shape(service: Service, endpoint: str, method: str) -> None:
    allowed = ENDPOINTS[endpoint]
    answer = service.http.request(method, endpoint)
    if method == allowed or (method, allowed) == ("HEAD", "GET"):
        assert answer.status_code in (200, 422)
    else:
        assert answer.status_code == 405
        assert allowed in answer.headers["allow"].split(",")
        if method != "HEAD":
            assert error_of(answer)["error"] == "Method not allowed"
    if method == "HEAD":
        assert answer.content == b""


@pytest.mark.parametrize("path", ["/v1", "/v2/check", "/v1/checks", "/v1/check/x", "/v1/%63heck%00", "/v1/../v1/x"])
def test_unknown_paths_are_404_in_the_error_shape(service: Service, path: str) -> None:
    answer = service.http.get(f"{service.program.origin}/api{path}")
    assert answer.status_code == 404
    assert error_of(answer)["error"] == "Not found"
