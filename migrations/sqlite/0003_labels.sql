-- Moderators' decisions, and the queue that carries them upstream.

CREATE TABLE label_decisions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    detection_id INTEGER NOT NULL REFERENCES detections (id) ON DELETE CASCADE,
    user_id      INTEGER NOT NULL REFERENCES users (id),
    label        TEXT NOT NULL CHECK (label IN ('spam', 'ham')),
    previous     TEXT CHECK (previous IN ('spam', 'ham')),
    decided_at   INTEGER NOT NULL,
    send_after   INTEGER NOT NULL,
    undone_at    INTEGER
) STRICT;

CREATE INDEX label_decisions_by_detection ON label_decisions (detection_id);
-- What a person can still undo.
CREATE INDEX label_decisions_undoable ON label_decisions (user_id, send_after) WHERE undone_at IS NULL;

CREATE TABLE feedback_outbox (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    decision_id  INTEGER NOT NULL REFERENCES label_decisions (id) ON DELETE CASCADE,
    detection_id INTEGER NOT NULL REFERENCES detections (id) ON DELETE CASCADE,
    label        TEXT NOT NULL CHECK (label IN ('spam', 'ham')),
    -- 1 when the row takes the decision back instead of carrying it out.
    reversal     INTEGER NOT NULL DEFAULT 0 CHECK (reversal IN (0, 1)),
    -- pending → sent | failed | cancelled; cancelled → sent when the request was under way already.
    state        TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'failed', 'cancelled')),
    due_at       INTEGER NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    last_error   TEXT,
    settled_at   INTEGER
) STRICT;

-- At most one row a detection waits, and the database itself sees to it.
CREATE UNIQUE INDEX feedback_outbox_pending ON feedback_outbox (detection_id) WHERE state = 'pending';
CREATE INDEX feedback_outbox_due ON feedback_outbox (due_at) WHERE state = 'pending';
CREATE INDEX feedback_outbox_by_detection ON feedback_outbox (detection_id);
CREATE INDEX feedback_outbox_by_decision ON feedback_outbox (decision_id);
