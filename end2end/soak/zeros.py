"""What must be nought when it is over, counted from the database, from what apps were answered and what the upstream was told."""

import sqlite3
from collections import Counter
from collections.abc import Iterator

from soak.apps import Answers
from soak.upstream import MoodyUpstream

DAY = 86_400_000

KNOWN = """SELECT id AS row, upstream_id, is_spam FROM detections
           UNION ALL SELECT detection_id, upstream_id, is_spam FROM superseded_verdicts"""

HELD_BACK = "SELECT detection_id FROM rechecks WHERE last_error LIKE '% is spent'"
"""Rows that a spent budget keeps from the upstream."""


class Zeros:
    def __init__(self, database: sqlite3.Connection, answers: Answers, upstream: MoodyUpstream) -> None:
        self.database = database
        self.answers = answers
        self.upstream = upstream
        self.known = {id: (row, bool(spam)) for row, id, spam in database.execute(KNOWN)}
        self.words: dict[int, list[bool]] = {}
        """By row: what the upstream was told of it, in order, by its present id."""
        for row, id in database.execute("SELECT id, upstream_id FROM detections"):
            if told := upstream.words.get(id):
                self.words[row] = told

    def all(self, budget: tuple[str, int], posted: list[tuple[str, int]], slow: float) -> dict[str, list]:
        """By what they are of: those that should not be."""
        messages = {message for (message,) in self._select("SELECT message FROM detection_contents")}
        return {
            "answered and missing": [message for message in self.answers.told if message not in messages],
            "answered under an id that the log does not know": [
                id for id, _ in self.answers.told.values() if id not in self.known
            ],
            "logged twice": self._twice(),
            "verdict differing from the answer": [
                id for id, spam in self.answers.told.values() if id in self.known and self.known[id][1] != spam
            ],
            "label and upstream's last word differing": list(self._labels()),
            "undone but believed": list(self._undone()),
            "bulk undone but standing": self._bulk(),
            "hard budget overspent": list(self._budget(*budget)),
            "app's last word not the upstream's": list(self._app_words()),
            "alert not told": self._alerts(posted),
            "statistics differing from a recount": list(self._statistics()),
            "answered after 5 s": [slow] if slow > 5 else [],
        }

    def _select(self, sql: str, *values: object) -> list:
        return self.database.execute(sql, values).fetchall()

    def _twice(self) -> list:
        return self._select("SELECT message, count(*) FROM detection_contents GROUP BY message HAVING count(*) > 1")

    def _labels(self) -> Iterator[tuple]:
        # What a spent budget keeps from the upstream is unknown to it, and so is what was said about it.
        for row, label in self._select(f"SELECT id, label FROM detections WHERE label IS NOT NULL AND id NOT IN ({HELD_BACK})"):
            told = self.words.get(row)
            if not told or told[-1] != (label == "spam"):
                yield row, label, told

    def _undone(self) -> Iterator[tuple]:
        undone = """SELECT id, is_spam FROM detections WHERE label IS NULL
                    AND id IN (SELECT detection_id FROM label_decisions WHERE undone_at IS NOT NULL)"""
        for row, spam in self._select(undone):
            told = self.words.get(row)
            if told and told[-1] != bool(spam):
                yield row, bool(spam), told

    def _bulk(self) -> list:
        return self._select(
            """SELECT l.id FROM label_decisions l JOIN bulk_actions b ON b.id = l.bulk_id
               WHERE b.state = 'undone' AND l.undone_at IS NULL"""
        )

    def _budget(self, token: str, most: int) -> Iterator[tuple]:
        """What was paid for, by day: a verdict when it was first given, and each that was asked for again."""
        paid = Counter(
            day
            for (day,) in self._select(
                f"""SELECT coalesce(s.replaced_at, d.created_at) / {DAY} FROM detections d
                    JOIN api_tokens t ON t.id = d.token_id
                    LEFT JOIN superseded_verdicts s ON s.detection_id = d.id AND s.judged_by = 'fallback'
                      AND s.replaced_at >= d.created_at
                    WHERE t.name = ? AND d.judged_by <> 'fallback' GROUP BY d.id""",
                token,
            )
        )
        yield from ((day, count, most) for day, count in paid.items() if count > most)

    def _app_words(self) -> Iterator[tuple]:
        held_back = {row for (row,) in self._select(HELD_BACK)}
        for id, word in self.answers.last_words.items():
            if id in self.answers.unclear or id not in self.known:
                continue
            row = self.known[id][0]
            told = self.words.get(row)
            if row not in held_back and (not told or told[-1] != word):
                yield row, word, told

    def _alerts(self, posted: list[tuple[str, int]]) -> list:
        told = set(posted)
        return [
            (id, kind, event)
            for id, kind, over in self._select("SELECT id, kind, cleared_at IS NOT NULL FROM alerts")
            for event in ("alert.opened", "alert.cleared")[: 1 + over]
            if (event, id) not in told and kind != "log_not_written"
        ]

    def _statistics(self) -> Iterator[tuple]:
        fresh = f"""SELECT created_at / {DAY}, lower(coalesce(site, '')), coalesce(token_id, 0), origin, judged_by, is_spam,
                      coalesce(label, ''), count(*) FROM detections WHERE id <= (SELECT counted_to FROM stat_progress)
                    GROUP BY 1, 2, 3, 4, 5, 6, 7"""
        kept = """SELECT day, lower(site), token_id, origin, judged_by, is_spam, label, sum(checks) FROM stat_days
                  GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(checks) <> 0"""
        yield from set(self._select(fresh)) ^ set(self._select(kept))
        hours = """SELECT created_at / 3600000, lower(coalesce(site, '')), is_spam, count(*) FROM detections
                   WHERE id <= (SELECT counted_to FROM stat_progress) GROUP BY 1, 2, 3"""
        kept = "SELECT hour, lower(site), is_spam, sum(checks) FROM stat_hours GROUP BY 1, 2, 3 HAVING sum(checks) <> 0"
        yield from set(self._select(hours)) ^ set(self._select(kept))


WAITING = {
    "submissions without their row": """SELECT count(*) FROM submissions s
        WHERE NOT EXISTS (SELECT 1 FROM detections d WHERE d.id = s.id)""",
    "rechecks": "SELECT count(*) FROM rechecks WHERE due_at IS NOT NULL AND last_error NOT LIKE '% is spent'",
    "feedback of moderators": """SELECT count(*) FROM feedback_outbox o JOIN detections d ON d.id = o.detection_id
        WHERE o.state = 'pending' AND d.judged_by <> 'fallback'""",
    "feedback of apps": """SELECT count(*) FROM app_feedback f JOIN detections d ON d.id = f.detection_id
        WHERE d.judged_by <> 'fallback'""",
    "actions on many": "SELECT count(*) FROM bulk_actions WHERE state IN ('listing', 'running', 'undoing')",
    "notes of alerts": "SELECT count(*) FROM alert_deliveries WHERE state = 'pending'",
    "rows not counted": """SELECT count(*) FROM detections WHERE id > (SELECT counted_to FROM stat_progress)""",
}
"""What must be done before anything can be compared, and how much of it waits."""


def waiting(database: sqlite3.Connection) -> dict[str, int]:
    found = {what: database.execute(sql).fetchone()[0] for what, sql in WAITING.items()}
    return {what: count for what, count in found.items() if count}
