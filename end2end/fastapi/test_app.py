"""The app as its visitors find it: uvicorn and real HTTP, in front of a running Gavel."""

import hashlib
import hmac
import json
import os
import signal
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from fixtures.programs import Engine, Gavel, Uvicorn
from fixtures.services import HAM, SPAM, TLS
from fixtures.upstream import KEY, Upstream
from fixtures.waiting import until
from soak.people import Moderator

JANE = {"Authorization": "Bearer janes-secret"}
TIMEOUT = 1.0
"""How long the app waits for a verdict where a test lets it wait, in seconds."""


SECRET = "signs what Gavel sends"


@contextmanager
def site(base_url: str, token: str, timeout: float = 10) -> Iterator[tuple[httpx.Client, Uvicorn]]:
    settings = {"ACTIVELAYER_BASE_URL": base_url, "ACTIVELAYER_API_KEY": token, "ACTIVELAYER_TIMEOUT": str(timeout)}
    with tempfile.TemporaryDirectory(prefix="held-") as folder:
        settings |= {"GAVEL_CALLBACK_SECRET": SECRET, "HELD_MESSAGES": f"{folder}/held.db"}
        with Uvicorn("app:app", Path(__file__).parent, APP_USERS="janes-secret:jane", **settings) as server:
            with httpx.Client(base_url=server.origin, timeout=20, verify=TLS) as visitor:
                yield visitor, server


@pytest.fixture(scope="module")
def house() -> Iterator[tuple[httpx.Client, Gavel]]:
    """The app in front of Gavel in front of an upstream."""
    with Engine() as engine, Gavel(upstream=engine.base_url) as gavel:
        with site(gavel.base_url, gavel.token("site")) as (visitor, _):
            yield visitor, gavel


@pytest.mark.parametrize("form", ["contact", "reviews", "signup", "support"])
def test_one_dependency_protects_several_routes(house: tuple[httpx.Client, Gavel], form: str) -> None:
    visitor, gavel = house
    thanks = visitor.post(form, json={"message": HAM})
    assert thanks.status_code == 200
    assert thanks.json()["detection_id"]
    blocked = visitor.post(form, json={"message": SPAM, "email": "leads@cheap-leads.biz"})
    assert blocked.status_code == 403
    with gavel.database() as database:
        number = blocked.json()["detail"].rpartition(" ")[2]
        row = database.execute("SELECT * FROM detections WHERE upstream_id = ?", (number,)).fetchone()
        assert (row["is_spam"], row["email"], row["site"]) == (1, "leads@cheap-leads.biz", "shop.example.com")


def test_the_visitors_address_and_browser_are_sent_along(house: tuple[httpx.Client, Gavel]) -> None:
    visitor, gavel = house
    headers = {"User-Agent": "Mozilla/5.0 (a visitor)", "Referer": "https://site.example.com/contact"}
    number = visitor.post("contact", json={"message": HAM}, headers=headers).json()["detection_id"]
    with gavel.database() as database:
        row = database.execute(
            "SELECT * FROM detections d JOIN detection_contents c ON c.detection_id = d.id WHERE d.upstream_id = ?",
            (number,),
        ).fetchone()
    assert (row["user_agent"], row["website_url"]) == (headers["User-Agent"], headers["Referer"])
    assert row["ip"][-4:] == bytes([127, 0, 0, 1])


def test_who_is_logged_in_is_not_checked(house: tuple[httpx.Client, Gavel]) -> None:
    visitor, gavel = house
    before = gavel.count()
    thanks = visitor.post("contact", json={"message": SPAM}, headers=JANE)
    assert (thanks.status_code, thanks.json()) == (200, {"detection_id": None})
    assert gavel.count() == before


@pytest.mark.parametrize("body", [{}, {"message": ""}, {"message": 7}, {"message": HAM, "email": "x" * 300}], ids=str)
def test_what_the_site_itself_refuses_costs_no_check(house: tuple[httpx.Client, Gavel], body: Any) -> None:
    visitor, gavel = house
    before = gavel.count()
    assert visitor.post("contact", json=body).status_code == 422
    assert gavel.count() == before


def test_a_background_task_judges_after_the_answer(house: tuple[httpx.Client, Gavel]) -> None:
    visitor, _ = house
    message = f"{SPAM} (the newsletter)"
    answer = visitor.post("newsletter", json={"message": message})
    assert (answer.status_code, answer.json()) == (202, {"detection_id": None})

    def judged() -> list[bool]:
        kept = visitor.get("kept", headers=JANE).json()
        return [one["verdict"]["is_spam"] for one in kept if one["submission"]["message"] == message]

    give_up = time.monotonic() + 20
    while not judged() and time.monotonic() < give_up:
        pass
    assert judged() == [True]


