"""The receivers of callbacks that the README names: each in front of a running Gavel, whose moderator changes her mind.

Rust is `server/notify/examples/callback.rs`; `cargo test` compiles it.
"""

import hashlib
import hmac
import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from fixtures.programs import Gavel, Program
from fixtures.services import TLS, client
from fixtures.waiting import until
from readme.test_protect_an_endpoint import Axum, Php
from soak.people import Moderator

ROOT = Path(__file__).parents[2]
RUST = Path(os.environ.get("CALLBACK_EXAMPLE", ROOT / "target/debug/examples/callback"))
SITE = "shop.example.com"


class PhpRouter(Php):
    def listen(self) -> list[str]:
        return [self.address, str(ROOT / "contrib/callback.php")]


@contextmanager
def receiver(language: str, folder: Path, secret: str) -> Iterator[Program]:
    if language == "rust":
        assert RUST.exists(), "cargo build --package notify --example callback"
        with Axum(RUST, folder=folder, GAVEL_CALLBACK_SECRET=secret) as program:
            yield program
    else:
        comments = folder / "comments"
        comments.mkdir()
        settings = {"GAVEL_CALLBACK_SECRET": secret, "COMMENTS": str(comments)}
        with PhpRouter("php", "-S", folder=folder, **settings) as program:
            yield program


def signed(secret: str, body: bytes, at: float) -> str:
    tag = hmac.new(secret.encode(), f"{int(at)}.".encode() + body, hashlib.sha256)
    return f"t={int(at)},v1={tag.hexdigest()}"


def send(http: httpx.Client, secret: str, decision: dict[str, Any], age: float = 0, **more: str) -> int:
    body = json.dumps({"event": "label", "detection_id": "d", **decision}).encode()
    headers = {"gavel-signature": signed(secret, body, time.time() - age), **more}
    return http.post("gavel", content=body, headers=headers).status_code


@pytest.mark.parametrize("language", ["php", "rust"])
def test_a_receiver_takes_what_is_signed_fresh_and_newer(language: str, tmp_path: Path) -> None:
    with receiver(language, tmp_path, "the secret") as app:
        with httpx.Client(base_url=app.origin, timeout=20, verify=TLS) as http:

            def comment() -> str:
                return http.get("comments/post-1").text

            spam = {"external_id": "post-1", "is_spam": True, "version": 7}
            assert comment() == "as it was"
            assert send(http, "another secret", spam) == 401
            assert send(http, "the secret", spam, age=400) == 401
            assert send(http, "the secret", spam, age=-400) == 401
            for forged in ("", "t=1", "v1=00", f"t={int(time.time())},v1=" + "0" * 64, "t=x,v1=" + "0" * 64):
                assert send(http, "the secret", spam, **{"gavel-signature": forged}) == 401, forged
            assert comment() == "as it was"
            assert send(http, "the secret", spam, age=200) == 204
            assert comment() == "hidden"
            assert send(http, "the secret", {"external_id": "post-1", "is_spam": False, "version": 6}) == 204
            assert comment() == "hidden", "an older decision came later"
            assert send(http, "the secret", {"external_id": None, "is_spam": False, "version": 8}) == 204


@pytest.mark.parametrize("language", ["php", "rust"])
def test_a_receiver_does_what_a_moderator_decides(language: str, tmp_path: Path) -> None:
    with Gavel("--feedback-undo", "0s", "--callback-hosts", "any") as gavel, ExitStack() as stack:
        app = stack.enter_context(receiver(language, tmp_path, "not known yet"))
        set_up = ("callback", "set", "--site", SITE, "--url", f"{app.origin}/gavel", "--callback-hosts", "any")
        app.stop()
        app.settings["GAVEL_CALLBACK_SECRET"] = gavel.command(*set_up).splitlines()[-1]
        app.start()
        moderator = stack.enter_context(closing(Moderator("ana", language, gavel)))
        shop = stack.enter_context(client(gavel.base_url, gavel.token("shop", site=SITE)))
        answer = shop.post("check", json={"message": "See you on monday", "external_id": "post-1"})
        for label, state in (("spam", "hidden"), ("ham", "public")):
            row = gavel.row(answer)
            assert moderator.call("labels/rows", {"one": f"{label}:{row['id']}~{row['version']}"})
            until(state, lambda: httpx.get(f"{app.origin}/comments/post-1", verify=TLS).text == state, 15)
