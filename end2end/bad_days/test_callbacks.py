"""The worst day of callbacks: moderators change their minds, receivers fail, hang and restart, and Gavel is killed."""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


from fixtures.programs import Gavel
from fixtures.receivers import Posted
from fixtures.services import client
from fixtures.waiting import until
from soak.people import Moderator

SITES = [f"shop{number}.example.com" for number in range(4)]
HANGING = SITES[0]
CHECKS = 50
"""Of each site."""
ACTS = 650
"""Of moderators: four in five label, the others take back."""
KILLS = 10
UNDO = "1s"


class Apps:
    """One receiver for the apps of all sites. Of each submission an app keeps the decision with the greatest version."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}
        self.taken: dict[str, list[dict[str, Any]]] = defaultdict(list)
        """By site, in the order in which they came, repeats included."""
        self.mood = "well"
        self.forged = 0
        self.hung = 0
        self._released = threading.Event()
        self._address = ("127.0.0.1", 0)
        self.start()

    def start(self) -> None:
        self._server = ThreadingHTTPServer(self._address, self._handler())
        self._server.daemon_threads = False
        self._address = self._server.server_address
        serve = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        serve.start()

    def stop(self) -> None:
        """Nobody listens afterwards; who waits for an answer gets none."""
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._released.clear()

    def url(self, site: str) -> str:
        return f"http://127.0.0.1:{self._address[1]}/{site}"

    def last(self, site: str) -> dict[str, dict[str, Any]]:
        """What the site's app thinks in the end, by its own name of the submission."""
        kept: dict[str, dict[str, Any]] = {}
        for event in self.taken[site]:
            before = kept.get(event["external_id"])
            if before is None or before["version"] <= event["version"]:
                kept[event["external_id"]] = event
        return kept

    def take(self, site: str, posted: Posted) -> bool:
        """Whether the app answers with success; what hangs has been kept all the same, and is sent again."""
        if not posted.is_signed_by(self.secrets[site]):
            self.forged += 1
            return False
        mood = self.mood
        if mood == "fails":
            return False
        self.taken[site].append(posted.json)
        if mood == "hangs" and site == HANGING:
            self.hung += 1
            self._released.wait(30)
            return False
        return True

    def _handler(apps) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                posted = Posted({name.lower(): value for name, value in self.headers.items()}, body)
                taken = apps.take(self.path[1:], posted)
                try:
                    self.send_response(204 if taken else 503)
                    self.end_headers()
                except OSError:
                    pass  # Gavel waits no longer.

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@contextmanager
def working_day() -> Iterator[tuple[Gavel, Apps, dict[str, str]]]:
    """Gavel, the apps with their tokens, and what they sent."""
    with ExitStack() as stack:
        apps = Apps()
        stack.callback(apps.stop)
        gavel = stack.enter_context(Gavel("--feedback-undo", UNDO, "--callback-hosts", "any"))
        tokens = {site: gavel.token(site.partition(".")[0], site=site) for site in SITES}
        for site in SITES:
            said = gavel.command("callback", "set", "--site", site, "--url", apps.url(site), "--callback-hosts", "any")
            apps.secrets[site] = said.splitlines()[-1]
            with client(gavel.base_url, tokens[site]) as app:
                for number in range(CHECKS):
                    body = {"message": f"See you on monday, {number}", "external_id": f"post-{number}"}
                    assert app.post("check", json=body).status_code == 200
        yield gavel, apps, tokens


def feed(gavel: Gavel, token: str) -> list[dict[str, Any]]:
    """The whole list that an app can ask for, read in parts."""
    decisions: list[dict[str, Any]] = []
    after, more = 0, True
    with client(gavel.base_url, token) as app:
        while more:
            part = app.get("decisions", params={"after": after, "limit": 37}).json()
            decisions, after, more = decisions + part["decisions"], part["next"], part["more"]
    return decisions


