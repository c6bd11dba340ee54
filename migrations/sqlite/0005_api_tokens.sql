-- Apps that ask through the gateway, and what is still owed to them once the upstream is back.

CREATE TABLE api_tokens (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT NOT NULL,
    -- SHA-256 of the secret: 256 random bits need no slow hash, and a stolen database opens nothing.
    hash         BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    prefix       TEXT NOT NULL,
    site         TEXT NOT NULL,
    per_minute   INTEGER CHECK (per_minute > 0),
    fallback     TEXT NOT NULL CHECK (fallback IN ('pass', 'engine', 'reject')),
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at   INTEGER
) STRICT;

-- A name can be used again once its token is revoked.
CREATE UNIQUE INDEX api_tokens_in_force ON api_tokens (name) WHERE revoked_at IS NULL;

-- What a detection said before the upstream judged it again. Apps keep the old `detection_id` and give feedback by it.
CREATE TABLE superseded_verdicts (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    detection_id INTEGER NOT NULL REFERENCES detections (id) ON DELETE CASCADE,
    upstream_id  TEXT NOT NULL,
    is_spam      INTEGER NOT NULL CHECK (is_spam IN (0, 1)),
    score        REAL NOT NULL,
    threshold    REAL NOT NULL,
    judged_by    TEXT NOT NULL,
    raw_answer   TEXT NOT NULL,
    replaced_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX superseded_verdicts_by_upstream_id ON superseded_verdicts (upstream_id);
CREATE INDEX superseded_verdicts_by_detection ON superseded_verdicts (detection_id);

-- Rechecks that failed. A detection of the fallback without a row here has not been tried yet.
CREATE TABLE rechecks (
    detection_id INTEGER PRIMARY KEY REFERENCES detections (id) ON DELETE CASCADE,
    attempts     INTEGER NOT NULL,
    -- NULL: the upstream refused this content for good.
    due_at       INTEGER,
    last_error   TEXT NOT NULL
) STRICT;

-- Feedback of apps that the upstream could not take yet. An app's newest word on a detection is the only one that counts.
CREATE TABLE app_feedback (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    detection_id INTEGER NOT NULL UNIQUE REFERENCES detections (id) ON DELETE CASCADE,
    token_id     INTEGER NOT NULL REFERENCES api_tokens (id),
    is_spam      INTEGER NOT NULL CHECK (is_spam IN (0, 1)),
    extra        TEXT NOT NULL,
    due_at       INTEGER NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    last_error   TEXT
) STRICT;

CREATE INDEX app_feedback_due ON app_feedback (due_at);
