-- What keeps a bad day from doing harm.

-- A row that is written to see whether anything can be written: on a full disk, reading works and says nothing.
CREATE TABLE writing_probe (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    tried INTEGER NOT NULL
) STRICT;
INSERT INTO writing_probe (id, tried) VALUES (1, 0);

-- Until when somebody is at work on a row: of two programs on one database, one sends it, and an undo knows that it may be on
-- its way. A time in the past, or NULL: nobody is.
ALTER TABLE feedback_outbox ADD COLUMN claimed_until INTEGER;
ALTER TABLE rechecks ADD COLUMN claimed_until INTEGER;

-- What is deleted is overwritten (the connection's secure_delete). The index of words only notes that a row is gone; its words are
-- left out when pieces of the index are put together. So after a deletion all of them are, a little at a time.
CREATE TABLE words_deleted (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    -- Rows deleted since the beginning, and how many of them have left nothing in the index.
    deleted INTEGER NOT NULL,
    gone    INTEGER NOT NULL
) STRICT;
INSERT INTO words_deleted (id, deleted, gone) VALUES (1, 0, 0);
CREATE TRIGGER words_deleted_counted AFTER DELETE ON detections BEGIN
    UPDATE words_deleted SET deleted = deleted + 1;
END;

-- What is on its way is found without looking at all that ever was.
CREATE INDEX feedback_outbox_claimed ON feedback_outbox (claimed_until) WHERE claimed_until IS NOT NULL;
