-- What the upstream said of the plan's usage, over time.

CREATE TABLE usage_samples (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    taken_at     INTEGER NOT NULL,
    plan         TEXT NOT NULL,
    total        INTEGER NOT NULL,
    used         INTEGER NOT NULL,
    remaining    INTEGER NOT NULL,
    percentage   REAL NOT NULL,
    -- Both NULL for a lifetime plan.
    period_month INTEGER,
    period_year  INTEGER
) STRICT;

CREATE INDEX usage_samples_by_time ON usage_samples (taken_at);
