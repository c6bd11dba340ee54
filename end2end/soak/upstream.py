"""An ActiveLayer that has bad days, and remembers what it was asked and told."""

import json
import random
import threading
import time
import uuid
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

from fixtures.upstream import STATS, VERIFY, Server

MOODS = ("well", "slow", "fails", "busy", "hangs", "gone")
"""What it can be like; `gone` refuses connections."""


def is_spam(message: str) -> bool:
    """The verdict, which the message decides: asked twice, it is the same."""
    return " offer " in message


class MoodyUpstream:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.mood = "well"
        self.asked: dict[str, int] = {}
        """How often it was asked about a message."""
        self.words: dict[str, list[bool]] = {}
        """What it was told about a detection, in order."""
        self._lock = threading.Lock()
        self._port = 0
        self._server: Server | None = None
        self.become("well")

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/api/v1"

    def become(self, mood: str) -> None:
        self.mood = mood
        if mood == "gone":
            self._close()
        elif not self._server:
            server = self._server = Server(("127.0.0.1", self._port), handler(self))
            server.daemon_threads = True
            self._port = server.server_port
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def _close(self) -> None:
        if server := self._server:
            self._server = None
            server.shutdown()
            server.server_close()
            server.hang_up()

    def close(self) -> None:
        self.become("gone")

    def answer(self, endpoint: str, body: Any) -> tuple[int, bytes]:
        match self.mood:
            case "slow":
                time.sleep(self.chance.uniform(0.05, 0.5))
            case "fails":
                return 500, b'{"error":"Internal server error"}'
            case "busy":
                return 429, b'{"error":"Rate limit exceeded","message":"Too many requests"}'
            case "hangs":
                time.sleep(5)
        if endpoint in ("check", "check-comment"):
            return 200, self._verdict(body["message"])
        if endpoint == "feedback":
            return 200, self._word(body)
        return 200, STATS if endpoint == "stats" else VERIFY

    def _verdict(self, message: str) -> bytes:
        with self._lock:
            self.asked[message] = self.asked.get(message, 0) + 1
        spam = is_spam(message)
        return json.dumps(
            {
                "detection_id": str(uuid.uuid4()), "is_spam": spam, "total_score": 90.5 if spam else 3.25,
                "threshold": 50.0, "execution_time": 1.5, "timestamp": "2025-02-15T11:32:18.214Z",
            }
        ).encode()  # fmt: skip

    def _word(self, body: Any) -> bytes:
        with self._lock:
            self.words.setdefault(body["detection_id"], []).append(body["is_spam"])
        data = {
            "detection_id": body["detection_id"],
            "user_status": body["is_spam"],
            "queued_at": "2025-02-15T11:36:42.055Z",
        }
        return json.dumps({"success": True, "message": "Feedback submitted", "data": data}).encode()


def handler(upstream: MoodyUpstream) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_any(self) -> None:
            text = self.rfile.read(int(self.headers.get("content-length", 0)))
            endpoint = self.path.split("?")[0].rpartition("/")[2]
            status, body = upstream.answer(endpoint, json.loads(text or b"{}"))
            with suppress(OSError):
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        do_GET = do_POST = do_any

        def log_message(self, *_: object) -> None:
            pass

    return Handler
