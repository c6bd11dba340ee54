"""Alerts reach the services where people are, in the form that each takes; and a refusal says what the service wants."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from fixtures.programs import Gavel
from fixtures.services import TLS

EMAIL, PASSWORD = "ana@example.com", "correct horse battery"

WANTED = {"slack": ["text", "blocks", "attachments"], "discord": ["content", "embeds", "file"], "matrix": ["text"]}
"""Fields of which each service wants one."""

REFUSALS = {"slack": b"no_text", "discord": b'{"message": "Cannot send an empty message", "code": 50006}', "matrix": b""}


class Service(ThreadingHTTPServer):
    """Takes a webhook as chats do; `picky` refuses whatever is there."""

    def __init__(self, kind: str, picky: bool = False) -> None:
        self.taken: list[dict[str, Any]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
                if kind == "redirect":
                    self.send_response(308)
                    self.send_header("location", f"http://127.0.0.1:{service.server_port}/other?key=hidden")
                    words = b""
                elif not picky and any(body.get(name) for name in WANTED[kind]):
                    service.taken.append(body)
                    self.send_response(200)
                    words = b"ok"
                else:
                    self.send_response(400)
                    words = REFUSALS[kind]
                self.send_header("content-length", str(len(words)))
                self.end_headers()
                self.wfile.write(words)

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.daemon_threads = False
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class StrictMailServer(socketserver.ThreadingTCPServer):
    """As Postfix with `reject_non_fqdn_helo_hostname`: no TLS, no log-in; a bare line feed is refused."""

    allow_reuse_address = True

    def __init__(self) -> None:
        self.greetings: list[str] = []
        self.letters: list[bytes] = []
        server = self

        class Handler(socketserver.StreamRequestHandler):
            def say(self, words: str) -> None:
                self.wfile.write(words.encode() + b"\r\n")

            def handle(self) -> None:
                helo = ""
                self.say("220 mail.example.org ESMTP")
                for raw in self.rfile:
                    line = raw.decode(errors="replace").rstrip("\r\n")
                    word = line[:4].upper()
                    if word in ("EHLO", "HELO"):
                        helo = line[5:].strip()
                        server.greetings.append(helo)
                        self.say("250 mail.example.org")
                    elif word == "RCPT":
                        is_literal = helo.startswith("[") and helo.endswith("]") and "127." not in helo
                        is_full = "." in helo.strip(".") and not helo.startswith("[")
                        refusal = f"504 5.5.2 <{helo}>: Helo command rejected: need fully-qualified hostname"
                        self.say("250 ok" if is_literal or is_full else refusal)
                    elif word == "DATA":
                        self.say("354 go on")
                        lines = []
                        for body in self.rfile:
                            if body == b".\r\n":
                                break
                            lines.append(body)
                        if all(body.endswith(b"\r\n") for body in lines):
                            server.letters.append(b"".join(lines))
                            self.say("250 queued")
                        else:
                            self.say("550 5.6.0 bare line feed")
                    elif word == "QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 ok")

        super().__init__(("127.0.0.1", 0), Handler)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


@contextmanager
def desk(*flags: str) -> Iterator[httpx.Client]:
    """A Gavel, and an administrator's browser without JavaScript."""
    with Gavel(*flags) as gavel:
        gavel.command("user", "add", "--email", EMAIL, "--role", "admin", "--password-stdin", told=PASSWORD)
        headers = {"sec-fetch-site": "same-origin"}
        with httpx.Client(base_url=gavel.origin, timeout=20, verify=TLS, headers=headers) as http:
            assert http.post("/login", data={"email": EMAIL, "password": PASSWORD}).status_code == 303
            yield http


def save(http: httpx.Client, url: str, kind: str) -> None:
    form = {"rules[quota_marks]": "80, 100", "rules[webhook_url]": url, "rules[webhook_kind]": kind}
    page = http.post("/settings", data=form, headers={"accept": "text/html"})
    assert page.status_code == 200, page.text
    assert f'value="{kind}" selected' in page.text


def press(http: httpx.Client, channel: str) -> httpx.Response:
    return http.post("/fn/alerts/test", data={"channel": channel})


@pytest.mark.parametrize("kind", ["slack", "discord", "matrix"])
@pytest.mark.parametrize("chosen", [True, False], ids=["chosen", "by its address"])
def test_each_service_takes_what_it_is_sent(kind: str, chosen: bool) -> None:
    with Service(kind) as service, desk() as http:
        # The address says nothing here, and what programs are sent has something for each.
        save(http, f"http://127.0.0.1:{service.server_port}/hook", kind if chosen else "")
        answer = press(http, "webhook")
        assert answer.status_code == 200, answer.text
        (body,) = service.taken
        words = body["content"] if kind == "discord" else body["text"]
        assert "tries out how Gavel tells of alerts" in words and len(words) <= 2000
        assert ("event" in body) != chosen


@pytest.mark.parametrize(("kind", "said"), [("slack", "no_text"), ("discord", "Cannot send an empty message")])
def test_a_refused_test_says_what_the_service_wants(kind: str, said: str) -> None:
    with Service(kind, picky=True) as service, desk() as http:
        save(http, f"http://127.0.0.1:{service.server_port}/hook", "")
        answer = press(http, "webhook")
        assert answer.status_code == 422
        problem = answer.json()["Invalid"][0]["problem"]
        assert "status 400" in problem and said in problem
        assert f"It wants what {kind.title()} takes" in problem


def test_a_redirect_is_named_and_not_followed() -> None:
    with Service("redirect") as service, desk() as http:
        save(http, f"http://127.0.0.1:{service.server_port}/hook", "")
        problem = press(http, "webhook").json()["Invalid"][0]["problem"]
        assert f"a redirect (308) to http://127.0.0.1:{service.server_port}/other;" in problem
        assert "hidden" not in problem and not service.taken


def mail_flags(server: StrictMailServer) -> list[str]:
    return [
        "--smtp-server", f"127.0.0.1:{server.port}", "--smtp-tls", "none",
        "--alert-mail-from", "gavel@example.com", "--alert-mail-to", "ops@example.com",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("flags", "greeting"),
    [
        (["--smtp-hello", "mods.example.net"], "mods.example.net"),
        (["--public-url", "http://gavel.example.com"], "gavel.example.com"),
        (["--public-url", "http://gavel.example.com", "--smtp-hello", "mods.example.net"], "mods.example.net"),
        (["--public-url", "http://192.0.2.1"], "[192.0.2.1]"),
    ],
)
def test_a_strict_mail_server_takes_the_letter(flags: list[str], greeting: str) -> None:
    with StrictMailServer() as server, desk(*mail_flags(server), *flags) as http:
        answer = press(http, "email")
        assert answer.status_code == 200, unescape(answer.text)
        assert server.greetings == [greeting]
        head, _, _ = server.letters[0].partition(b"\r\n\r\n")
        names = {line.split(b":")[0].lower() for line in head.split(b"\r\n")}
        assert {b"mime-version", b"date", b"message-id", b"from", b"to", b"subject"} <= names


def test_without_a_name_the_machines_address_is_given_in_brackets() -> None:
    with StrictMailServer() as server, desk(*mail_flags(server)) as http:
        press(http, "email")
        assert server.greetings and server.greetings[0].startswith("[")
