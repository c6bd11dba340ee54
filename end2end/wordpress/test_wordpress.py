"""A real WordPress in front of Gavel, on good days and bad: no spam that the detector calls spam is public."""

import json
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import httpx
import pytest

from fixtures.programs import Gavel
from fixtures.services import Service
from fixtures.upstream import CHECK, KEY, Asked, Upstream
from fixtures.waiting import until
from soak.people import Moderator
from wordpress.site import Comment, Draft, Site

SPAM = [
    Draft("Exclusive offer! Buy verified leads now and get 300% ROI. Click here: http://cheap-leads.biz/offer."),
    Draft("Online casino bonus! Free spins, win cash now: http://lucky-casino.top/spin", "mailto:win@lucky.top"),
    Draft("Buy cheap viagra and cialis online without prescription http://pills-4u.biz/buy", "tel:+4930123456"),
    Draft("Earn $5000 a week from home, guaranteed! Join now http://quick-cash.biz/join", "//quick-cash.biz"),
    Draft("Casino chips, free spins and a 500% bonus, click here http://mega-casino.top/free", "http://"),
    Draft("Increase your website traffic, cheap SEO backlinks, order http://seo-rank.biz/buy", "ftp://seo-rank.biz/"),
    Draft("Payday loans approved instantly, no credit check, apply now http://fast-loan.top/apply", "/loans"),
    Draft("Free bitcoin giveaway! Double your crypto today http://btc-double.top/win", "http://btc-double.top:99999/"),
]
"""Also with homepages that WordPress takes and that are no web address."""

HAM = [
    Draft("We grow the same variety up here in Leeds and it survived minus ten last winter."),
    Draft("Thanks for the recipe, my roses have never looked better. Do you prune before the frost?"),
    Draft("I tried this last February and lost two bushes, so please wait until March.", "mailto:ana@example.net"),
    Draft("Copper tape kept the slugs away from my lettuce for a whole summer.", "tel:+4930123456"),
    Draft("Which secateurs do you use? Mine are blunt after one season.", "//garden.example.net"),
    Draft("My grandmother did it the same way and her hedge is still standing.", "http://"),
]

MONTH = (
    b'{"error":"Rate Limit Exceeded","message":"Monthly request limit exceeded","limit":1,"used":1,"remaining":0}'
)


