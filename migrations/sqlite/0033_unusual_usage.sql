-- Plans without a limit, and figures that could not be read, are told apart from 0.

CREATE TABLE samples (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    taken_at     INTEGER NOT NULL,
    plan         TEXT NOT NULL,
    -- NULL: no limit, unless `unread` names it.
    total        INTEGER,
    used         INTEGER,
    remaining    INTEGER,
    percentage   REAL,
    -- Both NULL for a lifetime plan, or where `unread` names one.
    period_month INTEGER,
    period_year  INTEGER,
    -- Names of the figures that could not be read, as a JSON list.
    unread       TEXT NOT NULL DEFAULT '[]'
) STRICT;
INSERT INTO samples (id, taken_at, plan, total, used, remaining, percentage, period_month, period_year)
SELECT id, taken_at, plan, total, used, remaining, percentage, period_month, period_year FROM usage_samples;
DROP TABLE usage_samples;
ALTER TABLE samples RENAME TO usage_samples;
CREATE INDEX usage_samples_by_time ON usage_samples (taken_at);

-- The upstream's last answer about usage, byte for byte: what apps are given while the upstream is slow or
-- away.
CREATE TABLE stats_answer (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    taken_at INTEGER NOT NULL,
    body     TEXT NOT NULL
) STRICT;
