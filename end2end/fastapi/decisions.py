"""What moderators decide later. Gavel calls the app, signed, and a message that was held as spam is delivered after all.

Set the callback with `gavel callback set --site … --url https://…/gavel`, and GAVEL_CALLBACK_SECRET to the secret that it prints.
"""

import hashlib
import hmac
import os
import sqlite3
import time
from typing import Annotated

from fastapi import Header, HTTPException, Request
from pydantic import BaseModel, ConfigDict, ValidationError
from spam import Submission

FRESH = 300
"""How many seconds old a signature may be: an older request could be somebody's copy."""

KEPT = 30 * 86_400
"""For how many seconds a message is held."""


class Decision(BaseModel):
    """What stands now about a message. Of two about one message, the greater `version` counts."""

    model_config = ConfigDict(extra="allow")

    event: str
    detection_id: str
    is_spam: bool
    version: int


def is_signed(secret: str, header: str, body: bytes) -> bool:
    parts = dict(part.strip().split("=", 1) for part in header.split(",") if "=" in part)
    sent_at = parts.get("t", "")
    expected = hmac.new(secret.encode(), f"{sent_at}.".encode() + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(parts.get("v1", "").encode(), expected.encode()):
        return False
    return abs(time.time() - int(sent_at)) <= FRESH


async def decision_of_gavel(request: Request, gavel_signature: Annotated[str, Header()] = "") -> Decision:
    """The dependency: the body of a request that is Gavel's and fresh."""
    body = await request.body()
    if not is_signed(os.environ["GAVEL_CALLBACK_SECRET"], gavel_signature, body):
        raise HTTPException(401, "The signature is wrong or too old")
    try:
        return Decision.model_validate_json(body)
    except ValidationError as error:
        raise HTTPException(400, "This is no decision") from error


class Held:
    """Messages that were called spam, in a file of SQLite: put your own database here."""

    def __init__(self, path: str) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute(
            """CREATE TABLE IF NOT EXISTS held (
                detection_id TEXT PRIMARY KEY, submission TEXT NOT NULL, held_at REAL NOT NULL, version INTEGER NOT NULL DEFAULT 0
            )"""
        )

    def hold(self, detection_id: str, submission: Submission) -> None:
        self._database.execute("DELETE FROM held WHERE held_at < ?", (time.time() - KEPT,))
        self._database.execute(
            "INSERT OR IGNORE INTO held (detection_id, submission, held_at) VALUES (?, ?, ?)",
            (detection_id, submission.model_dump_json(), time.time()),
        )

    def freed_by(self, decision: Decision) -> Submission | None:
        """The message that is to be delivered now, if it is held and nothing newer was decided. Call `forget` once it is."""
        found = self._database.execute(
            "UPDATE held SET version = ? WHERE detection_id = ? AND version <= ? AND held_at >= ? RETURNING submission",
            (decision.version, decision.detection_id, decision.version, time.time() - KEPT),
        ).fetchone()
        return Submission.model_validate_json(found[0]) if found and not decision.is_spam else None

    def forget(self, detection_id: str) -> None:
        self._database.execute("DELETE FROM held WHERE detection_id = ?", (detection_id,))
