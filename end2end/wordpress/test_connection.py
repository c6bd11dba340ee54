"""Gavel connected to a real WordPress by its REST interface: what is decided on either side is seen on the other."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from html import unescape
from typing import Any

import httpx
import pytest

from fixtures.programs import Gavel
from fixtures.services import TLS
from fixtures.upstream import KEY, Asked
from fixtures.waiting import until
from soak.people import Moderator
from wordpress.site import Comment, Draft, Site
from wordpress.test_wordpress import HAM, SPAM, Judge

WRITTEN_WITHIN = 15
"""A decision is in WordPress so many seconds after it can no longer be undone."""

READ_WITHIN = 60
"""A decision in wp-admin is in Gavel after so many seconds."""

UNDO = "1s"


@contextmanager
def moderator(gavel: Gavel, role: str = "admin") -> Iterator[Moderator]:
    with closing(Moderator("ben", "connection", gavel, role)) as person:
        yield person


def call(person: Moderator, endpoint: str, form: dict[str, Any]) -> Any:
    answer = person.call(endpoint, form)
    assert answer is not None and answer.status_code == 200, answer and answer.text
    return answer.json() if answer.text else None


def approve(site: Site, page: str) -> str:
    """An editor approves Gavel in wp-admin; gives the address that WordPress sends their browser to."""
    with httpx.Client(base_url=site.origin, timeout=60, verify=TLS) as browser:
        browser.get("/wp-login.php")
        entered = browser.post("/wp-login.php", data={"log": "editor", "pwd": "editor-password", "testcookie": 1})
        assert entered.status_code == 302, entered.text
        shown = browser.get(page)
        assert shown.status_code == 200 and "Gavel" in shown.text, shown.text
        fields = {}
        form = re.search(r"<form[^>]*authorize-application.*?</form>", shown.text, re.DOTALL)
        assert form, shown.text
        for tag in re.findall(r"<input[^>]*>", form.group()):
            named = dict(re.findall(r"""(\w+)=["']([^"']*)["']""", tag))
            if named.get("type") in ("hidden", "text") and "name" in named:
                fields[named["name"]] = unescape(named.get("value", ""))
        done = browser.post("/wp-admin/authorize-application.php", data=fields | {"approve": "Yes"})
        assert done.status_code == 302, (fields, re.findall(r"<p>.*?</p>", done.text))
        return done.headers["location"]


def pair(site: Site, person: Moderator, name: str = "garden.example") -> None:
    origin = {"origin": person.gavel.origin}
    person.http.headers.update(origin)
    form = {"wordpress[address]": site.origin, "wordpress[site]": name}
    begun = call(person, "wordpress/begin", form | {"wordpress[login]": "", "wordpress[password]": ""})["Approve"]
    assert begun["comes_back"], begun
    back = approve(site, begun["page"])
    assert back.startswith(f"{person.gavel.origin}/settings/wordpress/approved?"), back
    came = person.http.get(back)
    assert (came.status_code, came.headers["location"]) == (303, "/settings/wordpress?came-back=connected")
    assert came.headers["referrer-policy"] == "same-origin" and came.headers["cache-control"] == "no-store"


def comments(site: Site) -> dict[int, dict[str, Any]]:
    """Every comment there is, by id."""
    found: dict[int, dict[str, Any]] = {}
    for page in range(1, 50):
        listed = site.rest("GET", "comments", params={"status": "any", "context": "edit", "per_page": 100, "page": page})
        found |= {one["id"]: one for one in listed.json()}
        if page >= int(listed.headers["x-wp-totalpages"]):
            break
    return found


def row(gavel: Gavel, comment: Comment) -> str:
    """A comment's detection as a page would name it."""
    with gavel.database() as database:
        found = database.execute(
            """SELECT d.id, d.version FROM detections d WHERE d.upstream_id = ?1
               OR d.id IN (SELECT detection_id FROM superseded_verdicts WHERE upstream_id = ?1)""",
            (comment.check["detection_id"],),
        ).fetchone()
    return f"{found['id']}~{found['version']}"


