"""A disk that is full, read-only or broken: nothing answered is lost, people are told, and all goes on when it is over."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx
import pytest

from fixtures.programs import Gavel
from fixtures.receivers import Webhook
from fixtures.services import client
from fixtures.upstream import KEY, Upstream
from fixtures.waiting import until
from soak.machine import Disk, held
from soak.people import PASSWORD, Moderator

BACK = 10
"""How long Gavel may take to work again, in seconds."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    disk = Disk(tmp_path / "disk")
    if disk.problem and os.environ.get("CI"):
        raise AssertionError(f"no small disk can be mounted: {disk.problem}")
    if disk.problem:
        pytest.skip(f"no small disk can be mounted: {disk.problem}")
    yield disk
    disk.close()


def readiness(gavel: Gavel) -> tuple[int, str]:
    answer = httpx.get(f"{gavel.origin}/readyz", timeout=5)
    return answer.status_code, answer.json().get("reason", "")


def until_ready(gavel: Gavel) -> None:
    until("readiness", lambda: readiness(gavel)[0] == 200, BACK)


@contextmanager
def running(disk: Disk, upstream: Upstream) -> Iterator[tuple[Gavel, httpx.Client]]:
    with Gavel(upstream=upstream.base_url, upstream_key=KEY, folder=disk.folder) as gavel:
        with client(gavel.base_url, gavel.token("shop")) as app:
            yield gavel, app


def check(app: httpx.Client, number: int) -> httpx.Response:
    return app.post("/check", json={"message": f"message {number} " + "x" * 3000})


def test_a_full_disk_and_room_again(disk: Disk, upstream: Upstream) -> None:
    with ExitStack() as stack:
        webhook = stack.enter_context(Webhook())
        gavel, app = stack.enter_context(running(disk, upstream))
        admin = stack.enter_context(closing(Moderator("ana", "seed", gavel, "admin")))
        rules = {"rules[quota_marks]": "80, 100", "rules[upstream]": "on", "rules[webhook_url]": webhook.url}
        admin.http.post(f"{gavel.origin}/settings", data=rules, headers={"accept": "text/html"})
        answered = [check(app, number).headers["x-gavel-detection"] for number in range(20)]
        ballast = disk.fill()
        refused = [check(app, number) for number in range(20, 30)]
        answered += [answer.headers["x-gavel-detection"] for answer in refused if answer.status_code == 200]
        until("that it is not ready", lambda: readiness(gavel) == (503, "nothing can be written: the disk is full"), 5)

        # Nothing is asked for that could not be kept, and clients hold what gets no answer.
        asked = len(upstream.asked("check"))
        refused = [check(app, number) for number in range(30, 40)]
        assert {answer.status_code for answer in refused} == {503}
        assert all("retry-after" in answer.headers for answer in refused)
        assert len(upstream.asked("check")) == asked, "what cannot be kept is paid for"
        until("that somebody is told", lambda: ("alert.opened", "log_not_written") in [p.told for p in webhook.taken], 10)
        page = admin.http.get(f"{gavel.origin}/health", headers={"accept": "text/html"})
        assert page.status_code == 200, page.text
        assert "Cannot be written: the disk is full" in page.text and "Nothing can be written" in page.text
        assert "POST /api/" in page.text, "what was answered 503 shows"
        # A log-in may still find room for its few bytes.
        form = {"email": "ana@example.com", "password": PASSWORD}
        entered = httpx.post(f"{gavel.origin}/login", data=form, headers={"sec-fetch-site": "same-origin"}, timeout=20)
        assert entered.status_code in (303, 503), entered.text
        assert entered.status_code == 303 or "nobody can log in until there is room" in entered.text

        ballast.unlink()
        until_ready(gavel)
        answer = check(app, 50)
        assert answer.status_code == 200, answer.text
        answered.append(answer.headers["x-gavel-detection"])
        row = gavel.row(answer)["id"]
        labelled = admin.call("labels/rows", {"one": f"ham:{row}~0"})
        assert labelled is not None and labelled.status_code == 200, labelled and labelled.text
        until("that it is told to be over", lambda: ("alert.cleared", "log_not_written") in [p.told for p in webhook.taken], 40)
        with gavel.database() as database:
            logged = {str(id) for (id,) in database.execute("SELECT id FROM detections")}
        assert set(answered) <= logged


