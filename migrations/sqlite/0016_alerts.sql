-- What needs a person, from when to when, who was told, and how it is to be told.

CREATE TABLE alerts (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       TEXT NOT NULL,
    -- What it is about, where there can be several: a mark of a quota and its period, a site.
    subject    TEXT NOT NULL,
    what       TEXT NOT NULL,
    advice     TEXT NOT NULL,
    -- Where in Gavel to look.
    link       TEXT NOT NULL,
    opened_at  INTEGER NOT NULL,
    cleared_at INTEGER,
    -- How it ended.
    over       TEXT
) STRICT;

-- It opens once, and the database itself sees to it.
CREATE UNIQUE INDEX alerts_open ON alerts (kind, subject) WHERE cleared_at IS NULL;

-- Who put a banner away; another alert, also one of the same kind, is shown again.
CREATE TABLE alert_dismissals (
    alert_id INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    user_id  INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    at       INTEGER NOT NULL,
    PRIMARY KEY (alert_id, user_id)
) STRICT, WITHOUT ROWID;

-- What is still to be told. Written in the transaction that opens or clears the alert: each is told once on every channel,
-- and nothing is lost between.
CREATE TABLE alert_deliveries (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    alert_id   INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    channel    TEXT NOT NULL CHECK (channel IN ('webhook', 'email')),
    event      TEXT NOT NULL CHECK (event IN ('opened', 'cleared')),
    -- pending → sent | failed
    state      TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'failed')),
    due_at     INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    settled_at INTEGER,
    UNIQUE (alert_id, channel, event)
) STRICT;

CREATE INDEX alert_deliveries_due ON alert_deliveries (due_at) WHERE state = 'pending';

-- What administrators set about alerts; the one row is there from the first change on.
CREATE TABLE alert_settings (
    id             INTEGER PRIMARY KEY CHECK (id = 1),
    -- domain::AlertRules as JSON.
    rules          TEXT NOT NULL,
    webhook_url    TEXT,
    -- Signs what is sent, so it is kept as it is.
    webhook_secret TEXT
) STRICT;

-- Verdicts asked for again spend quota too: counted by period.
CREATE INDEX superseded_verdicts_by_time ON superseded_verdicts (replaced_at);

-- Feedback that was refused for good, newest looked at first.
CREATE INDEX feedback_outbox_failed ON feedback_outbox (settled_at) WHERE state = 'failed';
