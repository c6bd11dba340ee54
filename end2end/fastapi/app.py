"""A small site whose forms and chat are protected. What was blocked is held, and delivered if a moderator says that it is no spam."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from decisions import Decision, Held, decision_of_gavel
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request, WebSocket, WebSocketDisconnect
from pydantic import BaseModel
from spam import SpamCheck, SpamVerdict, Submission, ask, current_user, spam_api


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    async with spam_api(app) as state:
        yield {**state, "held": Held(os.environ.get("HELD_MESSAGES", "held.db"))}


def hold(request: Request, verdict: SpamVerdict, submission: Submission) -> None:
    if verdict.detection_id:
        request.state.held.hold(verdict.detection_id, submission)


app = FastAPI(title="A protected site", lifespan=lifespan)

Checked = Annotated[SpamVerdict, Depends(SpamCheck(hold=hold))]


class Thanks(BaseModel):
    detection_id: str | None = None


class Kept(BaseModel):
    """A submission with its verdict, for those who look after the site."""

    submission: Submission
    verdict: SpamVerdict


kept: list[Kept] = []
"""In place of a database."""


def keep(submission: Submission, verdict: SpamVerdict) -> Thanks:
    kept.append(Kept(submission=submission, verdict=verdict))
    return Thanks(detection_id=verdict.detection_id)


@app.post("/contact")
async def contact(submission: Submission, verdict: Checked) -> Thanks:
    return keep(submission, verdict)


@app.post("/reviews")
async def review(submission: Submission, verdict: Checked) -> Thanks:
    return keep(submission, verdict)


# Strangers who want an account are looked at more closely than customers who ask for help.
@app.post("/signup")
async def sign_up(submission: Submission, verdict: Annotated[SpamVerdict, Depends(SpamCheck(25, hold))]) -> Thanks:
    return keep(submission, verdict)


@app.post("/support")
async def support(submission: Submission, verdict: Annotated[SpamVerdict, Depends(SpamCheck(90, hold))]) -> Thanks:
    return keep(submission, verdict)


# Accepted at once, judged afterwards: the visitor does not wait.
@app.post("/newsletter", status_code=202)
async def newsletter(submission: Submission, request: Request, tasks: BackgroundTasks) -> Thanks:
    async def judge() -> None:
        verdict = await ask(request.state.spam_api, "check-comment", **submission.model_dump())
        keep(submission, verdict)

    tasks.add_task(judge)
    return Thanks()


# Gavel's callback.
@app.post("/gavel", status_code=204)
async def decided(decision: Annotated[Decision, Depends(decision_of_gavel)], request: Request) -> None:
    if submission := request.state.held.freed_by(decision):
        keep(submission, SpamVerdict(detection_id=decision.detection_id, is_spam=False))
        request.state.held.forget(decision.detection_id)


@app.websocket("/chat")
async def chat(socket: WebSocket) -> None:
    await socket.accept()
    try:
        while True:
            message = await socket.receive_text()
            ip = socket.client and socket.client.host
            verdict = await ask(socket.state.spam_api, "check-comment", message=message, ip=ip)
            await socket.send_json({"message": None if verdict.is_spam else message, "blocked": verdict.is_spam})
    except WebSocketDisconnect:
        pass


@app.get("/kept")
async def everything(user: Annotated[str | None, Depends(current_user)]) -> list[Kept]:
    if user is None:
        raise HTTPException(401, "Log in first")
    return kept
