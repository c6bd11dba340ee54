"""Many bad days in a row: kills, an upstream that fails, a clock that jumps, a disk that fills, two programs on one file.

    python -m soak [--seed WORD] [--seconds 35]

Everything that is left to chance comes from the seed, which is printed; what the machine makes of it (which thread comes first)
is not. Afterwards nothing may be lost, doubled or different: see `zeros.py`.
"""

import argparse
import random
import secrets
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx

from fixtures.receivers import Webhook
from fixtures.upstream import KEY
from soak.apps import Answers, App
from soak.machine import Clock, Disk, Soaked, free, held, is_ci
from soak.people import Moderator
from soak.upstream import MOODS, MoodyUpstream
from soak.zeros import Zeros, waiting

BUDGET = ("thrifty", 60)
"""The token with a hard budget, and its checks a day."""

SETTLED = 100.0
"""How long everything that waits may take once all is well again, in seconds."""

BACK = 10.0
"""How long Gavel may take to work again once there is room on the disk."""


def named(bad_day: Callable) -> str:
    return bad_day.__name__.replace("_", " ")


class Soak:
    def __init__(self, seed: str, folder: Path, stack: ExitStack, without: list[str]) -> None:
        self.without = without
        self.chance = random.Random(seed)
        self.problems: list[str] = []
        self.counts: dict[str, int] = {}
        self.began = time.monotonic()
        self.disk = Disk(folder / "disk")
        stack.callback(self.disk.close)
        self.clock = Clock(folder)
        self.upstream = MoodyUpstream(random.Random(f"{seed} upstream"))
        stack.callback(self.upstream.close)
        self.webhook = stack.enter_context(Webhook())
        self.gavel = Soaked(self.disk.folder, self.clock, self.upstream.base_url, KEY)
        stack.callback(self.gavel.kill)
        self.answers = Answers()
        self.people = [Moderator("ana", seed, self.gavel, "admin"), *(Moderator(n, seed, self.gavel) for n in ("ben", "cleo"))]
        self._settings()
        tokens = {name: self.gavel.token(name, "--fallback", "engine") for name in ("shop", "blog", "wiki", BUDGET[0])}
        self.apps = [App(n, seed, self.gavel.base_url, t, self.answers, 0.04) for n, t in tokens.items()]

    def _settings(self) -> None:
        admin = self.people[0]
        form = {"scope": "token", "subject": BUDGET[0], "span": "day", "checks": str(BUDGET[1]), "kind": "hard"}
        done = admin.call("budgets/set", {f"budget[{name}]": value for name, value in form.items()})
        assert done and done.status_code == 200, done and done.text
        rules = {"rules[quota_marks]": "80, 100", "rules[upstream]": "on", "rules[webhook_url]": self.webhook.url}
        saved = admin.http.post(f"{self.gavel.origin}/settings", data=rules, headers={"accept": "text/html"})
        assert saved.status_code == 200, saved.text

    def say(self, words: str) -> None:
        print(f"{time.monotonic() - self.began:7.1f} s  {words}", flush=True)

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def run(self, seconds: float) -> None:
        for thread in [*self.apps, *self.people]:
            thread.start()
        bad_days = [self.kills, self.two_on_one_file, self.clock_jumps, self.database_held, self.disk_full]
        bad_days = [day for day in bad_days if named(day) not in self.without]
        # The first takes half of the time; each is as long as all others of its round.
        end = time.monotonic() + seconds
        round_time = seconds if seconds < 120 else 60.0
        while time.monotonic() < end:
            for bad_day in bad_days:
                self.say(named(bad_day))
                bad_day(round_time)
        self.upstream.become("well")
        for thread in [*self.apps, *self.people]:
            thread.stopping.set()
        for thread in [*self.apps, *self.people]:
            thread.join(60)

    def kills(self, round_time: float) -> None:
        """Killed again and again, while the upstream is what it likes to be."""
        end = time.monotonic() + round_time * 0.5
        while time.monotonic() < end:
            self.upstream.become(self.chance.choice(MOODS))
            time.sleep(self.chance.uniform(0.2, 2.5))
            if self.chance.random() < 0.8:
                self.gavel.kill()
                self.count("SIGKILL")
            else:
                self.upstream.become("well")
                self.gavel.stop()
                self.count("SIGTERM")
            self.gavel.again()
        self.upstream.become("well")

    def two_on_one_file(self, round_time: float) -> None:
        """A second Gavel on the same file, which is killed in the middle of what it does."""
        self.upstream.become("slow")
        second = Soaked(self.disk.folder, self.clock, self.upstream.base_url, KEY)
        time.sleep(round_time * 0.1)
        second.kill()
        self.count("second Gavel")
        self.upstream.become("well")

    def clock_jumps(self, round_time: float) -> None:
        """A day ahead, with an upstream that has feedback tried again, and back."""
        if not self.clock.library:
            return self.left_out("clock jumps", "libfaketime is not installed (Debian: libfaketime)")
        self.upstream.become("fails")
        self.clock.set("+1d")
        time.sleep(round_time * 0.1)
        self.clock.set("+0")
        self.count("clock jump")
        self.upstream.become("well")

    def database_held(self, round_time: float) -> None:
        """Another program holds the database for longer than an app waits; then Gavel is killed."""
        with held(self.disk.folder / "gavel.db"):
            time.sleep(max(6.0, round_time * 0.1))
            self.gavel.kill()
        self.count("database held")
        self.gavel.again()

    def disk_full(self, _: float) -> None:
        if not self.disk.is_small:
            return self.left_out("disk full", f"no small disk could be mounted here ({self.disk.problem})")
        ballast = self.disk.fill()
        if not self.wait_for_readiness(503, 10):
            self.problems.append("ready, with a full disk")
        time.sleep(2)
        ballast.unlink()
        if not self.wait_for_readiness(200, BACK):
            self.problems.append(f"not ready {BACK} s after there was room again ({free(self.disk.folder)} bytes)")
        self.count("disk full")

    def wait_for_readiness(self, status: int, patience: float) -> bool:
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if httpx.get(f"{self.gavel.origin}/readyz", timeout=5).status_code == status:
                return True
            time.sleep(0.2)
        return False

    def left_out(self, what: str, why: str) -> None:
        self.say(f"LEFT OUT: {what}: {why}")
        if is_ci():
            self.problems.append(f"{what} left out: {why}")

    def settle(self) -> None:
        """Waits until nothing waits any more; with the clock an hour ahead, since much is tried again only in a while."""
        self.clock.set("+1h")
        end = time.monotonic() + SETTLED
        while time.monotonic() < end:
            with sqlite3.connect(self.disk.folder / "gavel.db", timeout=5) as database:
                left = waiting(database)
            if not left:
                return
            time.sleep(0.5)
        self.problems.append(f"still waiting after {SETTLED} s: {left}")

    def zeros(self) -> dict[str, list]:
        posted = [(post.json["event"], post.json.get("alert", {}).get("id")) for post in self.webhook.taken]
        kinds = {post.told for post in self.webhook.taken}
        if self.counts.get("disk full") and ("alert.opened", "log_not_written") not in kinds:
            self.problems.append("nobody was told that the disk was full")
        with sqlite3.connect(self.disk.folder / "gavel.db", timeout=5) as database:
            return Zeros(database, self.answers, self.upstream).all(BUDGET, posted, self.answers.longest)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", default=secrets.token_hex(4))
    options.add_argument("--seconds", type=float, default=35.0)
    options.add_argument("--without", action="append", default=[], metavar="BAD DAY", help="for instance 'clock jumps'")
    options = options.parse_args()
    print(f"seed {options.seed}, {options.seconds:.0f} s of bad days", flush=True)
    with ExitStack() as stack, tempfile.TemporaryDirectory(prefix="gavel-soak-") as folder:
        soak = Soak(options.seed, Path(folder), stack, options.without)
        soak.run(options.seconds)
        soak.say("settling")
        soak.settle()
        zeros = soak.zeros()
        soak.say("over")
        report(soak, zeros)
        stack.close()
    bad = [what for what, found in zeros.items() if found] + soak.problems
    if bad:
        print(f"FAILED (seed {options.seed}): " + "; ".join(bad))
    return 1 if bad else 0


def report(soak: Soak, zeros: dict[str, list]) -> None:
    events = ", ".join(f"{count} × {what}" for what, count in soak.counts.items())
    print(f"\n{len(soak.answers.told)} checks answered, {soak.answers.refused} without a verdict; {events}")
    print(f"the longest answer took {soak.answers.longest:.2f} s; {len(soak.answers.last_words)} words of apps taken\n")
    for what, found in zeros.items():
        print(f"  {len(found):6}  {what}{': ' + str(found[:3]) if found else ''}")
    for problem in soak.problems:
        print(f"  !!      {problem}")


if __name__ == "__main__":
    threading.excepthook = lambda failed: sys.__excepthook__(failed.exc_type, failed.exc_value, failed.exc_traceback)
    sys.exit(main())
