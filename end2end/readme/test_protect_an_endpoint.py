"""The README's "Protect an endpoint": each example, as it stands there, in front of a running Gavel.

- curl is run by bash, FastAPI served by uvicorn, PHP by its own server with Debian's Guzzle.
- Rust is `server/activelayer/examples/protect.rs`, which must be the README's text word for word; `cargo test` compiles it.
"""

import contextlib
import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from fixtures.programs import START_LIMIT, Gavel, Program, Uvicorn, environment
from fixtures.services import HAM, SPAM, TLS, error_of

ROOT = Path(__file__).parents[2]

GUZZLE = "/usr/share/php/GuzzleHttp/autoload.php"
"""Where Debian's package puts what Composer would put into `vendor`."""

RUST = Path(os.environ.get("PROTECT_EXAMPLE", ROOT / "target/debug/examples/protect"))


def block(language: str) -> str:
    """The section's only code in a language."""
    readme = (ROOT / "README.md").read_text("utf-8")
    section = re.search(r"^## Protect an endpoint\n(.*?)^## ", readme, re.DOTALL | re.MULTILINE)
    assert section, "the README has no such section"
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", section[1], re.DOTALL | re.MULTILINE)
    assert len(blocks) == 1, f"{len(blocks)} blocks of {language}"
    return blocks[0]


class Php(Program):
    LISTENS = r"Development Server \(http://(\S+)\) started"
    STOPPED = -15

    def listen(self) -> list[str]:
        return [self.address, "index.php"]


class Axum(Program):
    """It says nothing, so its port is chosen for it."""

    STOPPED = -15

    def start(self) -> None:
        if self.address.endswith(":0"):
            with socket.create_server(("127.0.0.1", 0)) as probe:
                self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        self.settings["LISTEN"] = self.address
        super().start()

    def _comes_up(self, told: threading.Event) -> bool:
        host, _, port = self.address.partition(":")
        give_up = time.monotonic() + START_LIMIT
        while time.monotonic() < give_up and not told.is_set():
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection((host, int(port))):
                return True
            time.sleep(0.02)
        return False

    def listen(self) -> list[str]:
        return []


@contextmanager
def served(language: str, folder: Path, settings: dict[str, str]) -> Iterator[str]:
    """Serves an example; gives the address of its form."""
    match language:
        case "python":
            (folder / "main.py").write_text(block("python"), "utf-8")
            server = Uvicorn("main:app", folder, **settings)
        case "php":
            (folder / "vendor").mkdir()
            (folder / "vendor/autoload.php").write_text(f"<?php require '{GUZZLE}';", "utf-8")
            (folder / "index.php").write_text(block("php"), "utf-8")
            server = Php("php", "-S", folder=folder, **settings)
        case _:
            example = (ROOT / "server/activelayer/examples/protect.rs").read_text("utf-8")
            assert example.partition("\n\n")[2] == block("rust"), "copy the one to the other"
            assert RUST.exists(), "cargo build --package activelayer --example protect"
            server = Axum(RUST, folder=folder, **settings)
    with server:
        yield f"{server.origin}/contact"


def send(visitor: httpx.Client, form: str, language: str, message: str) -> httpx.Response:
    """FastAPI's example takes JSON, as its apps do; the others, a form."""
    body = {"message": message}
    return visitor.post(form, json=body) if language == "python" else visitor.post(form, data=body)


def settings_for(gavel: Gavel, key: str, slash: str = "") -> dict[str, str]:
    return {"ACTIVELAYER_BASE_URL": gavel.base_url + slash, "ACTIVELAYER_API_KEY": key}


@pytest.mark.parametrize("slash", ["", "/"])
def test_curl(slash: str) -> None:
    def run(key: str) -> httpx.Response:
        settings = environment() | settings_for(gavel, key, slash)
        command = ["bash", "-euc", block("sh")]
        done = subprocess.run(command, env=settings, check=True, capture_output=True)
        return httpx.Response(200, content=done.stdout, headers={"content-type": "application/json"})

    with Gavel() as gavel:
        verdict = run(gavel.token("shop")).json()
        assert isinstance(verdict["is_spam"], bool) and verdict["detection_id"]
        with gavel.database() as database:
            row = database.execute("SELECT * FROM detections").fetchall()
        assert [(one["upstream_id"], one["email"]) for one in row] == [(verdict["detection_id"], "leads@example.com")]
        assert error_of(run("wrong"))["error"] == "Invalid API key"


@pytest.mark.parametrize("language", ["python", "php", "rust"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_form_is_protected_and_open_while_gavel_is_away(language: str, slash: str, tmp_path: Path) -> None:
    with Gavel() as gavel:
        settings = settings_for(gavel, gavel.token("shop"), slash)
        with served(language, tmp_path, settings) as form, httpx.Client(timeout=20, verify=TLS) as visitor:
            assert send(visitor, form, language, HAM).status_code == 200
            spam = send(visitor, form, language, SPAM)
            assert spam.status_code == 403
            assert "This looks like spam." in spam.text
            with gavel.database() as database:
                rows = database.execute("SELECT * FROM detections ORDER BY id").fetchall()
            assert [bool(row["is_spam"]) for row in rows] == [False, True]
            assert {row["ip"][-4:] for row in rows} == {bytes([127, 0, 0, 1])}
            gavel.kill()
            away = send(visitor, form, language, SPAM)
            assert (away.status_code, "Thanks!" in away.text) == (200, True)


@pytest.mark.parametrize("language", ["python", "php", "rust"])
def test_a_form_is_open_beyond_the_limit(language: str, tmp_path: Path) -> None:
    with Gavel() as gavel:
        settings = settings_for(gavel, gavel.token("shop", "--per-minute", "1"))
        with served(language, tmp_path, settings) as form, httpx.Client(timeout=20, verify=TLS) as visitor:
            statuses = [send(visitor, form, language, SPAM).status_code for _ in range(2)]
    assert statuses == [403, 200]