def words(gavel: Gavel) -> dict[str, str | None]:
    """What the app says of each message."""
    with gavel.database() as database:
        sql = "SELECT c.message, d.app_word FROM detections d JOIN detection_contents c ON c.detection_id = d.id"
        return {found["message"]: found["app_word"] for found in database.execute(sql).fetchall()}


def within(seconds: float, what: str, holds: Callable[[], bool]) -> None:
    until(what, holds, seconds)


@pytest.fixture
def place(site: Site) -> Iterator[tuple[Site, Judge, Gavel]]:
    with Judge() as upstream, Gavel(
        "--feedback-undo", UNDO, "--callback-hosts", "any", upstream=upstream.base_url, upstream_key=KEY
    ) as gavel:
        yield site, upstream, gavel


def drafts(kind: list[Draft], count: int) -> list[Draft]:
    return [Draft(kind[at % len(kind)].text, kind[at % len(kind)].homepage) for at in range(count)]


def test_decisions_cross_in_both_directions(place: tuple[Site, Judge, Gavel]) -> None:
    site, _, gavel = place
    site.connect(gavel.base_url, gavel.token("blog", site="garden.example"), feedback_delay=1)
    post = site.post("Roses, and forty visitors")
    # The same texts again and again, by many visitors: text alone tells no comment.
    kept = site.receive(post, drafts(SPAM, 20) + drafts(HAM, 20))
    before = comments(site)
    approved = [one for one in kept if one.status == "approved"]
    spam = [one for one in kept if one.status == "spam"]
    assert (len(approved), len(spam)) == (20, 20)

    with moderator(gavel) as person:
        pair(site, person)
        wanted: dict[int, str] = {}

        def label(word: str, those: list[Comment]) -> None:
            ticked = {f"rows[{at}]": row(gavel, one) for at, one in enumerate(those)}
            call(person, "labels/rows", {"bulk": word, **ticked})
            wanted.update({one.id: {"spam": "spam", "ham": "approved"}[word] for one in those})

        def statuses_are_right() -> bool:
            now = comments(site)
            return all(now[id]["status"] == wanted.get(id, before[id]["status"]) for id in before)

        # One by one, many at once, and taken back in time.
        call(person, "labels/rows", {"one": f"spam:{row(gavel, approved[0])}"})
        wanted[approved[0].id] = "spam"
        call(person, "labels/rows", {"one": f"ham:{row(gavel, spam[0])}"})
        wanted[spam[0].id] = "approved"
        label("spam", approved[1:5])
        label("ham", spam[1:5])
        call(person, "labels/rows", {"one": f"spam:{row(gavel, approved[5])}"})
        call(person, "labels/undo-latest", {})
        within(WRITTEN_WITHIN, "the labels in WordPress", statuses_are_right)

        # WordPress stops for a while: nothing is lost.
        site.stop()
        label("spam", approved[6:9])
        label("ham", spam[6:9])
        time.sleep(4)
        site.go_on()
        within(WRITTEN_WITHIN + 10, "the labels in WordPress after it came back", statuses_are_right)

        # Its plugin tells of what Gavel wrote: that is nobody's word.
        ours = {one.check["detection_id"] for one in kept if one.id in wanted}
        time.sleep(1.5)
        assert site.http.get("/wp-cron.php").status_code == 200
        with gavel.database() as database:
            said = database.execute("SELECT upstream_id, app_word FROM detections WHERE app_word IS NOT NULL").fetchall()
        assert [one["upstream_id"] for one in said if one["upstream_id"] in ours] == []

        # Nothing else was touched, and nobody's address or browser was lost.
        after = comments(site)
        for id, one in before.items():
            for field in ("author_ip", "author_user_agent", "author_name", "author_email", "date_gmt", "content"):
                assert after[id][field] == one[field], (id, field)


