"""`gavel check` and a real server of the contract: verdicts as a table and as JSON, and what it says without one."""

import json
import re
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.programs import Engine, environment
from fixtures.programs import gavel as gavel_command
from fixtures.services import HAM, SPAM, client

ROW = re.compile(r"^(?P<verdict>spam|ham ) +(?P<score>\d+\.\d)  (?P<place>.{10})  (?P<excerpt>.*)$")
"""A line of the table: verdict, score, where the message stands, and its beginning."""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """A server without a limit."""
    with Engine() as engine:
        yield engine


class Folder:
    """Where the command is typed; its log is there afterwards."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def check(
        self, base_url: str, *arguments: str, told: str | bytes = "", key: str = Engine.KEY
    ) -> subprocess.CompletedProcess[str]:
        there = {"ACTIVELAYER_BASE_URL": base_url, "ACTIVELAYER_API_KEY": key}
        done = subprocess.run(
            gavel_command("check", *arguments), cwd=self.path, env=environment() | there, timeout=120,
            input=told if isinstance(told, bytes) else told.encode(), capture_output=True,
        )  # fmt: skip
        text = subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
        assert key not in text.stdout + text.stderr, "the key is printed"
        return text

    def log(self) -> list[tuple[Any, ...]]:
        """What was logged: message, site, who judged; by message, since checks are logged as they end."""
        database = sqlite3.connect(self.path / "data/gavel.db")
        try:
            return database.execute(
                "SELECT c.message, d.site, d.judged_by FROM detections d"
                " JOIN detection_contents c ON c.detection_id = d.id ORDER BY c.message"
            ).fetchall()
        finally:
            database.close()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def objects(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def used(engine: Engine) -> int:
    """Checks that the server has counted."""
    with client(engine.base_url, Engine.KEY) as http:
        return http.get("stats").json()["data"]["usage"]["used_requests"]


def only_error(done: subprocess.CompletedProcess[str]) -> str:
    """Of a run whose only output as JSON is one error."""
    assert done.returncode == 1
    (said,) = objects(done)
    assert said.keys() == {"place", "error"}
    return said["error"]


def test_messages_of_the_line_become_a_table(engine: Engine, folder: Folder) -> None:
    before = used(engine)
    done = folder.check(engine.base_url, "--site", "notes.example.com", SPAM, HAM)
    assert done.returncode == 0, done.stderr
    rows = [row.groupdict() for line in done.stdout.splitlines() if (row := ROW.match(line))]
    found = [(row["verdict"].strip(), row["place"].strip()) for row in rows]
    assert found == [("spam", "message 1"), ("ham", "message 2")]
    assert float(rows[0]["score"]) > 50 > float(rows[1]["score"])
    assert SPAM.startswith(rows[0]["excerpt"].removesuffix("…")) and len(rows[0]["excerpt"]) > 40
    assert "2 messages: 1 spam, 1 ham, 0 failed" in done.stderr
    assert folder.log() == [(text, "notes.example.com", "activelayer") for text in sorted((SPAM, HAM))]
    assert used(engine) - before == 2


def test_standard_input_becomes_json_with_ids_that_the_server_knows(engine: Engine, folder: Folder) -> None:
    done = folder.check(engine.base_url, "--json", "--no-log", told=f"{SPAM}\n\n{HAM}\n")
    assert (done.returncode, done.stderr) == (0, "")
    found = objects(done)
    expected = [("line 1", SPAM, "spam", True), ("line 3", HAM, "ham", False)]
    assert [(one["place"], one["message"], one["verdict"], one["is_spam"]) for one in found] == expected
    assert all(one["judged_by"] == "activelayer" and one["id"] is None and one["threshold"] == 50 for one in found)
    assert found[0]["signals"]
    with client(engine.base_url, Engine.KEY) as http:
        for one in found:
            answer = http.post("feedback", json={"detection_id": one["detection_id"], "is_spam": one["is_spam"]})
            assert answer.status_code == 200, answer.text
    assert not list(folder.path.iterdir()), "nothing is written without a log"


def test_what_cannot_be_read_is_named_and_the_rest_is_judged(engine: Engine, folder: Folder) -> None:
    before = used(engine)
    table = f'name,comment\nann,"{HAM}"\nbob,\ncid,"{SPAM}"\n'
    done = folder.check(engine.base_url, "--json", "--format", "auto", told=table)
    assert done.returncode == 1
    found = objects(done)
    assert [one["place"] for one in found] == ["line 2", "line 3", "line 4"]
    assert [one.get("verdict") for one in found] == ["ham", None, "spam"]
    assert found[1]["error"] == 'column "comment": There is no message.'
    assert "1 of 3 messages could not be checked" in done.stderr
    assert used(engine) - before == 2


def test_a_usage_error_is_told_from_a_refusal(engine: Engine, folder: Folder) -> None:
    assert folder.check(engine.base_url, "--format", "papyrus", told=HAM).returncode == 2
    empty = folder.check(engine.base_url, "--no-log")
    assert (empty.returncode, empty.stdout) == (1, "")
    assert "the file is empty" in empty.stderr


@pytest.mark.parametrize("as_json", [False, True])
def test_a_wrong_key_ends_it_with_words_that_say_what_to_check(engine: Engine, folder: Folder, as_json: bool) -> None:
    more = ["--json"] if as_json else []
    done = folder.check(engine.base_url, *more, told=f"{SPAM}\n" * 40, key="not-the-key-of-anybody")
    assert done.returncode == 1
    # One line of standard output for the message that was refused; the rest would not fare better.
    (line,) = done.stdout.splitlines()
    said = json.loads(line)["error"] if as_json else line
    for text in (said, done.stderr):
        assert f"{engine.base_url} does not accept the API key" in text
        assert "ACTIVELAYER_API_KEY" in text
    assert len(done.stderr.splitlines()) == 1
    assert folder.log() == []


def test_a_server_that_is_not_there_is_named(folder: Folder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        base_url = f"http://127.0.0.1:{probe.getsockname()[1]}/api/v1"
    said = only_error(folder.check(base_url, "--json", HAM))
    assert said.startswith(f"{base_url} cannot be reached (")
    assert "--activelayer-base-url" in said
    assert folder.log() == []


def test_a_server_of_something_else_is_named(engine: Engine, folder: Folder) -> None:
    said = only_error(folder.check(f"{engine.origin}/nowhere", "--json", HAM))
    assert "status 404" in said and "--activelayer-base-url" in said


def test_too_many_requests_a_minute_say_when_to_come_again(folder: Folder) -> None:
    with Engine(per_minute="1") as engine:
        assert folder.check(engine.base_url, HAM).returncode == 0
        # The next one is due in a minute: longer than the command waits for its turn.
        done = folder.check(engine.base_url, SPAM)
        assert done.returncode == 1
        said = done.stdout
        assert said.startswith("! ") and "message 1" in said
        assert "too many requests in this minute" in said
        assert "--upstream-per-minute" in said
        again = re.search(r"again in (\d+) s", said)
        assert again and 1 <= int(again[1]) <= 60, said
        assert [row[0] for row in folder.log()] == [HAM]


def test_a_quota_that_is_used_up_ends_it(folder: Folder) -> None:
    with Engine("--monthly-quota", "1") as engine:
        assert folder.check(engine.base_url, HAM).returncode == 0
        done = folder.check(engine.base_url, "--json", told=f"{SPAM}\n" * 40)
        said = only_error(done)
        assert "the monthly quota is used up (1 of 1 checks)" in said
        assert "wait for the next period" in said
        assert "wait for the next period" in done.stderr
        assert used(engine) == 1