def test_a_websocket_is_protected(house: tuple[httpx.Client, Gavel]) -> None:
    visitor, gavel = house
    before = gavel.count()
    with connect(f"ws://{visitor.base_url.netloc.decode()}/chat") as chat:
        for message, is_spam in ((HAM, False), (SPAM, True), (HAM, False)):
            chat.send(message)
            assert json.loads(chat.recv(10)) == {"message": None if is_spam else message, "blocked": is_spam}
    assert gavel.count() == before + 3


def test_verdicts_keep_what_the_model_does_not_name(house: tuple[httpx.Client, Gavel]) -> None:
    visitor, _ = house
    number = visitor.post("contact", json={"message": HAM}).json()["detection_id"]
    assert visitor.get("kept").status_code == 401
    kept = visitor.get("kept", headers=JANE).json()
    verdict = next(one["verdict"] for one in kept if one["verdict"]["detection_id"] == number)
    assert isinstance(verdict["signals"], list) and isinstance(verdict["confidence"], float)
    assert {"execution_time", "timestamp", "content_analysis"} <= set(verdict)


def test_the_verdict_is_in_the_apps_own_documentation(house: tuple[httpx.Client, Gavel]) -> None:
    visitor, _ = house
    fields = visitor.get("openapi.json").json()["components"]["schemas"]["SpamVerdict"]["properties"]
    assert {"detection_id", "is_spam", "total_score", "threshold", "confidence", "signals"} == set(fields)


def decide(visitor: httpx.Client, secret: str = SECRET, age: int = 0, **decision: Any) -> int:
    """Calls the app as Gavel does."""
    body = json.dumps({"event": "label", **decision}).encode()
    at = int(time.time()) - age
    tag = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return visitor.post("gavel", content=body, headers={"gavel-signature": f"t={at},v1={tag}"}).status_code


def delivered(visitor: httpx.Client, number: str) -> list[str]:
    kept = visitor.get("kept", headers=JANE).json()
    return [one["submission"]["message"] for one in kept if one["verdict"]["detection_id"] == number]


def block(visitor: httpx.Client) -> str:
    blocked = visitor.post("contact", json={"message": SPAM})
    assert blocked.status_code == 403
    return blocked.json()["detail"].rpartition(" ")[2]


def test_what_was_blocked_is_delivered_when_a_moderator_says_that_it_is_no_spam() -> None:
    with Gavel("--feedback-undo", "0s", "--callback-hosts", "any") as gavel:
        with site(gavel.base_url, gavel.token("site")) as (visitor, server):
            number = block(visitor)
            set_up = ("callback", "set", "--site", "shop.example.com", "--callback-hosts", "any", "--url")
            server.stop()
            server.settings["GAVEL_CALLBACK_SECRET"] = gavel.command(*set_up, f"{server.origin}/gavel").splitlines()[-1]
            server.start()
            with gavel.database() as database:
                row = database.execute("SELECT id FROM detections WHERE upstream_id = ?", (number,)).fetchone()["id"]
            assert delivered(visitor, number) == []
            with closing(Moderator("ana", "held", gavel)) as moderator:
                assert moderator.call("labels/rows", {"one": f"ham:{row}~0"})
                until("the message", lambda: delivered(visitor, number) == [SPAM], 15)


def test_only_what_gavel_signed_just_now_delivers(house: tuple[httpx.Client, Gavel]) -> None:
    visitor, _ = house
    number = block(visitor)
    ham = {"detection_id": number, "is_spam": False, "version": 7}
    assert decide(visitor, secret="another secret", **ham) == 401
    assert decide(visitor, age=400, **ham) == 401
    assert decide(visitor, age=-400, **ham) == 401
    for forged in ("", "t=1", "v1=00", "t=1,v1=" + "0" * 64, "t=x,v1=é"):
        headers = {"gavel-signature": forged.encode()}
        assert visitor.post("gavel", json={**ham, "event": "label"}, headers=headers).status_code == 401, forged
    assert delivered(visitor, number) == []
    assert decide(visitor, is_spam=True, version=8, detection_id=number) == 204
    assert decide(visitor, **ham) == 204
    assert delivered(visitor, number) == [], "an older decision came later"
    assert [decide(visitor, is_spam=False, version=9, detection_id=number) for _ in range(2)] == [204, 204]
    assert delivered(visitor, number) == [SPAM], "once, though the decision came twice"


