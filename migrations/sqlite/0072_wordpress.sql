-- WordPress sites that Gavel writes decisions back to, and reads comments of, by their REST interface.

CREATE TABLE wordpress_sites (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    site          TEXT NOT NULL UNIQUE COLLATE NOCASE,
    -- The front page, and the root of the REST interface.
    home          TEXT NOT NULL,
    api           TEXT NOT NULL,
    login         TEXT NOT NULL,
    -- The application password, sealed with a key that is not in the database.
    password      BLOB NOT NULL,
    -- Comments that are read are checked as this app's.
    token_id      INTEGER NOT NULL REFERENCES api_tokens (id),
    created_at    INTEGER NOT NULL,
    -- The last row of app_decisions that was dealt with.
    written_to    INTEGER NOT NULL,
    read_at       INTEGER,
    -- When somebody may work on it; also what keeps two programs from working on it at once.
    due_at        INTEGER NOT NULL DEFAULT 0,
    attempts      INTEGER NOT NULL DEFAULT 0,
    failing_since INTEGER,
    last_error    TEXT
) STRICT;
CREATE INDEX wordpress_sites_by_token ON wordpress_sites (token_id);

-- Which comment a detection is about, and where it stood when it was last looked at.
CREATE TABLE wordpress_comments (
    wordpress_id INTEGER NOT NULL REFERENCES wordpress_sites (id) ON DELETE CASCADE,
    comment_id   INTEGER NOT NULL,
    detection_id INTEGER NOT NULL UNIQUE REFERENCES detections (id) ON DELETE CASCADE,
    status       TEXT NOT NULL CHECK (status IN ('approved', 'hold', 'spam', 'trash')),
    -- Where Gavel took it from: it goes back there when the label is taken back.
    taken_from   TEXT CHECK (taken_from IN ('approved', 'hold', 'spam', 'trash')),
    -- Hash of its text as it was met: what was changed since is published by nobody who has not seen it.
    text_hash    BLOB NOT NULL CHECK (length(text_hash) = 32),
    PRIMARY KEY (wordpress_id, comment_id)
) STRICT, WITHOUT ROWID;

-- Feedback that a plugin sends half a minute after Gavel itself changed a comment: nobody's word.
CREATE TABLE wordpress_echoes (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    detection_id INTEGER NOT NULL REFERENCES detections (id) ON DELETE CASCADE,
    is_spam      INTEGER NOT NULL CHECK (is_spam IN (0, 1)),
    written_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX wordpress_echoes_by_detection ON wordpress_echoes (detection_id);

-- Decisions that could not be written, and why.
CREATE TABLE wordpress_unwritten (
    decision_id  INTEGER PRIMARY KEY REFERENCES app_decisions (id) ON DELETE CASCADE,
    wordpress_id INTEGER NOT NULL REFERENCES wordpress_sites (id) ON DELETE CASCADE,
    reason       TEXT NOT NULL,
    at           INTEGER NOT NULL
) STRICT;
CREATE INDEX wordpress_unwritten_by_site ON wordpress_unwritten (wordpress_id, decision_id);

-- What a browser is to come back with from WordPress, and what it is about: by the hash of a code that works once.
CREATE TABLE pending_codes (
    hash  BLOB PRIMARY KEY CHECK (length(hash) = 32),
    data  TEXT NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- As in 0071, and also what an import brought is written back, once its comment is known.
DROP TRIGGER app_decisions_begun;
CREATE TRIGGER app_decisions_begun AFTER UPDATE OF label, labelled_at, is_spam, judged_by ON detections
WHEN NEW.site IS NOT NULL
 AND (OLD.label IS NOT NEW.label OR OLD.labelled_at IS NOT NEW.labelled_at OR OLD.is_spam <> NEW.is_spam
      OR OLD.judged_by <> NEW.judged_by)
 AND (NEW.token_id IS NOT NULL OR EXISTS (SELECT 1 FROM wordpress_comments WHERE detection_id = NEW.id)) BEGIN
    INSERT INTO app_decisions_due (detection_id, due_at) VALUES (NEW.id, 0) ON CONFLICT DO UPDATE SET due_at = 0;
END;
