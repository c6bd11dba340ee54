-- What was decided after an app had its answer, in the order in which the app is to hear of it: by callback, or when it asks.

-- Detections of apps whose label or verdict changed. What the app is to hear is worked out once the time for undoing is over.
CREATE TABLE app_decisions_due (
    detection_id INTEGER PRIMARY KEY REFERENCES detections (id) ON DELETE CASCADE,
    due_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX app_decisions_due_by_time ON app_decisions_due (due_at);

CREATE TRIGGER app_decisions_begun AFTER UPDATE OF label, is_spam, judged_by ON detections
WHEN NEW.token_id IS NOT NULL AND NEW.site IS NOT NULL
 AND (OLD.label IS NOT NEW.label OR OLD.is_spam <> NEW.is_spam OR OLD.judged_by <> NEW.judged_by) BEGIN
    INSERT INTO app_decisions_due (detection_id, due_at) VALUES (NEW.id, 0) ON CONFLICT DO UPDATE SET due_at = 0;
END;

-- The id is the place in the feed: rows are written in the order in which they may be read, so nobody who reads on from the last
-- one skips any.
CREATE TABLE app_decisions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    site         TEXT NOT NULL COLLATE NOCASE,
    detection_id INTEGER NOT NULL REFERENCES detections (id) ON DELETE CASCADE,
    event        TEXT NOT NULL CHECK (event IN ('label', 'undo', 'verdict')),
    is_spam      INTEGER NOT NULL CHECK (is_spam IN (0, 1)),
    -- What the app was told before; NULL: nothing.
    previous     INTEGER CHECK (previous IN (0, 1)),
    decided_by   TEXT NOT NULL,
    decided_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX app_decisions_by_site ON app_decisions (site, id);
CREATE INDEX app_decisions_by_detection ON app_decisions (detection_id, id);

CREATE TABLE callbacks (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    site          TEXT NOT NULL UNIQUE COLLATE NOCASE,
    url           TEXT NOT NULL,
    -- Signs what is sent, so it is kept as it is.
    secret        TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    -- The last row of app_decisions that its receiver took.
    delivered_to  INTEGER NOT NULL,
    delivered_at  INTEGER,
    -- When it may be tried next; also what keeps two programs from sending the same.
    due_at        INTEGER NOT NULL DEFAULT 0,
    attempts      INTEGER NOT NULL DEFAULT 0,
    failing_since INTEGER,
    last_error    TEXT,
    -- It failed for days: a person has to look.
    stopped_at    INTEGER
) STRICT;
