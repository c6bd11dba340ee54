"""Apps that submit, remember every answer, and now and then say what was right."""

import random
import threading
import time
from dataclasses import dataclass, field

import httpx

from soak.upstream import is_spam

WORD = "of-an-app"
"""Marks messages about which only apps say what is right; moderators leave them alone."""


@dataclass
class Answers:
    """What apps were answered."""

    told: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """The id and the verdict that a message was answered with."""
    last_words: dict[str, bool] = field(default_factory=dict)
    """By id: the last word of an app that was taken."""
    unclear: set[str] = field(default_factory=set)
    """Ids with a word that was not answered: nobody knows whether it was taken."""
    refused: dict[int, int] = field(default_factory=dict)
    """Answers without a verdict, by status; 0 for none at all."""
    longest: float = 0.0
    """The longest that an app waited for an answer, in seconds, without what it waited for a Gavel that was down."""
    lock: threading.Lock = field(default_factory=threading.Lock)


class App(threading.Thread):
    """One client of one token. Every message is sent once: what is not answered stays unanswered."""

    def __init__(self, name: str, seed: str, base_url: str, token: str, answers: Answers, pause: float) -> None:
        super().__init__(name=name, daemon=True)
        self.chance = random.Random(f"{seed} {name}")
        self.answers = answers
        self.pause = pause
        self.stopping = threading.Event()
        self.http = httpx.Client(base_url=base_url, headers={"Authorization": f"Bearer {token}"}, timeout=20)
        self.number = 0
        self.own: list[str] = []

    def run(self) -> None:
        while not self.stopping.is_set():
            self.submit()
            if self.own and self.chance.random() < 0.15:
                self.say(self.chance.choice(self.own[-20:]))
            time.sleep(self.chance.uniform(0, self.pause))
        self.http.close()

    def submit(self) -> None:
        self.number += 1
        kind = self.chance.choice(["buy our offer now", "see you on monday"])
        word = WORD if self.chance.random() < 0.2 else "plain"
        message = f"{self.name} {self.number} {kind} {word}"
        began = time.monotonic()
        try:
            answer = self.http.post("/check", json={"message": message})
        except httpx.HTTPError:
            return self._count(0)
        with self.answers.lock:
            self.answers.longest = max(self.answers.longest, time.monotonic() - began)
        if answer.status_code != 200:
            return self._count(answer.status_code)
        body = answer.json()
        with self.answers.lock:
            self.answers.told[message] = (body["detection_id"], body["is_spam"])
        if word == WORD:
            self.own.append(body["detection_id"])

    def say(self, detection: str) -> None:
        word = self.chance.random() < 0.5
        try:
            answer = self.http.post("/feedback", json={"detection_id": detection, "is_spam": word})
        except httpx.HTTPError:
            answer = None
        with self.answers.lock:
            if answer is not None and answer.status_code == 200:
                self.answers.last_words[detection] = word
            else:
                self.answers.unclear.add(detection)

    def _count(self, status: int) -> None:
        with self.answers.lock:
            self.answers.refused[status] = self.answers.refused.get(status, 0) + 1
        time.sleep(0.05)


__all__ = ["WORD", "Answers", "App", "is_spam"]
