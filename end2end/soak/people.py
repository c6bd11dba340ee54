"""Moderators who label, overrule each other, change their minds, and do so to many rows at once."""

import random
import sqlite3
import threading
import time

import httpx

from fixtures.programs import Gavel
from soak.apps import WORD

PASSWORD = "correct horse battery"


class Moderator(threading.Thread):
    def __init__(self, name: str, seed: str, gavel: Gavel, role: str = "moderator") -> None:
        super().__init__(name=name, daemon=True)
        self.chance = random.Random(f"{seed} {name}")
        self.gavel = gavel
        self.stopping = threading.Event()
        email = f"{name}@example.com"
        gavel.command("user", "add", "--email", email, "--role", role, "--password-stdin", told=PASSWORD)
        headers = {"sec-fetch-site": "same-origin", "accept": "application/json"}
        self.http = httpx.Client(timeout=20, headers=headers)
        entered = self.http.post(f"{gavel.origin}/login", data={"email": email, "password": PASSWORD})
        assert entered.status_code == 303, entered.text

    def close(self) -> None:
        """For one who was never started."""
        self.http.close()

    def call(self, endpoint: str, form: dict) -> httpx.Response | None:
        """A click; a Gavel that is down makes it one that nobody answered."""
        try:
            return self.http.post(f"{self.gavel.origin}/fn/{endpoint}", data=form)
        except httpx.HTTPError:
            time.sleep(0.2)
            return None

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                self.act()
            except sqlite3.Error:
                # Starting, or gone for a moment.
                time.sleep(0.2)
            time.sleep(self.chance.uniform(0.02, 0.3))
        self.http.close()

    def act(self) -> None:
        act = self.chance.random()
        if act < 0.45:
            for row in self.rows(1):
                self.call("labels/rows", {"one": f"{self.label()}:{row}"})
        elif act < 0.75:
            self.call("labels/undo-latest", {})
        elif act < 0.9:
            self.overrule()
        else:
            rows = self.rows(self.chance.randint(2, 40))
            if rows:
                ticked = {f"rows[{at}]": row for at, row in enumerate(rows)}
                self.call("labels/rows", {"bulk": self.label(), **ticked})

    def overrule(self) -> None:
        """Labels a row of somebody's action on many."""
        rows = self.rows(1, "AND d.id IN (SELECT detection_id FROM label_decisions WHERE bulk_id IS NOT NULL)")
        for row in rows:
            self.call("labels/rows", {"one": f"{self.label()}:{row}"})
            if self.chance.random() < 0.5:
                time.sleep(self.chance.uniform(0, 1))
                self.call("labels/undo-latest", {})

    def label(self) -> str:
        return self.chance.choice(["spam", "ham"])

    def rows(self, count: int, condition: str = "") -> list[str]:
        """Some of the newest rows as a page would name them."""
        database = sqlite3.connect(f"file:{self.gavel.folder / 'gavel.db'}?mode=ro", uri=True, timeout=1)
        try:
            found = database.execute(
                f"""SELECT d.id, d.version FROM detections d JOIN detection_contents c ON c.detection_id = d.id
                    WHERE c.message NOT LIKE '%{WORD}' {condition} ORDER BY d.id DESC LIMIT 200"""
            ).fetchall()
        finally:
            database.close()
        return [f"{id}~{version}" for id, version in self.chance.sample(found, min(count, len(found)))]