def test_what_waits_in_wordpress_is_read_and_its_decisions_too(place: tuple[Site, Judge, Gavel]) -> None:
    site, _, gavel = place
    # The plugin is at work with a token that opens nothing: every comment is held, and Gavel knows none.
    site.connect(gavel.base_url, "gvl_nobody", feedback_delay=3600)
    post = site.post("Roses that nobody checked")
    held = site.receive(post, [Draft(f"{one.text} And again.", one.homepage) for one in SPAM[:3] + HAM[:3]])
    assert {one.status for one in held} == {"hold"}
    texts = {one.text for one in held}
    with moderator(gavel) as person:
        pair(site, person)
        # By now no check of theirs can be under way; it is not waited for the next round.
        time.sleep(6)
        call(person, "wordpress/wake", {"site": "garden.example"})
        within(READ_WITHIN, "the comments that wait", lambda: texts <= words(gavel).keys())
        assert len(place[1].asked("check-comment")) == 0, "reading costs nothing"

        # Somebody decides in wp-admin; somebody decides here about what was read.
        site.click("spamcomment", held[0])
        site.rest("POST", f"comments/{held[3].id}", json={"status": "approved"})
        with gavel.database() as database:
            sql = "SELECT d.id, d.version FROM detections d JOIN detection_contents c ON c.detection_id = d.id WHERE c.message = ?"
            found = database.execute(sql, (held[4].text,)).fetchone()
        call(person, "labels/rows", {"one": f"ham:{found['id']}~{found['version']}"})
        within(WRITTEN_WITHIN, "the label", lambda: comments(site)[held[4].id]["status"] == "approved")
        # A label that is taken back puts the comment where it was: nobody has approved of it.
        def found_of(text: str) -> tuple[int, int]:
            with gavel.database() as database:
                again = database.execute(sql, (text,)).fetchone()
            return again["id"], again["version"]

        id, version = found_of(held[5].text)
        call(person, "labels/rows", {"one": f"spam:{id}~{version}"})
        within(WRITTEN_WITHIN, "the label", lambda: comments(site)[held[5].id]["status"] == "spam")
        id, version = found_of(held[5].text)
        call(person, "labels/remove", {"row": f"{id}~{version}"})
        within(WRITTEN_WITHIN, "the comment where it was", lambda: comments(site)[held[5].id]["status"] == "hold")
        said = {held[0].text: "spam", held[3].text: "ham"}
        within(
            READ_WITHIN,
            "what was decided in wp-admin",
            lambda: {text: word for text, word in words(gavel).items() if word and text in texts} == said,
        )


