"""Clients that speak HTTP in unusual ways: sent byte by byte over a socket, so that no library smooths it."""

import http.client
import io
import json
import socket
import subprocess
import time

import pytest

from fixtures.programs import Gavel
from fixtures.services import CHECKS, HAM, Service, serve

BODY = json.dumps({"message": HAM}).encode()


class Wire:
    """A connection."""

    def __init__(self, service: Service) -> None:
        host, _, port = service.program.address.partition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=15)
        self.reader = self.socket.makefile("rb")
        self.key = service.key

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def request(self, start: str, *headers: str, body: bytes | None = BODY, key: bool = True) -> None:
        """Sends a request whole."""
        lines = [start, *headers]
        if key:
            lines.append(f"X-API-Key: {self.key}")
        if body is not None and not any("length" in line.lower() or "transfer" in line.lower() for line in headers):
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b""))

    def answer(self, method: str = "POST") -> tuple[int, dict[str, str], bytes]:
        """The next answer: status, headers in lower case, body."""
        answer = http.client.HTTPResponse(Socket(self.reader), method=method)
        answer.begin()
        body = answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body

    def is_closed(self) -> bool:
        """Whether the server has ended the connection."""
        try:
            return self.reader.read(1) == b""
        except ConnectionResetError:
            return True

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.reader.close()
        self.socket.close()


class Socket:
    """What `http.client` wants of a socket: one reader for all answers of a connection, which nobody closes."""

    def __init__(self, reader: io.BufferedReader) -> None:
        self.reader = reader

    def makefile(self, _: str) -> "Unclosed":
        return Unclosed(self.reader)


class Unclosed:
    def __init__(self, reader: io.BufferedReader) -> None:
        self._reader = reader

    def __getattr__(self, name: str) -> object:
        return getattr(self._reader, name)

    def close(self) -> None:
        pass


CHECK = "POST /api/v1/check HTTP/1.1"


def is_verdict(answer: tuple[int, dict[str, str], bytes]) -> bool:
    status, headers, body = answer
    return status == 200 and headers["content-type"] == "application/json" and "is_spam" in json.loads(body)


@pytest.mark.parametrize("headers", [(), ("Host: x",), ("Connection: keep-alive",)], ids=str)
def test_http_1_0(service: Service, headers: tuple[str, ...]) -> None:
    with Wire(service) as wire:
        wire.request("POST /api/v1/check HTTP/1.0", *headers)
        status, answered, body = wire.answer()
        assert is_verdict((status, answered, body))
        assert "transfer-encoding" not in answered
        assert headers == ("Connection: keep-alive",) or wire.is_closed()


def test_a_chunked_body_with_extensions_and_trailers(service: Service) -> None:
    with Wire(service) as wire:
        parts = (BODY[:1], BODY[1:5], BODY[5:])
        chunks = b"".join(b"%x;name=value\r\n%s\r\n" % (len(part), part) for part in parts)
        wire.request(CHECK, "Host: x", "Transfer-Encoding: chunked", body=chunks + b"0\r\nX-Trailer: late\r\n\r\n")
        assert is_verdict(wire.answer())
        wire.request(CHECK, "Host: x")
        assert is_verdict(wire.answer()), "the connection is still good"


def test_broken_chunks_are_refused(service: Service) -> None:
    with Wire(service) as wire:
        wire.request(CHECK, "Host: x", "Transfer-Encoding: chunked", body=b"zz\r\n" + BODY + b"\r\n0\r\n\r\n")
        assert wire.answer()[0] == 400


def test_expect_100_continue(service: Service) -> None:
    with Wire(service) as wire:
        wire.request(CHECK, "Host: x", "Expect: 100-continue", f"Content-Length: {len(BODY)}", body=None)
        assert wire.reader.readline() == b"HTTP/1.1 100 Continue\r\n"
        assert wire.reader.readline() == b"\r\n"
        wire.send(BODY)
        assert is_verdict(wire.answer())


def test_a_body_that_arrives_bit_by_bit(service: Service) -> None:
    with Wire(service) as wire:
        wire.request(CHECK, "Host: x", f"Content-Length: {len(BODY)}", body=None)
        for place in range(0, len(BODY), 8):
            wire.send(BODY[place : place + 8])
            time.sleep(0.02)
        assert is_verdict(wire.answer())