def live_through(gavel: Gavel, apps: Apps, moderator: Moderator) -> None:
    """Moderators at work, the apps' bad moods, and Gavel's ends."""
    chance = random.Random("the worst day")
    kills = set(chance.sample(range(20, ACTS), KILLS))
    moods = {60: "fails", 90: "well", 130: "restarts", 150: "well", 200: "hangs", 400: "well", 420: "fails", 440: "well"}
    elsewhere: list[int] = []
    labelled: list[str] = []
    for act in range(ACTS):
        if act in kills:
            gavel.kill()
            gavel.start()
        if mood := moods.get(act):
            if mood == "restarts":
                apps.stop()
            elif apps.mood == "restarts":
                apps.start()
            apps.mood = mood
            elsewhere.append(sum(len(apps.taken[site]) for site in SITES if site != HANGING))
        kind = chance.random()
        if kind < 0.1:
            moderator.call("labels/undo-latest", {})
        elif kind < 0.4 and labelled:
            # What has a label loses it, or gets another one.
            row = chance.choice(labelled)
            with gavel.database() as database:
                version = database.execute("SELECT version FROM detections WHERE id = ?", (row,)).fetchone()[0]
            if kind < 0.2:
                moderator.call("labels/remove", {"row": f"{row}~{version}"})
            else:
                moderator.call("labels/rows", {"one": f"{moderator.label()}:{row}~{version}"})
        else:
            for row in moderator.rows(1):
                labelled.append(row.partition("~")[0])
                moderator.call("labels/rows", {"one": f"{moderator.label()}:{row}"})
        time.sleep(chance.uniform(0, 0.04))
    began_to_hang = list(moods).index(200)
    assert elsewhere[began_to_hang + 1] > elsewhere[began_to_hang] + 20, "the other sites waited for the one that hangs"


def test_every_app_ends_with_what_stands() -> None:
    with working_day() as (gavel, apps, tokens), closing(Moderator("ana", "worst day", gavel, "admin")) as moderator:
        live_through(gavel, apps, moderator)
        until("that all is worked out", lambda: unsettled(gavel) == 0)
        apps.stop()
        apps.start()
        for site in SITES:
            # As a person does who has mended the receiver.
            assert moderator.http.post(f"{gavel.origin}/fn/callbacks/again", data={"site": site}).status_code == 200
        until("that all is told", lambda: waiting(gavel) == 0)

        assert apps.forged == 0 and apps.hung > 0
        with gavel.database() as database:
            assert database.execute("SELECT count(*) FROM label_decisions").fetchone()[0] >= 500
            assert database.execute("SELECT count(*) FROM app_decisions").fetchone()[0] >= 150
        for site in SITES:
            last = apps.last(site)
            versions: dict[str, int] = {}
            for event in apps.taken[site]:
                assert versions.get(event["external_id"], 0) <= event["version"], "an older word came last"
                versions[event["external_id"]] = event["version"]
            for name, answered, stands in standing(gavel, site):
                heard = last[name]["is_spam"] if name in last else answered
                assert heard == stands, f"{site} {name}"
            heard = list({event["id"]: event for event in apps.taken[site]}.values())
            assert heard == feed(gavel, tokens[site]), "the list that is asked for is another one"


def standing(gavel: Gavel, site: str) -> list[tuple[str, bool, bool]]:
    """Every submission of a site: the app's name for it, its answer, and what stands now."""
    with gavel.database() as database:
        rows = database.execute(
            """SELECT json_extract(c.extra, '$.external_id'), d.is_spam, coalesce(d.label = 'spam', d.is_spam)
               FROM detections d JOIN detection_contents c ON c.detection_id = d.id WHERE d.site = ?""",
            (site,),
        ).fetchall()
    assert len(rows) == CHECKS
    return [(name, bool(answered), bool(stands)) for name, answered, stands in rows]


def unsettled(gavel: Gavel) -> int:
    with gavel.database() as database:
        return database.execute("SELECT count(*) FROM app_decisions_due").fetchone()[0]


def waiting(gavel: Gavel) -> int:
    with gavel.database() as database:
        return database.execute(
            "SELECT count(*) FROM app_decisions d JOIN callbacks c ON c.site = d.site AND d.id > c.delivered_to"
        ).fetchone()[0]
