"""`contrib/wordpress/gavel.php` in a real WordPress: comments are judged, and decisions reach the other side."""

import hashlib
import hmac
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from fixtures.programs import Gavel
from fixtures.upstream import KEY
from fixtures.waiting import until
from soak.people import Moderator
from wordpress.site import Draft, Site
from wordpress.test_wordpress import HAM, SPAM, Judge

PLUGIN = Path(__file__).parents[2] / "contrib/wordpress/gavel.php"
NAME = "blog.example.com"


@dataclass
class Blog:
    """A WordPress with the plugin, the Gavel behind it, and a moderator of each."""

    site: Site
    gavel: Gavel
    upstream: Judge
    moderator: Moderator
    secret: str

    def comment(self, draft: Draft) -> dict[str, Any]:
        """A visitor comments; gives what WordPress kept of it."""
        post = self.site.post(f"Roses, {time.monotonic_ns()}")
        self.site.comment(post, draft)
        (kept,) = [one for status in ("approve", "hold", "spam") for one in self.listed(post["id"], status)]
        return kept

    def listed(self, post: int, status: str) -> list[dict[str, Any]]:
        which = {"post": post, "status": status, "context": "edit"}
        return self.site.rest("GET", "comments", params=which).json()

    def now(self, comment: dict[str, Any]) -> dict[str, Any]:
        return self.site.rest("GET", f"comments/{comment['id']}", params={"context": "edit"}).json()

    def row(self, comment: dict[str, Any]) -> Any:
        """What Gavel's log has of it, by the name that the plugin gave."""
        with self.gavel.database() as database:
            return database.execute(
                """SELECT d.id, d.version, d.app_word, d.upstream_id, d.is_spam
                   FROM detections d JOIN detection_contents c ON c.detection_id = d.id
                   WHERE json_extract(c.extra, '$.external_id') = ?""",
                (f"comment-{comment['id']}",),
            ).fetchone()

    def label(self, comment: dict[str, Any], label: str) -> None:
        row = self.row(comment)
        done = self.moderator.call("labels/rows", {"one": f"{label}:{row['id']}~{row['version']}"})
        assert done is not None and done.status_code == 200, done and done.text

    def call(self, decision: dict[str, Any], secret: str, age: int = 0) -> httpx.Response:
        """A request like Gavel's."""
        body, at = json.dumps(decision).encode(), int(time.time()) - age
        tag = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        return self.site.http.post("/wp-json/gavel/v1/decisions", content=body, headers={"gavel-signature": f"t={at},v1={tag}"})


@pytest.fixture(scope="module")
def blog(site: Site) -> Iterator[Blog]:
    with ExitStack() as stack:
        upstream = stack.enter_context(Judge())
        flags = ("--feedback-undo", "1s", "--callback-hosts", "any")
        gavel = stack.enter_context(Gavel(*flags, upstream=upstream.base_url, upstream_key=KEY))
        hook = f"{site.origin}/wp-json/gavel/v1/decisions"
        set_up = ("callback", "set", "--site", NAME, "--url", hook, "--callback-hosts", "any")
        secret = gavel.command(*set_up).splitlines()[-1]
        settings = {"GAVEL_URL": gavel.base_url, "GAVEL_KEY": gavel.token("blog", site=NAME), "GAVEL_CALLBACK_SECRET": secret}
        lines = [f"define( '{name}', '{value}' );\n" for name, value in settings.items()]
        shutil.copy(PLUGIN, site.folder / "site/wp-content/plugins/gavel.php")
        file = site.folder / "settings.php"
        file.write_text("<?php\n" + "".join(lines), "utf-8")
        stack.callback(file.unlink)
        site.rest("POST", "plugins/gavel", "admin", json={"status": "active"})
        stack.callback(site.rest, "POST", "plugins/gavel", "admin", json={"status": "inactive"})
        moderator = stack.enter_context(closing(Moderator("ana", "plugin", gavel)))
        yield Blog(site, gavel, upstream, moderator, secret)
    log = site.folder / "wordpress.log"
    complaints = [line for line in log.read_text("utf-8").splitlines() if "gavel.php" in line] if log.exists() else []
    assert complaints == [], "PHP complains"