def test_408_a_body_that_does_not_arrive_holds_nobody_up(gateway: Service) -> None:
    with Wire(gateway) as wire:
        wire.request(CHECK, "Host: x", "Content-Length: 100", body=b'{"message":')
        started = time.monotonic()
        assert gateway.check().status_code == 200
        status, _, body = wire.answer()
        assert status == 408
        assert json.loads(body)["error"] == "Request timeout"
        assert 8 < time.monotonic() - started < 14


def test_a_caller_who_hangs_up_in_the_body_leaves_no_trace(kind: str) -> None:
    with serve(kind) as service:
        for part in (b"", b'{"message":'):
            with Wire(service) as wire:
                wire.request(CHECK, "Host: x", "Content-Length: 100", body=part)
        assert service.check().status_code == 200
        if isinstance(service.program, Gavel):
            assert service.program.count() == 1
        assert "ERROR" not in service.program.output


def test_two_requests_in_one_breath_are_answered_in_order(service: Service) -> None:
    with Wire(service) as wire:
        head = f"Host: x\r\nX-API-Key: {service.key}\r\n"
        verify = f"GET /api/v1/verify HTTP/1.1\r\n{head}\r\n".encode()
        check = f"{CHECK}\r\n{head}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY
        wire.send(check + verify + check)
        assert is_verdict(wire.answer())
        assert json.loads(wire.answer("GET")[2])["valid"] is True
        assert is_verdict(wire.answer())


@pytest.mark.parametrize(
    ("start", "body", "status"),
    [
        (CHECK, b"{", 400),
        (CHECK, b'{"message":7}', 422),
        (CHECK, b" " * (1024 * 1024 + 1), 413),
        ("POST /api/v1/nowhere HTTP/1.1", BODY, 404),
        ("PUT /api/v1/check HTTP/1.1", BODY, 405),
        ("DELETE /api/v1/verify HTTP/1.1", BODY, 405),
    ],
    ids=["400", "422", "413", "404", "405", "405 of a GET"],
)
def test_a_connection_is_good_after_an_error(service: Service, start: str, body: bytes, status: int) -> None:
    """Else the next request of a pooled client fails, or what was left of a body is read as a request."""
    with Wire(service) as wire:
        for _ in range(2):
            wire.request(start, "Host: x", body=body)
            assert wire.answer()[0] == status
        wire.request(CHECK, "Host: x")
        assert is_verdict(wire.answer())


def test_a_connection_is_good_after_a_401(service: Service) -> None:
    with Wire(service) as wire:
        wire.request(CHECK, "Host: x", key=False)
        assert wire.answer()[0] == 401
        wire.request(CHECK, "Host: x")
        assert is_verdict(wire.answer())


@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: -1",),
        ("Content-Length: x",),
        ("Content-Length: 99999999999999999999999",),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
        ("Transfer-Encoding: gzip",),
    ],
    ids=str,
)
def test_an_ambiguous_length_is_refused(service: Service, headers: tuple[str, ...]) -> None:
    with Wire(service) as wire:
        wire.request(CHECK, "Host: x", *headers)
        assert wire.answer()[0] in (400, 413)
        assert wire.is_closed()


def test_a_length_beside_chunks_smuggles_nothing(service: Service) -> None:
    """Whoever counts bytes sees a request for the statistics behind the first four; whoever reads chunks sees text."""
    hidden = f"GET /api/v1/stats HTTP/1.1\r\nHost: x\r\nX-API-Key: {service.key}\r\n\r\n"
    body = json.dumps({"message": HAM, "hidden": hidden}).encode()
    with Wire(service) as wire:
        chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        wire.request(CHECK, "Host: x", "Content-Length: 4", "Transfer-Encoding: chunked", body=chunked)
        assert is_verdict(wire.answer())
        wire.socket.shutdown(socket.SHUT_WR)
        assert wire.is_closed(), "there is a second answer"


@pytest.mark.parametrize(
    "target", ["http://x/api/v1/check", "/api/v1/check?", "/api/v1/check?a=b&&=&%", "/api/v1/check?%ff=%"]
)
def test_unusual_targets(service: Service, target: str) -> None:
    with Wire(service) as wire:
        wire.request(f"POST {target} HTTP/1.1", "Host: x")
        assert is_verdict(wire.answer())


