-- Imports: files whose rows are kept here before any of them is checked, so that a crash at any moment leaves each row either
-- waiting or in the log.

CREATE TABLE imports (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    -- NULL: the command line.
    user_id     INTEGER REFERENCES users (id),
    file_name   TEXT NOT NULL,
    -- Its name in the folder of imports; NULL once it is no longer needed.
    file        TEXT,
    bytes       INTEGER NOT NULL,
    format      TEXT NOT NULL,
    -- Columns and choices, as JSON; `site` again, since the next import of a site begins with the columns of the last.
    plan        TEXT NOT NULL,
    site        TEXT COLLATE NOCASE,
    -- uploaded → reading → ready → running ⇄ paused, waiting → done; cancelled from any before done.
    state       TEXT NOT NULL CHECK (state IN ('uploaded', 'reading', 'ready', 'running', 'paused', 'waiting', 'done', 'cancelled')),
    bytes_read  INTEGER NOT NULL DEFAULT 0,
    -- Why the file could not be read to its end.
    problem     TEXT,
    -- Why it waits or was paused.
    reason      TEXT,
    per_minute  REAL,
    -- Rows by their state, kept by the transactions that change it: nothing ever counts the rows.
    waiting     INTEGER NOT NULL DEFAULT 0,
    spam        INTEGER NOT NULL DEFAULT 0,
    ham         INTEGER NOT NULL DEFAULT 0,
    duplicates  INTEGER NOT NULL DEFAULT 0,
    known       INTEGER NOT NULL DEFAULT 0,
    old         INTEGER NOT NULL DEFAULT 0,
    failed      INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    started_at  INTEGER,
    finished_at INTEGER
) STRICT;

CREATE INDEX imports_at_work ON imports (id) WHERE state IN ('reading', 'running', 'waiting');
CREATE INDEX imports_by_site ON imports (site, id) WHERE site IS NOT NULL;

CREATE TABLE import_rows (
    import_id    INTEGER NOT NULL REFERENCES imports (id),
    -- From 1, in the order of the file.
    number       INTEGER NOT NULL,
    place        TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'checked', 'duplicate', 'known', 'old', 'failed')),
    -- The first eight bytes of the text's hash.
    content_key  INTEGER,
    -- What to check, as JSON; goes when the row enters the log, which has it then.
    content      TEXT,
    reason       TEXT,
    detection_id INTEGER,
    PRIMARY KEY (import_id, number)
) STRICT, WITHOUT ROWID;

-- Is the same text further up? Never changes after a row was staged.
CREATE INDEX import_rows_by_content ON import_rows (import_id, content_key) WHERE content_key IS NOT NULL;
CREATE INDEX import_rows_failed ON import_rows (import_id, number) WHERE state = 'failed';