class Judge(Upstream):
    """An upstream with the right verdict about each of these texts."""

    def respond(self, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
        status, body, headers = super().respond(asked)
        if body == CHECK:
            is_spam = any(asked.json["message"] == draft.text for draft in SPAM)
            verdict = {"detection_id": str(uuid.uuid4()), "is_spam": is_spam, "total_score": 90.5 if is_spam else 3.25}
            body = json.dumps(json.loads(CHECK) | verdict).encode()
        return status, body, headers


@contextmanager
def person(gavel: Gavel, role: str) -> Iterator[httpx.Client]:
    """Somebody who is logged in to Gavel, with a browser."""
    with closing(Moderator("ana", "wordpress", gavel, role).http) as http:
        http.base_url = gavel.origin
        yield http


def spend_budget(_: Upstream, gavel: Gavel) -> None:
    """One check a day, which the first comment spends."""
    form = {"scope": "token", "subject": "blog", "span": "day", "checks": "1", "kind": "hard"}
    with person(gavel, "admin") as admin:
        done = admin.post("/fn/budgets/set", data={f"budget[{name}]": value for name, value in form.items()})
    assert done.status_code == 200, done.text


DAYS: dict[str, Callable[[Upstream, Gavel], None]] = {
    "well": lambda *_: None,
    "refused": lambda upstream, _: upstream.close(),
    "slow": lambda upstream, _: upstream.hang(),
    "over quota": lambda upstream, _: upstream.answer("check-comment", 429, MONTH),
    "failing": lambda upstream, _: upstream.answer("check-comment", 500, b'{"error":"Internal server error"}'),
    "budget spent": spend_budget,
    "detector's own quota spent": lambda *_: None,
}
"""What the upstream and its quota are like."""


def called_spam(detector: Service, comment: Comment) -> bool:
    """The detector's word about the very request that WordPress sent."""
    answer = detector.http.post("check-comment", json=comment.check["sent"])
    assert answer.status_code == 200, answer.text
    return answer.json()["is_spam"]


def logged(gavel: Gavel) -> Counter[str]:
    with gavel.database() as database:
        return Counter(row[0] for row in database.execute("SELECT message FROM detection_contents").fetchall())


@pytest.mark.parametrize("day", DAYS)
def test_no_spam_is_public_and_every_comment_is_in_the_log(site: Site, detector: Service, day: str) -> None:
    embedded = Gavel("--embedded-quota", "1") if day.startswith("detector") else None
    with Judge() as upstream, embedded or Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
        site.connect(gavel.base_url + "/", gavel.token("blog", site="garden.example"))
        DAYS[day](upstream, gavel)
        post = site.post(f"Roses when the upstream is {day}")
        comments = site.receive(post, SPAM + HAM)
        public = site.public(post)
        upstream.recover()

        spam = {draft.text for draft in SPAM}
        assert [one.text for one in comments if one.id in public and one.text in spam] == [], "spam that is public"
        detected = {one.id for one in comments if called_spam(detector, one)}
        assert public & detected == set(), "public, though the detector calls it spam"
        assert len(detected) >= len(SPAM), "the detector calls spam what is spam, or nothing here proves anything"
        # Nor is anything held up that is harmless, or left without an answer.
        assert {one.check["status"] for one in comments} == {200}
        assert {one.text for one in comments if one.id in public} == {draft.text for draft in HAM}
        assert logged(gavel) == Counter(one.text for one in comments)


def test_a_revoked_token_holds_every_comment_and_is_told_of(site: Site) -> None:
    with Judge() as upstream, Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
        site.connect(gavel.base_url, gavel.token("blog", site="garden.example"))
        gavel.revoke("blog")
        post = site.post("Roses behind a revoked token")
        comments = site.receive(post, SPAM[:3] + HAM[:3])
        assert site.public(post) == set()
        assert {(one.status, one.check["status"]) for one in comments} == {("hold", 401)}
        assert logged(gavel) == Counter()
        assert upstream.asked("check-comment") == []
        with person(gavel, "admin") as admin:
            knocks = f"still knocks: refused {len(comments)} times since"
            until("the row of the token that still knocks", lambda: knocks in words_of(admin, "/settings"))


def words_of(http: httpx.Client, path: str, **query: str) -> str:
    """A page's text without its marks, which stand between figures and words."""
    page = http.get(path, params=query, headers={"accept": "text/html"})
    assert page.status_code == 200, page.text
    return re.sub(r"\s+", " ", re.sub(r"<!--.*?-->|<[^>]*>", "", page.text))


def test_homepages_that_are_no_web_address_are_kept_and_forwarded_as_they_came(site: Site) -> None:
    with Judge() as upstream, Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
        site.connect(gavel.base_url, gavel.token("blog", site="garden.example"))
        comments = site.receive(site.post("Roses and odd homepages"), SPAM + HAM)
        came = {one.text: one.check["sent"]["website_url"] for one in comments}
        assert set(came.values()) >= {"mailto:win@lucky.top", "tel:+4930123456", "//quick-cash.biz", "http://"}, came
        assert {one.json["message"]: one.json.get("website_url", "") for one in upstream.asked("check-comment")} == came
        with gavel.database() as database:
            rows = database.execute("SELECT message, website_url, extra FROM detection_contents").fetchall()
        kept = {row["message"]: row["website_url"] or json.loads(row["extra"]).get("website_url", "") for row in rows}
        assert kept == came


@pytest.mark.parametrize("judged_by", ["upstream", "detector"])
def test_sign_ups_are_judged_without_a_message(site: Site, judged_by: str) -> None:
    with Judge() as upstream, Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
        if judged_by == "detector":
            upstream.close()
        site.connect(gavel.base_url, gavel.token("blog", site="garden.example"))
        assert site.register(f"mara-{judged_by}")
        with gavel.database() as database:
            rows = database.execute(
                """SELECT c.name, c.message, c.extra, d.judged_by
                   FROM detections d JOIN detection_contents c ON c.detection_id = d.id"""
            ).fetchall()
        assert [(row["name"], row["message"]) for row in rows] == [(f"mara-{judged_by}", "")]
        assert json.loads(rows[0]["extra"])["data_type"] == "user_registration"
        assert rows[0]["judged_by"] == {"upstream": "activelayer", "detector": "fallback"}[judged_by]


@pytest.mark.parametrize("judged_by", ["upstream", "detector"])
def test_what_is_decided_in_wordpress_is_seen_in_gavel(site: Site, judged_by: str) -> None:
    """Also about a comment that the upstream does not know."""
    with Judge() as upstream, Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
        if judged_by == "detector":
            upstream.answer("check-comment", 429, MONTH)
        site.connect(gavel.base_url, gavel.token("blog", site="garden.example"), feedback_delay=1)
        comments = site.receive(site.post(f"Decisions about what the {judged_by} judged"), SPAM[:2] + HAM[:2])
        ham, spam = (next(one for one in comments if one.status == status) for status in ("approved", "spam"))
        site.click("spamcomment", ham)
        site.rest("POST", f"comments/{spam.id}", json={"status": "approved"})

        def words() -> dict[str, str]:
            with gavel.database() as database:
                rows = database.execute(
                    "SELECT c.message, d.app_word FROM detections d JOIN detection_contents c ON c.detection_id = d.id"
                ).fetchall()
            return {row["message"]: row["app_word"] for row in rows if row["app_word"]}

        site.until_told("the feedback", lambda: words() == {ham.text: "spam", spam.text: "ham"})
        with person(gavel, "viewer") as reader:
            for search, found, other in (("app:spam", ham, spam), ("app:ham", spam, ham)):
                page = words_of(reader, "/detections", q=search)
                assert found.text[:40] in page and other.text[:40] not in page, search
                assert f"App says {search.removeprefix('app:')}" in page