class SecondThoughts(Judge):
    """Calls spam what the detector lets pass."""

    def respond(self, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
        status, body, headers = super().respond(asked)
        if b'"total_score"' in body and "On second thoughts" in asked.json.get("message", ""):
            body = json.dumps(json.loads(body) | {"is_spam": True, "total_score": 91.5}).encode()
        return status, body, headers


def test_a_late_verdict_reaches_wordpress_and_no_person_is_overruled(site: Site) -> None:
    with (
        SecondThoughts() as upstream,
        Gavel(
            "--feedback-undo", UNDO, "--callback-hosts", "any", upstream=upstream.base_url, upstream_key=KEY
        ) as gavel,
        moderator(gavel) as person,
    ):
        pair(site, person)
        site.connect(gavel.base_url, gavel.token("blog", site="garden.example"), feedback_delay=1)
        upstream.answer("check-comment", 500, b'{"error":"Internal server error"}')
        late = [Draft(f"{one.text} On second thoughts, try it in March.") for one in HAM[:2]]
        first, second = sorted(site.receive(site.post("Roses judged later"), late), key=lambda one: one.id)
        assert {first.status, second.status} == {"approved"}
        # Somebody looks at the second and approves of it: they put it into spam by mistake, and take it out again.
        site.rest("POST", f"comments/{second.id}", json={"status": "spam"})
        site.rest("POST", f"comments/{second.id}", json={"status": "approved"})
        site.until_told("the word on the second", lambda: words(gavel)[second.text] == "ham")
        upstream.recover()
        within(READ_WITHIN, "the late verdict in WordPress", lambda: comments(site)[first.id]["status"] == "spam")
        with gavel.database() as database:
            verdicts = database.execute("SELECT count(*) FROM detections WHERE is_spam = 1").fetchone()[0]
        within(READ_WITHIN, "the reason why the second stays", lambda: "no verdict overrules a person" in call_list(person))
        assert verdicts >= 1 and comments(site)[second.id]["status"] == "approved"


def call_list(person: Moderator) -> str:
    return person.http.get(f"{person.gavel.origin}/fn/wordpress/list").text


def test_who_may_not_moderate_is_refused_and_no_secret_is_kept_in_the_open(place: tuple[Site, Judge, Gavel]) -> None:
    site, _, gavel = place
    with moderator(gavel) as person:
        _, password = site.password("author")
        form = {"wordpress[address]": site.origin, "wordpress[site]": "garden.example", "wordpress[login]": "author"}
        answer = person.call("wordpress/begin", form | {"wordpress[password]": password})
        assert answer is not None and answer.status_code == 422 and "may not moderate" in answer.text, answer and answer.text
        answer = person.call("wordpress/begin", form | {"wordpress[password]": "wrong wrong wrong"})
        assert answer is not None and answer.status_code == 422 and "application password" in answer.text
        login, password = site.password("editor")
        call(person, "wordpress/begin", form | {"wordpress[login]": login, "wordpress[password]": password})
        assert password.encode() not in gavel.files() and password not in gavel.output
        # Somebody else's browser, with what WordPress sends along: the state is not theirs.
        stolen = {"state": "00" * 40, "user_login": login, "password": password}
        came = person.http.get(f"{gavel.origin}/settings/wordpress/approved", params=stolen)
        assert came.headers["location"].endswith("came-back=too-old")
    with httpx.Client(verify=TLS) as stranger:
        came = stranger.get(f"{gavel.origin}/settings/wordpress/approved", params=stolen)
        assert came.status_code == 303 and password not in came.headers["location"]


def test_the_connect_button_of_the_plugin(place: tuple[Site, Judge, Gavel]) -> None:
    import hashlib

    site, _, gavel = place
    verifier = "a-verifier-that-only-the-plugin-knows-0123456789"
    challenge = hashlib.sha256(verifier.encode()).hexdigest()
    back = f"{site.origin}/wp-admin/admin.php?page=activelayer"
    asked = {"from": "plugin", "code_challenge": challenge, "site_url": site.origin, "return_url": back}
    with moderator(gavel) as person:
        came = person.http.get(f"{gavel.origin}/account/register", params=asked)
        assert came.status_code == 303 and came.headers["location"].startswith("/settings/connect?"), came.text
        shown = person.http.get(gavel.origin + came.headers["location"], headers={"accept": "text/html"})
        assert site.origin in shown.text and "Connect this site" in shown.text
        fields = {name: asked[name] for name in ("site_url", "return_url", "code_challenge")}
        evil = person.call("wordpress/grant", fields | {"return_url": "https://evil.example/"})
        assert evil is not None and evil.status_code == 422 and "do not connect" in evil.text
        granted = call(person, "wordpress/grant", fields)["back"]
        assert granted.startswith(back + "&al_code="), granted
        other = httpx.URL(call(person, "wordpress/grant", fields)["back"]).params["al_code"]
    code = httpx.URL(granted).params["al_code"]

    def claim(**body: str) -> httpx.Response:
        return httpx.post(f"{gavel.origin}/api/connect/claim", json=body, timeout=8, verify=TLS)

    assert claim(code="0" * 64, code_verifier=verifier).status_code == 400
    assert claim(code=other, code_verifier="another").status_code == 400
    assert claim(code=other, code_verifier=verifier).status_code == 400, "whoever guesses has one guess"
    key = claim(code=code, code_verifier=verifier)
    assert key.status_code == 200 and len(key.json()["api_key"]) <= 256
    assert claim(code=code, code_verifier=verifier).status_code == 400, "a code works once"
    site.connect(gavel.base_url, key.json()["api_key"])
    kept = site.receive(site.post("Roses after Connect"), HAM[:1])
    assert [one.check["status"] for one in kept] == [200]
