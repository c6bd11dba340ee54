"""Spam protection for FastAPI: add `Depends(check_spam)` to a route, and it is protected.

Works with ActiveLayer and with Gavel, which speaks the same API: only ACTIVELAYER_BASE_URL and the key differ.
"""

import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypedDict

import httpx
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

log = logging.getLogger("uvicorn.error.spam")


class Submission(BaseModel):
    """What visitors send."""

    message: str = Field(min_length=1, max_length=100_000)
    email: str | None = Field(default=None, max_length=255)
    name: str | None = None


class SpamVerdict(BaseModel):
    """An answer of the API. What this model does not name is kept, too."""

    model_config = ConfigDict(extra="allow")

    detection_id: str | None = None
    is_spam: bool = False
    total_score: float = 0
    threshold: float = 50
    confidence: float | None = None
    signals: list[Any] = []


PASSED = SpamVerdict()
"""Stands in for a verdict that was not asked for, or did not come: the submission passes."""


class State(TypedDict):
    """What requests find in their `state`."""

    spam_api: httpx.AsyncClient


@asynccontextmanager
async def spam_api(_: FastAPI) -> AsyncIterator[State]:
    """The app's lifespan: one client, so that checks share its connections."""
    async with httpx.AsyncClient(
        base_url=os.environ.get("ACTIVELAYER_BASE_URL", "https://api.activelayer.com/api/v1"),
        headers={"Authorization": f"Bearer {os.environ['ACTIVELAYER_API_KEY']}", "Accept": "application/json"},
        timeout=float(os.environ.get("ACTIVELAYER_TIMEOUT", "5")),
        limits=httpx.Limits(max_connections=50, max_keepalive_connections=20),
    ) as client:
        yield {"spam_api": client}


async def ask(api: httpx.AsyncClient, endpoint: str = "check", **content: Any) -> SpamVerdict:
    """The verdict on a submission. When the service is away, slow or out of quota, the submission passes."""
    try:
        answer = await api.post(endpoint, json={name: value for name, value in content.items() if value})
        if answer.status_code == httpx.codes.OK:
            return SpamVerdict.model_validate_json(answer.content)
        log.warning("unchecked: the spam service answered %s", answer.status_code)
    except (httpx.HTTPError, ValidationError) as error:
        # The error's name only: its text may repeat what the visitor wrote.
        log.warning("unchecked: %s", type(error).__name__)
    return PASSED


async def current_user(
    login: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))],
) -> str | None:
    """Who is logged in. Put your own log-in here."""
    users = dict(pair.split(":") for pair in os.environ.get("APP_USERS", "").split() if pair)
    return users.get(login.credentials) if login else None


Hold = Callable[[Request, SpamVerdict, Submission], None]
"""Keeps a submission that is called spam, in case a moderator says otherwise."""


class SpamCheck:
    """The dependency. With a `threshold` (0 to 100), the route is stricter or more patient than the service's verdict."""

    def __init__(self, threshold: float | None = None, hold: Hold | None = None) -> None:
        self.threshold = threshold
        self.hold = hold

    async def __call__(
        self, submission: Submission, request: Request, user: Annotated[str | None, Depends(current_user)]
    ) -> SpamVerdict:
        if user:
            return PASSED
        visitor = {
            "ip": request.client and request.client.host,
            "user_agent": request.headers.get("user-agent"),
            "website_url": request.headers.get("referer"),
        }
        verdict = await ask(request.state.spam_api, **submission.model_dump(), **visitor)
        if self.is_blocked(verdict):
            if self.hold:
                self.hold(request, verdict, submission)
            log.info("blocked %s, %s points", verdict.detection_id, verdict.total_score)
            raise HTTPException(403, f"This looks like spam. If it is not, tell us this number: {verdict.detection_id}")
        return verdict

    def is_blocked(self, verdict: SpamVerdict) -> bool:
        if verdict.detection_id is None:
            return False
        return verdict.is_spam if self.threshold is None else verdict.total_score >= self.threshold


check_spam = SpamCheck()
