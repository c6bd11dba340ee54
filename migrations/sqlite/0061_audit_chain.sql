-- The audit record can be checked: each entry carries a SHA-256 hash over its content and the hash of the entry before.
-- SQLite has no SHA-256, so entries that are there already get theirs when the program opens the database next.

ALTER TABLE audit_events ADD COLUMN hash BLOB;

-- The newest entry, apart from the record itself: without it, entries deleted at the end would not be missed.
CREATE TABLE audit_head (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    id   INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;

-- Pages list entries by person and by action, newest first (the rowid is the last column of every index).
CREATE INDEX audit_events_by_user ON audit_events (user_id);
CREATE INDEX audit_events_by_action ON audit_events (action);