def test_a_gavel_that_starts_on_a_full_disk_can_be_read(disk: Disk, upstream: Upstream) -> None:
    with running(disk, upstream) as (gavel, app), closing(Moderator("ana", "seed", gavel, "admin")) as admin:
        assert check(app, 1).status_code == 200
        assert gavel.count() == 1
        gavel.stop()
        ballast = disk.fill()
        gavel.start()
        assert readiness(gavel) == (503, "nothing can be written: the disk is full")
        page = admin.http.get(f"{gavel.origin}/detections", headers={"accept": "text/html"})
        assert page.status_code == 200 and "message 1" in page.text
        assert check(app, 2).status_code == 503
        ballast.unlink()
        until_ready(gavel)
        assert check(app, 3).status_code == 200
        assert gavel.count() == 2
        page = admin.http.get(f"{gavel.origin}/detections", headers={"accept": "text/html"})
        assert "message 3" in page.text, "what is new is read too"


def test_a_read_only_file_system(disk: Disk, upstream: Upstream) -> None:
    def remount(how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", str(disk.folder)], check=True)

    with running(disk, upstream) as (gavel, app):
        assert check(app, 1).status_code == 200
        assert gavel.count() == 1
        gavel.stop()
        remount("ro")
        gavel.start()
        assert readiness(gavel)[0] == 503 and "read-only" in readiness(gavel)[1]
        assert check(app, 2).status_code == 503
        remount("rw")
        until_ready(gavel)
        assert check(app, 3).status_code == 200
        assert gavel.count() == 2


@pytest.fixture
def broken_disk(disk: Disk, tmp_path: Path) -> Iterator[Disk]:
    """A file system in a file that promises more than the disk below it has: what it writes fails once that is full."""
    image, folder = disk.folder / "image", tmp_path / "broken"
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(256 << 20)
    try:
        subprocess.run(["mkfs.ext2", "-q", "-F", str(image)], check=True, capture_output=True)
        subprocess.run(["mount", "-o", "loop,errors=continue", str(image), str(folder)], check=True, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no file can be mounted: {error}")
    below = disk.folder
    disk.folder = folder
    disk.below = below  # type: ignore[attr-defined]
    yield disk
    subprocess.run(["umount", "-l", str(folder)], check=True)
    disk.folder = below


def test_a_disk_with_errors(broken_disk: Disk, upstream: Upstream) -> None:
    with running(broken_disk, upstream) as (gavel, app):
        assert check(app, 1).status_code == 200
        below = broken_disk.below  # type: ignore[attr-defined]
        folder, broken_disk.folder = broken_disk.folder, below
        ballast = broken_disk.fill()
        broken_disk.folder = folder
        answers = []

        def fails() -> bool:
            answers.append(check(app, 100 + len(answers)))
            return readiness(gavel)[0] == 503

        until("that it is not ready", fails, 30)
        assert "the disk reports errors" in readiness(gavel)[1]
        ballast.unlink()
        until_ready(gavel)
        last = check(app, 2)
        assert last.status_code == 200
        with gavel.database() as database:
            logged = {str(id) for (id,) in database.execute("SELECT id FROM detections")}
        answered = {answer.headers["x-gavel-detection"] for answer in [*answers, last] if answer.status_code == 200}
        assert answered <= logged


def test_apps_are_answered_in_time_while_another_program_holds_the_database(upstream: Upstream) -> None:
    with Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel, client(gavel.base_url, gavel.token("shop")) as app:
        assert check(app, 1).status_code == 200
        answers = []
        with held(gavel.folder / "gavel.db"):
            for number in (2, 3):
                began = time.monotonic()
                answers.append(check(app, number))
                assert time.monotonic() - began < 4.75
        assert [answer.status_code for answer in answers] == [200, 200]
        until("the rows", lambda: gavel.count() == 3)

        # Killed while it is held: what was answered is in the log at the next start, once.
        with held(gavel.folder / "gavel.db"):
            killed = check(app, 4)
            gavel.kill()
        assert killed.status_code == 200
        gavel.start()
        until("that nothing is beside the database", lambda: not list(gavel.folder.glob("*-aside-*")))
        told = [answer.json()["detection_id"] for answer in [*answers, killed]]
        with gavel.database() as database:
            for id in told:
                known = """SELECT count(*) FROM (SELECT upstream_id FROM detections UNION ALL
                           SELECT upstream_id FROM superseded_verdicts) WHERE upstream_id = ?"""
                assert database.execute(known, (id,)).fetchone()[0] == 1
        assert gavel.count() == 4
