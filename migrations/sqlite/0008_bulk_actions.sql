-- One action on many detections, and who is looking at what in the review queue.

CREATE TABLE bulk_actions (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id     INTEGER NOT NULL REFERENCES users (id),
    kind        TEXT NOT NULL CHECK (kind IN ('spam', 'ham', 'recheck')),
    -- The search whose matches it is about; NULL for a selection.
    q           TEXT,
    -- listing → running → done | cancelled; then undoing → undone.
    state       TEXT NOT NULL CHECK (state IN ('listing', 'running', 'done', 'cancelled', 'undoing', 'undone')),
    -- The last detection that was listed: listing goes on below it after a restart.
    listed_to   INTEGER,
    total       INTEGER NOT NULL DEFAULT 0,
    done        INTEGER NOT NULL DEFAULT 0,
    skipped     INTEGER NOT NULL DEFAULT 0,
    failed      INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    -- When the feedback of its last decision may leave.
    send_after  INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;

CREATE INDEX bulk_actions_at_work ON bulk_actions (id) WHERE state IN ('listing', 'running', 'undoing');
CREATE INDEX bulk_actions_of_person ON bulk_actions (user_id, send_after);

-- What an action still has to do. A row goes in the transaction that does it, so the table is empty when nothing is at work.
CREATE TABLE bulk_rows (
    bulk_id      INTEGER NOT NULL REFERENCES bulk_actions (id) ON DELETE CASCADE,
    detection_id INTEGER NOT NULL REFERENCES detections (id) ON DELETE CASCADE,
    -- The version that the moderator saw: what was decided since is skipped.
    version      INTEGER NOT NULL,
    PRIMARY KEY (bulk_id, detection_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX bulk_rows_by_detection ON bulk_rows (detection_id);

ALTER TABLE label_decisions ADD COLUMN bulk_id INTEGER REFERENCES bulk_actions (id);
CREATE INDEX label_decisions_by_bulk ON label_decisions (bulk_id) WHERE bulk_id IS NOT NULL;

-- Whoever reviews a detection has it to themselves for a while.
CREATE TABLE claims (
    detection_id INTEGER PRIMARY KEY REFERENCES detections (id) ON DELETE CASCADE,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX claims_by_person ON claims (user_id);
