-- Messages, and who wrote them, are not kept for ever: they go after so many days, by rules for sites, or when somebody asks for it.
-- The row stays, with verdict, score, label, times and site: no figure changes.

-- What was let go of a detection, when, and after how many days (NULL: somebody asked for it). A table of its own, so that no row of
-- the log becomes longer, and what is not forgotten has no place in it.
CREATE TABLE forgotten (
    detection_id  INTEGER PRIMARY KEY REFERENCES detections (id) ON DELETE CASCADE,
    content_at    INTEGER,
    content_days  INTEGER,
    personal_at   INTEGER,
    personal_days INTEGER
) STRICT;

-- Rules; '' is for all sites that have none of their own.
CREATE TABLE retention (
    site          TEXT PRIMARY KEY COLLATE NOCASE,
    content_days  INTEGER CHECK (content_days BETWEEN 1 AND 36500),
    personal_days INTEGER CHECK (personal_days BETWEEN 1 AND 36500),
    -- Hours (since the UNIX epoch, as in check_hours) before these are done with.
    content_hour  INTEGER NOT NULL DEFAULT 0,
    personal_hour INTEGER NOT NULL DEFAULT 0,
    CHECK (content_days IS NOT NULL OR personal_days IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- A row may be logged later than it came: what a crash left, or a load of older ones. Its hour is looked at again.
CREATE TRIGGER retention_overtaken AFTER INSERT ON detections
WHEN NEW.created_at / 3600000 < (SELECT max(max(content_hour, personal_hour)) FROM retention) BEGIN
    UPDATE retention SET content_hour = min(content_hour, NEW.created_at / 3600000),
                         personal_hour = min(personal_hour, NEW.created_at / 3600000);
END;

CREATE TABLE forgetting (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    -- Whether words were deleted from the index since it was last put together.
    pending  INTEGER NOT NULL,
    -- How often something was forgotten: whoever learnt from messages learns anew.
    runs     INTEGER NOT NULL
) STRICT;
INSERT INTO forgetting VALUES (1, 0, 0);
