-- From which score on the embedded detector calls a message spam: here ('' as site), and on sites where it is to be otherwise.
CREATE TABLE thresholds (
    site   TEXT PRIMARY KEY COLLATE NOCASE,
    points INTEGER NOT NULL CHECK (points BETWEEN 1 AND 100)
) STRICT, WITHOUT ROWID;
