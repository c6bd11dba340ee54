"""A WordPress that runs, as its visitors, its owner and its moderators see it."""

import itertools
import json
import re
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import httpx

from fixtures.services import TLS
from fixtures.waiting import until

SCRIPT = Path(__file__).parent / "site.sh"

START_LIMIT = 120
"""How long WordPress may take to be installed and to start, in seconds."""

WORKERS = 4
"""Visitors at once: as many as `site.sh` starts workers."""


def missing() -> str:
    """What this machine lacks; empty when it lacks nothing."""
    told = subprocess.run([SCRIPT, "missing"], capture_output=True, text=True, check=True).stdout
    return ", ".join(told.splitlines())


@dataclass(frozen=True)
class Draft:
    """What a visitor writes."""

    text: str
    homepage: str = ""


@dataclass(frozen=True)
class Comment:
    """A comment as WordPress keeps it."""

    id: int
    status: str
    text: str
    check: dict[str, Any]
    """What the plugin sent (`sent`), and the answer's `status` and `detection_id`."""


class Site:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._port = str(port)
        self.origin = f"http://127.0.0.1:{port}"
        self.http = httpx.Client(base_url=self.origin, timeout=60, verify=TLS)
        self._passwords: dict[str, tuple[str, str]] = {}
        self._visitors = itertools.count(1)

    def start(self) -> None:
        """Installs and starts it."""
        self._script("up", self._port)
        passwords = json.loads((self.folder / "app-passwords.json").read_text())
        self._passwords = {login: (login, password) for login, password in passwords.items()}

    def _script(self, command: str, *more: str) -> None:
        called = [SCRIPT, command, self.folder, *more]
        done = subprocess.run(called, capture_output=True, text=True, timeout=START_LIMIT)
        assert done.returncode == 0, f"site.sh {command} failed:\n{done.stdout}{done.stderr}"

    def close(self) -> None:
        self.http.close()
        self._script("down")

    def password(self, who: str) -> tuple[str, str]:
        """Somebody's login and application password."""
        return self._passwords[who]

    def stop(self) -> None:
        """Stops it, as for a few minutes of maintenance."""
        self._script("down")

    def go_on(self) -> None:
        """Starts it again as it was."""
        self._script("up", self._port)

    def rest(self, method: str, path: str, who: str = "editor", **more: Any) -> httpx.Response:
        """A call of WordPress's own API with somebody's application password."""
        answer = self.http.request(method, f"/wp-json/wp/v2/{path}", auth=self._passwords[who], **more)
        assert answer.status_code in (200, 201), answer.text
        return answer

    def connect(self, base_url: str, key: str, feedback_delay: int = 30) -> None:
        """The owner's settings of the plugin."""
        settings = {"gavel_url": base_url, "gavel_key": key, "gavel_feedback_delay": feedback_delay}
        assert settings.items() <= self.rest("POST", "settings", "admin", json=settings).json().items()

    def post(self, title: str) -> dict[str, Any]:
        """A fresh article without comments."""
        article = {"title": title, "content": f"What I learnt: {title}.", "status": "publish", "comment_status": "open"}
        return self.rest("POST", "posts", json=article).json()

    def visit(self, path: str, form: dict[str, Any]) -> httpx.Response:
        """A form that a visitor sends, each from an address of their own."""
        number = next(self._visitors)
        address = f"203.0.{113 + number // 250}.{1 + number % 250}"
        return self.http.post(path, data=form, headers={"x-forwarded-for": address, "user-agent": "Mozilla/5.0 (X11)"})

    def comment(self, post: dict[str, Any], draft: Draft) -> None:
        """A visitor comments with the theme's form."""
        number = next(self._visitors)
        form = {
            "comment_post_ID": post["id"], "comment_parent": 0, "author": f"Visitor {number}",
            "email": f"visitor{number}@example.net", "url": draft.homepage, "comment": draft.text,
        }  # fmt: skip
        answer = self.visit("/wp-comments-post.php", form)
        assert answer.status_code == 302, answer.text

    def receive(self, post: dict[str, Any], drafts: list[Draft]) -> list[Comment]:
        """Visitors comment, several at once; gives what WordPress kept."""
        with ThreadPoolExecutor(WORKERS) as visitors:
            list(visitors.map(lambda draft: self.comment(post, draft), drafts))
        kept = self.comments(post)
        assert len(kept) == len(drafts), [(one.status, one.text) for one in kept]
        return kept

    def comments(self, post: dict[str, Any]) -> list[Comment]:
        """Every comment, whatever its status."""
        kept = []
        for status in ("approve", "hold", "spam", "trash"):
            which = {"post": post["id"], "status": status, "context": "edit", "per_page": 100}
            for one in self.rest("GET", "comments", params=which).json():
                check = json.loads(one["meta"]["gavel"])
                kept.append(Comment(one["id"], one["status"], one["content"]["raw"], check))
        return kept

    def public(self, post: dict[str, Any]) -> set[int]:
        """The comments that a reader's page shows."""
        page = self.http.get(post["link"])
        assert page.status_code == 200, page.text
        return {int(id) for id in re.findall(r'id="comment-(\d+)"', page.text)}

    def register(self, login: str) -> bool:
        """A sign-up; whether it passed."""
        form = {"user_login": login, "user_email": f"{login}@example.net"}
        return self.visit("/wp-login.php?action=register", form).status_code == 302

    def click(self, action: str, comment: Comment) -> None:
        """A moderator follows a link of the list in wp-admin, for instance `spamcomment`."""
        with httpx.Client(base_url=self.origin, timeout=60, verify=TLS, follow_redirects=True) as browser:
            browser.get("/wp-login.php")
            entered = browser.post("/wp-login.php", data={"log": "editor", "pwd": "editor-password", "testcookie": 1})
            assert "wp-admin" in str(entered.url), entered.text
            page = browser.get("/wp-admin/edit-comments.php", params={"comment_status": comment.status})
            links = [unescape(link) for link in re.findall(r"""href=["'](comment\.php[^"']*)""", page.text)]
            wanted = {"action": action, "c": str(comment.id)}
            about = [link for link in links if wanted.items() <= dict(httpx.URL(link).params).items()]
            assert about, f"wp-admin has no link {action} for comment {comment.id}"
            assert browser.get(f"/wp-admin/{about[0]}").status_code == 200

    def until_told(self, what: str, holds: Any) -> None:
        """Lets WordPress do what is due, again and again, until something holds."""
        until(what, lambda: self.http.get("/wp-cron.php").status_code == 200 and holds(), 30)
