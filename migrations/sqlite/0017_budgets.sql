-- How much a site or an app may spend. What is spent is counted in stat_days.

CREATE TABLE budgets (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    scope   TEXT NOT NULL CHECK (scope IN ('site', 'token')),
    -- The site, or the name of the token (of whichever token of this name is in force).
    subject TEXT NOT NULL COLLATE NOCASE,
    span    TEXT NOT NULL CHECK (span IN ('period', 'month', 'day')),
    checks  INTEGER NOT NULL CHECK (checks > 0),
    hard    INTEGER NOT NULL CHECK (hard IN (0, 1)),
    UNIQUE (scope, subject, span)
) STRICT;