def test_a_comment_is_published_or_spam_as_gavel_says(blog: Blog) -> None:
    for draft, status in ((HAM[0], "approved"), (SPAM[0], "spam")):
        comment = blog.comment(draft)
        assert comment["status"] == status
        row = blog.row(comment)
        assert bool(row["is_spam"]) == (status == "spam")
    asked, _ = blog.upstream.asked("check-comment")[-2:]
    assert asked.json["message"] == HAM[0].text
    assert asked.json["ip"].startswith("203.0.") and asked.json["user_agent"].startswith("Mozilla/5.0")
    assert asked.json["context"]["post_title"].startswith("Roses") and "external_id" not in asked.json


def test_nothing_is_published_without_an_answer(blog: Blog) -> None:
    blog.gavel.stop()
    try:
        comment = blog.comment(HAM[1])
    finally:
        blog.gavel.start()
    assert comment["status"] == "hold"
    assert blog.row(comment) is None


def test_a_label_changes_the_comment_and_nothing_else(blog: Blog) -> None:
    comment = blog.comment(HAM[2])
    said = len(blog.upstream.asked("feedback"))
    for label, status in (("spam", "spam"), ("ham", "approved")):
        blog.label(comment, label)
        until(f"the status {status}", lambda: blog.now(comment)["status"] == status, 15)
        kept = ("author_ip", "author_user_agent", "author_name", "date", "content")
        now = blog.now(comment)
        assert {field: now[field] for field in kept} == {field: comment[field] for field in kept}
    blog.site.http.get("/wp-cron.php")
    assert blog.row(comment)["app_word"] is None, "the echo of Gavel's own word"
    assert len(blog.upstream.asked("feedback")) <= said + 2, "only Gavel tells the upstream"


def test_a_verdict_that_comes_late_publishes_what_wordpress_would(blog: Blog) -> None:
    blog.upstream.answer("check-comment", 500, b"{}")
    comment = blog.comment(SPAM[1])
    blog.upstream.recover()
    assert comment["status"] == "spam", "the detector's word"
    late = {"event": "verdict", "external_id": f"comment-{comment['id']}", "detection_id": blog.row(comment)["upstream_id"],
            "is_spam": False, "decided_by": "activelayer", "version": 10_000}  # fmt: skip
    assert blog.call(late, blog.secret).json() == {"changed": True}
    assert blog.now(comment)["status"] == "approved"


def test_what_is_forged_old_or_stale_changes_nothing(blog: Blog) -> None:
    comment = blog.comment(HAM[3])
    decision = {
        "event": "label", "external_id": f"comment-{comment['id']}", "detection_id": blog.row(comment)["upstream_id"],
        "is_spam": True, "decided_by": "person", "version": 7,
    }  # fmt: skip
    refused = [blog.call(decision, "another secret"), blog.call(decision, blog.secret, 400), blog.call(decision, blog.secret, -400)]
    unsigned = [blog.site.http.post("/wp-json/gavel/v1/decisions", json=decision, headers={"gavel-signature": forged})
                for forged in ("", "t=1", "v1=00", "t=x,v1=" + "0" * 64)]  # fmt: skip
    assert {answer.status_code for answer in refused + unsigned} == {401}
    assert blog.now(comment)["status"] == "approved"
    for others in ({"detection_id": "another"}, {"external_id": "comment-999999"}, {"external_id": None}, {"event": "test", "external_id": None}):
        answer = blog.call(decision | others, blog.secret)
        assert (answer.status_code, answer.json()) == (200, {"changed": False}), others
    assert blog.call(decision, blog.secret, 200).json() == {"changed": True}
    assert blog.call(decision | {"is_spam": False, "version": 6}, blog.secret).json() == {"changed": False}
    assert blog.now(comment)["status"] == "spam", "an older decision came later"


def test_a_moderators_decision_in_wordpress_is_told_once_gavel_is_there(blog: Blog) -> None:
    comment = blog.comment(HAM[4])
    blog.gavel.stop()
    try:
        blog.site.rest("POST", f"comments/{comment['id']}", json={"status": "spam"})
        blog.site.http.get("/wp-cron.php")
    finally:
        blog.gavel.start()
    assert blog.row(comment)["app_word"] is None
    # The next attempt would come in a minute: the person decides once more.
    blog.site.rest("POST", f"comments/{comment['id']}", json={"status": "approved"})
    blog.site.until_told("the word", lambda: blog.row(comment)["app_word"] == "ham")
    blog.site.rest("POST", f"comments/{comment['id']}", json={"status": "spam"})
    blog.site.until_told("the other word", lambda: blog.row(comment)["app_word"] == "spam")
