"""Two starts at once, and who may read what is written."""

import os
import stat
import subprocess
import threading
from pathlib import Path

from fixtures.programs import BINARY, Gavel, environment
from fixtures.services import client

ROUNDS = 10


def starts_of_two(folder: Path) -> None:
    """Two programs start on one database; both come up, or one says in one line that another is at work."""
    outcomes: list[Gavel | str] = []

    def start() -> None:
        try:
            outcomes.append(Gavel(folder=folder))
        except AssertionError as failed:
            outcomes.append(str(failed))

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    served = [outcome for outcome in outcomes if isinstance(outcome, Gavel)]
    try:
        refused = [outcome for outcome in outcomes if isinstance(outcome, str)]
        assert all("another Gavel is at work" in words for words in refused), refused
        assert served
        for gavel in served:
            token = gavel.token(f"app of {gavel.process.pid}")
            with client(gavel.base_url, token) as app:
                assert app.post("/check", json={"message": "hello"}).status_code == 200
    finally:
        for gavel in served:
            gavel.__exit__()


def test_two_starts_at_once_on_a_new_database(tmp_path: Path) -> None:
    for number in range(ROUNDS):
        folder = tmp_path / str(number)
        folder.mkdir()
        starts_of_two(folder)


def test_two_starts_at_once_on_a_database_that_is_there(tmp_path: Path) -> None:
    for _ in range(ROUNDS):
        starts_of_two(tmp_path)


def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    """Also those of a version that left them open to others."""
    data = tmp_path / "data"

    def rights() -> dict[str, int]:
        return {path.name: stat.S_IMODE(path.stat().st_mode) for path in [data, *data.rglob("*")]}

    def add(email: str) -> None:
        subprocess.run(
            [BINARY, "user", "add", "--email", email, "--role", "admin", "--password-stdin"], cwd=tmp_path,
            env=environment(), input="correct horse battery", text=True, check=True, capture_output=True,
        )  # fmt: skip

    os.umask(0o022)
    add("ana@example.com")
    assert rights() == {"data": 0o700, "gavel.db": 0o600}
    data.chmod(0o755)
    (data / "gavel.db").chmod(0o644)
    add("ben@example.com")
    assert rights() == {"data": 0o700, "gavel.db": 0o600}

    rows = tmp_path / "rows.csv"
    rows.write_text("message\nhello there\n")
    subprocess.run([BINARY, "import", str(rows)], cwd=tmp_path, env=environment(), check=True, capture_output=True)
    found = rights()
    assert found["gavel.db-imports"] == 0o700
    assert all(mode & 0o077 == 0 for mode in found.values()), found


def test_secrets_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("ak_live_from_a_file\n")
    with Gavel("--activelayer-api-key-file", str(tmp_path / "key"), "--activelayer-base-url", "http://127.0.0.1:1/") as gavel:
        assert 'upstream="http://127.0.0.1:1/"' in gavel.output
