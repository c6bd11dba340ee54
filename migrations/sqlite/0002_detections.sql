-- The log of detections.
--
-- Two tables: `detections` holds what is filtered, sorted and counted (some 200 bytes a row, so that a scan of the newest
-- rows stays cheap at ten million of them); `detection_contents` holds what only a shown row needs.

CREATE TABLE detections (
    -- Grows with time; paging and full-text order follow it. AUTOINCREMENT: a permalink never comes to mean another row.
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at     INTEGER NOT NULL,
    endpoint       TEXT NOT NULL,
    origin         TEXT NOT NULL,
    site           TEXT COLLATE NOCASE,
    -- Set by imports, which come with a later migration.
    import_id      INTEGER,
    email          TEXT COLLATE NOCASE,
    -- The characters of `email` in reverse: turns "*@mail.ru" into a range of an index.
    email_reversed TEXT COLLATE NOCASE,
    -- 16 bytes, IPv4 mapped into IPv6 (::ffff:0:0/96): a CIDR range is a range of an index.
    ip             BLOB CHECK (length(ip) = 16),
    content_hash   BLOB NOT NULL CHECK (length(content_hash) = 32),
    upstream_id    TEXT NOT NULL,
    is_spam        INTEGER NOT NULL CHECK (is_spam IN (0, 1)),
    score          REAL NOT NULL,
    threshold      REAL NOT NULL,
    -- Negative distance of score and threshold, so that "nearest first, then newest first" is one index read backwards.
    closeness      REAL NOT NULL GENERATED ALWAYS AS (-abs(score - threshold)) VIRTUAL,
    judged_by      TEXT NOT NULL,
    label          TEXT CHECK (label IN ('spam', 'ham')),
    labelled_by    INTEGER REFERENCES users (id),
    labelled_at    INTEGER,
    version        INTEGER NOT NULL DEFAULT 0,
    -- State of the newest outbox row that was not cancelled; written in the same transaction as that row.
    feedback       TEXT NOT NULL DEFAULT 'none',
    -- Whether moderators and verdict disagree.
    disputed       INTEGER NOT NULL GENERATED ALWAYS AS (label IS NOT NULL AND (label = 'spam') <> is_spam) VIRTUAL
) STRICT;

CREATE TABLE detection_contents (
    detection_id       INTEGER PRIMARY KEY REFERENCES detections (id) ON DELETE CASCADE,
    -- The first characters of a long message, ahead of it in the row: a list never reads a megabyte to show two lines.
    -- NULL when the message is no longer than that.
    excerpt            TEXT,
    name               TEXT,
    website_url        TEXT,
    domain             TEXT,
    user_agent         TEXT,
    submitted_at       INTEGER,
    execution_ms       REAL NOT NULL,
    upstream_timestamp TEXT NOT NULL,
    message            TEXT NOT NULL,
    extra              TEXT NOT NULL,
    signals            TEXT NOT NULL,
    raw_answer         TEXT NOT NULL
) STRICT;

-- Orders. Rowids end every index, so ties follow the id.
CREATE INDEX detections_by_score ON detections (score);
CREATE INDEX detections_by_closeness ON detections (closeness);
-- "The highest scores that passed as ham" must not walk through all spam.
CREATE INDEX detections_by_verdict ON detections (is_spam, score);

-- Look-ups.
CREATE INDEX detections_by_upstream_id ON detections (upstream_id);
CREATE INDEX detections_by_content ON detections (content_hash);
CREATE INDEX detections_by_origin ON detections (origin);
CREATE INDEX detections_by_site ON detections (site) WHERE site IS NOT NULL;
CREATE INDEX detections_by_import ON detections (import_id) WHERE import_id IS NOT NULL;
CREATE INDEX detections_by_email ON detections (email) WHERE email IS NOT NULL;
CREATE INDEX detections_by_email_reversed ON detections (email_reversed) WHERE email_reversed IS NOT NULL;
CREATE INDEX detections_by_ip ON detections (ip) WHERE ip IS NOT NULL;

-- Work to do: the review queue, nearest first or newest first, and what awaits a real verdict.
CREATE INDEX detections_to_review ON detections (closeness) WHERE label IS NULL;
CREATE INDEX detections_unlabelled ON detections (id, created_at) WHERE label IS NULL;
CREATE INDEX detections_to_rejudge ON detections (id) WHERE judged_by = 'fallback';

-- Work done: small, since people write it.
CREATE INDEX detections_labelled ON detections (id) WHERE label IS NOT NULL;
CREATE INDEX detections_labelled_when ON detections (labelled_at, label, is_spam) WHERE label IS NOT NULL;
CREATE INDEX detections_labelled_by ON detections (labelled_by) WHERE labelled_by IS NOT NULL;
CREATE INDEX detections_disputed ON detections (id) WHERE disputed = 1;
CREATE INDEX detections_feedback_pending ON detections (id) WHERE feedback = 'pending';
CREATE INDEX detections_feedback_failed ON detections (id) WHERE feedback = 'failed';

-- Words and phrases. Contentless, written by the store beside the row: the text is prepared first (scripts without spaces
-- are cut into characters, invisible characters are dropped), so the index is not a copy of any column.
CREATE VIRTUAL TABLE detections_fts USING fts5 (
    message, email, name, domain, website_url,
    content = '', contentless_delete = 1,
    tokenize = "unicode61 remove_diacritics 2"
);
CREATE TRIGGER detections_unindexed AFTER DELETE ON detections BEGIN
    DELETE FROM detections_fts WHERE rowid = OLD.id;
END;

-- Checks an hour, and which ids fell into it. Two uses: charts and quota count hours instead of rows, and a time range
-- becomes an id range, exactly, even if the clock once jumped.
CREATE TABLE check_hours (
    hour     INTEGER PRIMARY KEY, -- hours since the UNIX epoch
    first_id INTEGER NOT NULL,
    last_id  INTEGER NOT NULL,
    spam     INTEGER NOT NULL,
    ham      INTEGER NOT NULL
) STRICT;

CREATE TRIGGER detections_counted AFTER INSERT ON detections BEGIN
    INSERT INTO check_hours (hour, first_id, last_id, spam, ham)
    VALUES (NEW.created_at / 3600000, NEW.id, NEW.id, NEW.is_spam, 1 - NEW.is_spam)
    ON CONFLICT (hour) DO UPDATE SET
        first_id = min(first_id, excluded.first_id),
        last_id = max(last_id, excluded.last_id),
        spam = spam + excluded.spam,
        ham = ham + excluded.ham;
END;
CREATE TRIGGER detections_recounted AFTER UPDATE OF is_spam ON detections WHEN OLD.is_spam <> NEW.is_spam BEGIN
    UPDATE check_hours SET spam = spam + NEW.is_spam - OLD.is_spam, ham = ham + OLD.is_spam - NEW.is_spam
    WHERE hour = NEW.created_at / 3600000;
END;
CREATE TRIGGER detections_uncounted AFTER DELETE ON detections BEGIN
    UPDATE check_hours SET spam = spam - OLD.is_spam, ham = ham - (1 - OLD.is_spam)
    WHERE hour = OLD.created_at / 3600000;
END;
