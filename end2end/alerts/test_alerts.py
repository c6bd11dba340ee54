"""Alerts leave the house: by signed webhook and by SMTP, once when they open and once when they are over."""

import json
import time
from collections.abc import Callable
from html import unescape
from re import search

import httpx
import pytest

from fixtures.programs import Gavel
from fixtures.receivers import Mailbox, Webhook
from fixtures.services import TLS
from fixtures.upstream import KEY, STATS, Upstream

# The mail server of the tests is on this machine.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

EMAIL, PASSWORD = "ana@example.com", "correct horse battery"


def usage(used: int) -> bytes:
    """What `/stats` says of a month's plan of 1,000."""
    answer = json.loads(STATS)
    answer["data"]["usage"] = {
        "total_requests": 1000, "used_requests": used, "remaining_requests": 1000 - used,
        "usage_percentage": used / 10,
    }  # fmt: skip
    return json.dumps(answer).encode()


def until(what: str, holds: Callable[[], object], seconds: float = 60) -> None:
    """Waits until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"never came: {what}"
        time.sleep(0.05)


class Desk:
    """An administrator's browser without JavaScript."""

    def __init__(self, gavel: Gavel) -> None:
        self.http = httpx.Client(base_url=gavel.origin, timeout=20, verify=TLS, headers={"sec-fetch-site": "same-origin"})
        assert self.http.post("/login", data={"email": EMAIL, "password": PASSWORD}).status_code == 303

    def save(self, url: str) -> str | None:
        """Sets the webhook; gives the secret if a new one is shown."""
        form = {"rules[quota_marks]": "80, 100", "rules[upstream]": "on", "rules[email]": "on", "rules[webhook_url]": url}
        page = self.http.post("/settings", data=form, headers={"accept": "text/html"})
        assert page.status_code == 200, page.text
        found = search(r"gvlwh_[0-9a-f]+", page.text)
        return found and found[0]

    def page(self, path: str) -> str:
        answer = self.http.get(path, headers={"accept": "text/html"})
        assert answer.status_code == 200
        return unescape(answer.text)

    def test(self, channel: str) -> None:
        answer = self.http.post("/fn/alerts/test", data={"channel": channel})
        assert answer.status_code == 200, answer.text

    def close(self) -> None:
        self.http.close()


@pytest.fixture
def upstream():
    with Upstream() as upstream:
        yield upstream


def pending(gavel: Gavel) -> int:
    """Deliveries that are not known to have arrived."""
    with gavel.database() as database:
        return database.execute("SELECT count(*) FROM alert_deliveries WHERE state = 'pending'").fetchone()[0]


def test_an_alert_is_told_once_and_is_over_once_across_restarts(upstream: Upstream) -> None:
    upstream.answer("stats", 200, usage(100))
    with Webhook() as webhook, Mailbox() as mailbox:
        flags = [
            "--usage-poll-interval", "10s", "--smtp-server", f"127.0.0.1:{mailbox.port}", "--smtp-tls", "none",
            "--smtp-user", Mailbox.USER, "--smtp-password", Mailbox.PASSWORD,
            "--alert-mail-from", "Gavel <gavel@example.com>", "--alert-mail-to", "ops@example.com,lead@example.com",
        ]  # fmt: skip
        with Gavel(*flags, upstream=upstream.base_url, upstream_key=KEY) as gavel:
            gavel.command("user", "add", "--email", EMAIL, "--role", "admin", "--password-stdin", told=PASSWORD)
            desk = Desk(gavel)
            secret = desk.save(webhook.url)
            assert secret, "a new address has a new secret"
            assert desk.save(webhook.url) is None, "which is shown once"
            assert secret not in desk.page("/settings")

            # The buttons.
            desk.test("webhook")
            desk.test("email")
            assert [post.told for post in webhook.taken] == [("test", "")]
            assert webhook.taken[0].is_signed_by(secret) and not webhook.taken[0].is_signed_by("another")
            assert mailbox.subjects == ["Gavel: a test"]

            # It opens; the receiver is down at first, and hears of it later.
            webhook.refusals = 2
            upstream.answer("stats", 200, usage(850))
            until("the letter", lambda: "Gavel: Quota" in mailbox.subjects)
            assert "85 % of the quota is used" in desk.page("/")
            assert "85 % of the quota is used" in desk.page("/health")
            gavel.stop()
            gavel.start()
            until("the webhook", lambda: len(webhook.taken) == 2)
            assert [post.told for post in webhook.refused] == [("alert.opened", "quota_mark")] * 2
            opened = webhook.taken[1]
            assert opened.told == ("alert.opened", "quota_mark") and opened.is_signed_by(secret)
            assert {post.headers["gavel-delivery"] for post in webhook.refused} == {opened.headers["gavel-delivery"]}
            assert opened.json["alert"]["advice"] and opened.json["alert"]["since"] and not opened.json["alert"]["over"]

            # It lasts through a crash, and nothing is told again, once it is noted that it was.
            until("the note", lambda: pending(gavel) == 0)
            gavel.kill()
            gavel.start()
            asked = len(upstream.asked("stats"))
            until("two more polls", lambda: len(upstream.asked("stats")) >= asked + 2)

            # It is over.
            upstream.answer("stats", 200, usage(700))
            until("the end by webhook", lambda: len(webhook.taken) == 3)
            until("the end by letter", lambda: len(mailbox.letters) == 3)
            gavel.stop()
            gavel.start()
            asked = len(upstream.asked("stats"))
            until("two more polls", lambda: len(upstream.asked("stats")) >= asked + 2)
            assert webhook.taken[2].told == ("alert.cleared", "quota_mark") and webhook.taken[2].is_signed_by(secret)
            assert len(webhook.taken) == 3 and len(webhook.refused) == 2
            assert mailbox.subjects == ["Gavel: a test", "Gavel: Quota", "Gavel: over: Quota"]

            letter = mailbox.letters[1]
            assert letter["from"] == "Gavel <gavel@example.com>"
            assert letter["to"] == "ops@example.com, lead@example.com"
            text = letter.get_payload(decode=True).decode()
            assert "850 of 1,000 checks" in text and "What to do:" in text and "Since " in text
            desk.close()
            for secret_word in (secret, Mailbox.PASSWORD, "in-the-address"):
                assert secret_word not in gavel.output, "secrets are not logged"


def test_a_mail_server_that_refuses_is_named_at_the_button(upstream: Upstream) -> None:
    with Mailbox() as mailbox:
        flags = [
            "--smtp-server", f"127.0.0.1:{mailbox.port}", "--smtp-tls", "none", "--smtp-user", Mailbox.USER,
            "--smtp-password", "wrong", "--alert-mail-to", "ops@example.com", "--alert-mail-from", "gavel@example.com",
        ]  # fmt: skip
        with Gavel(*flags) as gavel:
            gavel.command("user", "add", "--email", EMAIL, "--role", "admin", "--password-stdin", told=PASSWORD)
            desk = Desk(gavel)
            answer = desk.http.post("/fn/alerts/test", data={"channel": "email"})
            assert answer.status_code == 422
            assert "The test did not arrive: the mail server said:" in answer.text and "wrong" not in answer.text
            answer = desk.http.post("/fn/alerts/test", data={"channel": "webhook"})
            assert answer.status_code == 422 and "Set and save an address first" in answer.text
            desk.close()
            assert not mailbox.letters