def test_a_message_is_held_for_thirty_days() -> None:
    with Gavel() as gavel, site(gavel.base_url, gavel.token("site")) as (visitor, server):
        for age, found in ((29, [SPAM]), (31, [])):
            number = block(visitor)
            with closing(sqlite3.connect(server.settings["HELD_MESSAGES"])) as held, held:
                held.execute("UPDATE held SET held_at = held_at - ? WHERE detection_id = ?", (age * 86_400, number))
            assert decide(visitor, detection_id=number, is_spam=False, version=1) == 204
            assert delivered(visitor, number) == found, f"after {age} days"
        block(visitor)
        with closing(sqlite3.connect(server.settings["HELD_MESSAGES"])) as held:
            assert held.execute("SELECT count(*) FROM held").fetchone() == (1,), "what is older is deleted"


@pytest.mark.parametrize(
    ("score", "is_spam", "blocked"),
    [(10, False, set()), (40, False, {"signup"}), (60, True, {"contact", "signup"}), (95, True, {"contact", "signup", "support"})],
)  # fmt: skip
def test_routes_have_thresholds_of_their_own(score: int, is_spam: bool, blocked: set[str]) -> None:
    with ExitStack() as stack:
        upstream = stack.enter_context(Upstream())
        verdict = {"detection_id": "d", "is_spam": is_spam, "total_score": score, "threshold": 50}
        body = json.dumps({**verdict, "execution_time": 1, "timestamp": "2025-02-15T11:34:09Z"})
        upstream.answer("check", 200, body.encode())
        gavel = stack.enter_context(Gavel(upstream=upstream.base_url, upstream_key=KEY))
        visitor, _ = stack.enter_context(site(gavel.base_url, gavel.token("site")))
        refused = {
            form for form in ("contact", "signup", "support") if visitor.post(form, json={"message": "?"}).is_error
        }
    assert refused == blocked


def test_submissions_pass_while_the_service_is_away_and_are_checked_again_after() -> None:
    with Gavel() as gavel, site(gavel.base_url, gavel.token("site")) as (visitor, server):
        assert visitor.post("contact", json={"message": SPAM}).status_code == 403
        gavel.kill()
        away = visitor.post("contact", json={"message": SPAM})
        assert (away.status_code, away.json()) == (200, {"detection_id": None})
        with connect(f"ws://{server.address}/chat") as chat:
            chat.send(SPAM)
            assert json.loads(chat.recv(10)) == {"message": SPAM, "blocked": False}
        assert server.says("unchecked: ConnectError"), server.output
        gavel.start()
        assert visitor.post("contact", json={"message": SPAM}).status_code == 403
        assert SPAM not in server.output


def test_submissions_pass_while_the_service_is_slow() -> None:
    with Gavel() as gavel, site(gavel.base_url, gavel.token("site"), TIMEOUT) as (visitor, server):
        os.kill(gavel.process.pid, signal.SIGSTOP)
        try:
            slow = visitor.post("contact", json={"message": SPAM})
        finally:
            os.kill(gavel.process.pid, signal.SIGCONT)
        assert (slow.status_code, slow.json()) == (200, {"detection_id": None})
        assert server.says("unchecked: ReadTimeout"), server.output


def test_the_site_never_waits_long_for_an_upstream_that_hangs() -> None:
    """Gavel answers for it within the app's 5 s, and keeps the submission to be judged later."""
    with Upstream() as upstream, Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
        upstream.hang()
        with site(gavel.base_url, gavel.token("site"), timeout=5) as (visitor, server):
            refused = visitor.post("contact", json={"message": SPAM})
            assert refused.status_code == 403, "the embedded detector's verdict, and not the app's own fallback"
            assert "unchecked" not in server.output
        assert gavel.count() == 1
        upstream.recover()


def test_submissions_pass_beyond_the_limit_of_the_token() -> None:
    with Gavel() as gavel, site(gavel.base_url, gavel.token("site", "--per-minute", "2")) as (visitor, server):
        statuses = [visitor.post("contact", json={"message": SPAM}).status_code for _ in range(3)]
        assert statuses == [403, 403, 200]
        assert server.says("unchecked: the spam service answered 429"), server.output
        assert gavel.count() == 2


def test_submissions_pass_when_the_key_is_refused() -> None:
    with Gavel() as gavel, site(gavel.base_url, "wrong") as (visitor, server):
        assert visitor.post("contact", json={"message": SPAM}).status_code == 200
        assert server.says("unchecked: the spam service answered 401"), server.output
