"""What must hold when much comes at once, when Gavel is stopped, and when it is killed."""

import socket
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from fixtures.waiting import until
from fixtures.programs import Gavel, environment
from fixtures.programs import gavel as gavel_command
from fixtures.services import HAM, SPAM, Service, client, serve
from fixtures.upstream import CHECK, KEY, Upstream

CALLERS = 20

OPENINGS = [
    "Hey team, attached is the weekly report.",
    "Thank you for the recipe, my roses have never looked better.",
    "We grow the same variety of tomatoes up here in Leeds.",
    "I tried this last February and lost two bushes.",
    "Copper tape kept the slugs away from my lettuce for a whole summer.",
    "The meeting on Thursday is moved to the small room upstairs.",
    "My order arrived yesterday, but one of the cups was broken.",
    "Your article helped me to understand why the dough did not rise.",
    "The bus was late again this morning, so I walked to school.",
    "Could you tell me when the library is open in August?",
]
RESTS = [
    "Let me know if you need any follow-up data.",
    "Do you think that it is because of the frost?",
    "My neighbour says that it was the same in his garden.",
    "I shall write again when I am back home on Sunday.",
    "Perhaps somebody here has seen the same and knows what to do.",
]


def at_once(count: int, ask) -> list[httpx.Response]:
    """Many callers, each with what `ask` makes of its number."""
    with ThreadPoolExecutor(CALLERS) as callers:
        return list(callers.map(ask, range(count)))


def test_the_months_quota_is_spent_once_by_callers_who_come_together(kind: str) -> None:
    quota = "--embedded-quota" if kind == "embedded" else "--monthly-quota"
    with serve(kind, quota, "30", token_flags=("--fallback", "reject")) as service:
        answers = at_once(60, lambda number: service.check(f"{HAM} {number}"))
        statuses = [answer.status_code for answer in answers]
        assert (statuses.count(200), statuses.count(429)) == (30, 30)
        usage = service.http.get("stats").json()["data"]["usage"]
        assert (usage["used_requests"], usage["remaining_requests"]) == (30, 0)


def test_the_minutes_limit_is_spent_once_by_callers_who_come_together(kind: str) -> None:
    limit = {"per_minute": "2"} if kind == "engine" else {"token_flags": ("--per-minute", "2")}
    with serve(kind, **limit) as service:
        statuses = [answer.status_code for answer in at_once(40, lambda _: service.http.get("verify"))]
    # One comes back after half a minute.
    assert statuses.count(200) == 2
    assert statuses.count(429) == 38


def test_parallel_checks_get_verdicts_and_rows_of_their_own(service: Service) -> None:
    # Each harmless message says something else: one text that comes fifty times is a wave, and rightly suspect.
    harmless = iter(f"{opening} {rest}" for opening in OPENINGS for rest in RESTS)
    messages = [f"{SPAM} {number}" if number % 2 else next(harmless) for number in range(100)]
    answers = at_once(len(messages), lambda number: service.check(messages[number]))
    wrong = [
        (message, answer.text)
        for message, answer in zip(messages, answers, strict=True)
        if answer.json()["is_spam"] != message.startswith(SPAM)
    ]
    assert wrong == []
    assert len({answer.json()["detection_id"] for answer in answers}) == len(messages)
    if isinstance(service.program, Gavel):
        assert [service.program.row(answer)["message"] for answer in answers] == messages


@pytest.mark.parametrize("kind", ["gateway", "embedded"])
def test_what_was_answered_is_in_the_log_after_a_crash(kind: str) -> None:
    with serve(kind) as service:
        gavel = service.program
        assert isinstance(gavel, Gavel)
        answered = threading.Semaphore(0)

        def ask(number: int) -> httpx.Response | None:
            try:
                answer = service.check(f"{HAM} {number}")
            except httpx.HTTPError:
                return None
            answered.release()
            return answer

        with ThreadPoolExecutor(CALLERS) as callers:
            asked = [callers.submit(ask, number) for number in range(2000)]
            for _ in range(200):
                assert answered.acquire(timeout=20)
            gavel.kill()
        answers = {number: answer for number, one in enumerate(asked) if (answer := one.result())}
        assert 200 <= len(answers) < 2000
        gavel.start()
        for number, answer in answers.items():
            assert gavel.row(answer)["message"] == f"{HAM} {number}"
        assert service.check().status_code == 200
        # What the crash left without its verdict gets one.
        until("every verdict", lambda: gavel.count("WHERE judged_by = 'fallback'") == 0)


def test_who_waits_is_answered_when_gavel_is_stopped() -> None:
    with Upstream() as upstream, Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
        with client(gavel.base_url, gavel.token("shop")) as http, ThreadPoolExecutor(CALLERS) as callers:
            upstream.hang()
            asked = [callers.submit(http.post, "check", json={"message": SPAM}) for _ in range(5)]
            until("the requests", lambda: len(upstream.asked("check")) == 5)
            stopped = callers.submit(gavel.stop)
            until("the word", lambda: "stopping" in gavel.output)
            upstream.recover()
            assert [one.result().content for one in asked] == [CHECK] * 5
            stopped.result()
        assert gavel.count() == 5


def test_gavel_is_not_its_own_upstream(tmp_path: Path) -> None:
    """Started where an app's environment is set, which names Gavel."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    told = environment() | {"ACTIVELAYER_BASE_URL": f"http://{address}/api/v1", "ACTIVELAYER_API_KEY": "gvl_x"}
    command = gavel_command("serve", "--listen", address, "--database", "sqlite://gavel.db")
    done = subprocess.run(command, cwd=tmp_path, env=told, capture_output=True, text=True, timeout=20)
    assert done.returncode != 0
    assert f"http://{address}/api/v1 is this Gavel itself" in done.stderr


@pytest.mark.parametrize(("fallback", "is_spam"), [("pass", False), ("engine", True)])
def test_what_a_site_wants_while_the_upstream_is_away(fallback: str, is_spam: bool) -> None:
    with Upstream() as upstream, Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
        upstream.answer("check", 500, b"")
        with client(gavel.base_url, gavel.token("shop", "--fallback", fallback)) as http:
            answer = http.post("check", json={"message": SPAM})
            assert (answer.status_code, answer.json()["is_spam"]) == (200, is_spam)
            assert gavel.row(answer)["judged_by"] == "fallback"
            upstream.recover()
            until("the verdict", lambda: gavel.row(answer)["judged_by"] == "activelayer")