@pytest.mark.parametrize("target", ["*", "/api/v1/\xe9", "/api/v1/%ff", "/api/v1/" + "x" * 7000, "//api/v1/check"])
def test_targets_that_are_not_there(service: Service, target: str) -> None:
    with Wire(service) as wire:
        wire.request(f"OPTIONS {target} HTTP/1.1", "Host: x")
        # 421: outside of /api there are pages, for those who ask for a host of Gavel's own.
        statuses = {400, 404, 405} if target.lstrip("/").startswith("api") else {400, 404, 421}
        assert wire.answer("OPTIONS")[0] in statuses
    assert service.check().status_code == 200


@pytest.mark.parametrize(("length", "statuses"), [(10_000, {200}), (1_000_000, {431, 414})])
@pytest.mark.parametrize("place", ["header", "query"])
def test_long_heads(service: Service, place: str, length: int, statuses: set[int]) -> None:
    with Wire(service) as wire:
        long = "x" * length
        try:
            if place == "header":
                wire.request(CHECK, "Host: x", f"X-Long: {long}")
            else:
                wire.request(f"POST /api/v1/check?long={long} HTTP/1.1", "Host: x")
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            assert wire.answer()[0] in statuses
        except (ConnectionResetError, http.client.RemoteDisconnected, http.client.BadStatusLine):
            # It hung up before everything was sent: not answered, and not broken either.
            assert length > 100_000
    assert service.check().status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: eA=="),
        ("Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAAQAAP__"),
        ("Range: bytes=0-3",),
        ("If-None-Match: *",),
        ("Origin: https://elsewhere.example", "Sec-Fetch-Site: cross-site"),
        ("Cookie: \xff\xfe",),
        ("Accept-Encoding: gzip, br, zstd",),
        ("X-HTTP-Method-Override: DELETE",),
        ("Authorization: Basic c2hvcDpzZWNyZXQ=",),
        ("Authorization: Bearer",),
        ("Authorization: \xff",),
    ],
    ids=ascii,
)
def test_headers_that_change_nothing(service: Service, headers: tuple[str, ...]) -> None:
    with Wire(service) as wire:
        wire.request(CHECK, "Host: x", *headers)
        status, answered, body = wire.answer()
        assert is_verdict((status, answered, body))
        assert "content-encoding" not in answered and "set-cookie" not in answered


def test_the_better_kept_of_two_keys_counts(service: Service) -> None:
    for headers, status in (
        ({"Authorization": f"Bearer {service.key}", "X-API-Key": "wrong"}, 200),
        ({"Authorization": "Bearer wrong", "X-API-Key": service.key}, 401),
        ({"X-API-Key": "wrong"}, 401),
    ):
        with service.anonymous as http:
            answer = http.post(f"check?api_key={service.key}", json={"message": HAM}, headers=headers)
            assert answer.status_code == status, headers


@pytest.mark.parametrize("key", ["'", "%00", "Ж", "a" * 5000, "gvl_", "null", "true", "[]"])
def test_keys_of_all_sorts_open_nothing(service: Service, key: str) -> None:
    with service.anonymous as http:
        assert http.post("check", params={"api_key": key}, json={"message": HAM}).status_code == 401
        assert http.post("check", json={"message": HAM, "api_key": key}).status_code == 401
        assert http.post("check", json={"message": HAM}, headers={"X-API-Key": key.encode()}).status_code == 401


@pytest.mark.parametrize("place", ["Api-Key", "X-Api-Token", "Token", "Proxy-Authorization"])
def test_a_key_in_another_header_opens_nothing(service: Service, place: str) -> None:
    with service.anonymous as http:
        assert http.post("check", json={"message": HAM}, headers={place: service.key}).status_code == 401


@pytest.mark.parametrize("endpoint", CHECKS)
@pytest.mark.parametrize("version", ["--http1.0", "--http1.1", "--http2", "--http2-prior-knowledge"])
def test_curl_in_every_version_of_http(service: Service, endpoint: str, version: str) -> None:
    url = f"{service.program.base_url}/{endpoint}"
    command = ["curl", "--silent", "--fail", version, url, "-H", f"X-API-Key: {service.key}", "--json", BODY.decode()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert "is_spam" in json.loads(done.stdout or "{}"), done


@pytest.mark.parametrize(
    "message",
    [
        "\u0000",
        "\u202e\u2066\u200b",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\uffff\ufffe",
        "a\u0300" * 500,
        "<script>alert(1)</script>",
    ],
    ids=ascii,
)
def test_text_of_all_sorts_is_kept_as_it_came(gateway: Service, message: str) -> None:
    answer = gateway.check(f"x{message}")
    assert answer.status_code == 200
    assert gateway.program.row(answer)["message"] == f"x{message}"
