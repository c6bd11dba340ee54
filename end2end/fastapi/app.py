"""A small site whose forms and chat are protected."""

from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request, WebSocket, WebSocketDisconnect
from pydantic import BaseModel
from spam import SpamCheck, SpamVerdict, Submission, ask, check_spam, current_user, spam_api

app = FastAPI(title="A protected site", lifespan=spam_api)

Checked = Annotated[SpamVerdict, Depends(check_spam)]


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
async def sign_up(submission: Submission, verdict: Annotated[SpamVerdict, Depends(SpamCheck(threshold=25))]) -> Thanks:
    return keep(submission, verdict)


@app.post("/support")
async def support(submission: Submission, verdict: Annotated[SpamVerdict, Depends(SpamCheck(threshold=90))]) -> Thanks:
    return keep(submission, verdict)


# Accepted at once, judged afterwards: the visitor does not wait.
@app.post("/newsletter", status_code=202)
async def newsletter(submission: Submission, request: Request, tasks: BackgroundTasks) -> Thanks:
    async def judge() -> None:
        verdict = await ask(request.state.spam_api, "check-comment", **submission.model_dump())
        keep(submission, verdict)

    tasks.add_task(judge)
    return Thanks()


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
