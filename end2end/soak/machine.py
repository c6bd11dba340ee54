"""The machine that Gavel runs on: its disk, its clock, and what else uses its database."""

import os
import shutil
import sqlite3
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from fixtures.programs import BINARY, Gavel, Program, environment

DISK_MIB = 96
FAKETIME = "/usr/lib/*/faketime/libfaketime.so.1"


class Disk:
    """A small file system of its own in memory, where this may be mounted; else a folder, which never gets full."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m,mode=0700", "gavel-soak", str(folder)]
        try:
            tried = subprocess.run(command, capture_output=True, text=True, check=False)
            self.problem = tried.stderr.strip() if tried.returncode else ""
        except FileNotFoundError as missing:
            self.problem = str(missing)

    @property
    def is_small(self) -> bool:
        return not self.problem

    def fill(self) -> Path:
        """Leaves nothing."""
        ballast = self.folder / "ballast"
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(1 << 16))
        with ballast.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(1))
        return ballast

    def close(self) -> None:
        if self.is_small:
            subprocess.run(["umount", "-l", str(self.folder)], check=True)


class Clock:
    """The clock that Gavel sees: libfaketime moves it, while the time that passes stays what it is."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/").glob(FAKETIME.lstrip("/")))
        self.library = str(found[0]) if found else ""
        self.file = folder / "clock"
        self.set("+0")

    def set(self, offset: str) -> None:
        self.file.write_text(offset + "\n")

    @property
    def settings(self) -> dict[str, str]:
        if not self.library:
            return {}
        return {
            "LD_PRELOAD": self.library, "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1",
        }  # fmt: skip


class Soaked(Gavel):
    """Gavel on that machine, in front of an upstream. Its command line runs without its clock."""

    def __init__(self, folder: Path, clock: Clock, upstream: str, key: str) -> None:
        self.place = ("--database", "sqlite://gavel.db")
        flags = [
            "--upstream-per-minute", "1000000", "--activelayer-base-url", upstream, "--activelayer-api-key", key,
            "--upstream-timeout", "1s", "--feedback-undo", "1s", "--usage-poll-interval", "10s",
        ]  # fmt: skip
        Program.__init__(self, BINARY, "serve", *self.place, *flags, folder=folder, **clock.settings)

    def again(self) -> None:
        """Starts it after it was killed; how soon it is ready is part of what is looked at."""
        self._printed.clear()
        self.start()


@contextmanager
def held(database: Path):
    """Another program holds the database for writing."""
    other = sqlite3.connect(database, timeout=10, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    finally:
        other.close()


def free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def is_ci() -> bool:
    return bool(os.environ.get("CI"))


