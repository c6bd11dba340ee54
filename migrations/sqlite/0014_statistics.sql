-- What the charts are drawn from: counts by day or hour, kept beside the log.
--
-- An insert writes none of them. Ids only grow, so the log falls into two parts: rows up to `stat_progress.counted_to` are in
-- the counts, rows behind it are not yet. The store moves that mark on, many rows at a time (sqlite/statistics/fold.rs),
-- before it reads counts, every few seconds, and once when it opens a database that is older than this. Whatever changes
-- in a row that is counted already moves its count by trigger, whoever writes it.

-- Which app's token asked, how long the asker waited for the answer in milliseconds, and the language of the text (BCP 47).
-- NULL where nobody knows: rows from before, and what came another way.
ALTER TABLE detections ADD COLUMN token_id INTEGER REFERENCES api_tokens (id);
ALTER TABLE detections ADD COLUMN took_ms REAL;
ALTER TABLE detections ADD COLUMN language TEXT;
CREATE INDEX detections_by_token ON detections (token_id) WHERE token_id IS NOT NULL;

CREATE TABLE stat_progress (
    only_row   INTEGER PRIMARY KEY CHECK (only_row = 1),
    -- Every detection up to this id is counted, none behind it.
    counted_to INTEGER NOT NULL
) STRICT;
INSERT INTO stat_progress VALUES (1, 0);

-- Where the steps of a spread begin, in milliseconds: about a third apart, so that a percentile is right to a third at worst.
CREATE TABLE stat_bounds (
    kind     TEXT NOT NULL CHECK (kind IN ('answer', 'decision')),
    at_least REAL NOT NULL,
    PRIMARY KEY (kind, at_least)
) STRICT, WITHOUT ROWID;
INSERT INTO stat_bounds
SELECT 'answer', value FROM json_each('[0.0, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 15, 20, 25, 30, 40, 50, 70, 100,
    120, 150, 200, 250, 300, 400, 500, 700, 1000, 1500, 2000, 3000, 4000, 5000, 7000, 10000, 20000, 60000]');
-- Ten seconds to three months.
INSERT INTO stat_bounds
SELECT 'decision', value * 1000 FROM json_each('[0, 10, 20, 30, 45, 60, 90, 120, 180, 300, 420, 600, 900, 1200, 1800, 2700, 3600, 5400,
    7200, 10800, 14400, 21600, 28800, 43200, 64800, 86400, 129600, 172800, 259200, 432000, 604800, 1209600, 2592000,
    7776000]');

-- Checks a day (UTC, days since the epoch). '' is no site and no label, 0 is no token.
CREATE TABLE stat_days (
    day       INTEGER NOT NULL,
    site      TEXT NOT NULL COLLATE NOCASE,
    token_id  INTEGER NOT NULL,
    origin    TEXT NOT NULL,
    judged_by TEXT NOT NULL,
    is_spam   INTEGER NOT NULL,
    label     TEXT NOT NULL,
    checks    INTEGER NOT NULL,
    PRIMARY KEY (day, site, token_id, origin, judged_by, is_spam, label)
) STRICT, WITHOUT ROWID;

-- Checks an hour, for short ranges.
CREATE TABLE stat_hours (
    hour    INTEGER NOT NULL,
    site    TEXT NOT NULL COLLATE NOCASE,
    is_spam INTEGER NOT NULL,
    checks  INTEGER NOT NULL,
    PRIMARY KEY (hour, site, is_spam)
) STRICT, WITHOUT ROWID;

-- Spread of the scores, in steps of five points; the last one includes 100.
CREATE TABLE stat_scores (
    day     INTEGER NOT NULL,
    site    TEXT NOT NULL COLLATE NOCASE,
    is_spam INTEGER NOT NULL,
    bucket  INTEGER NOT NULL,
    checks  INTEGER NOT NULL,
    PRIMARY KEY (day, site, is_spam, bucket)
) STRICT, WITHOUT ROWID;

-- Standing labels by the day on which they were set, and how long after the check that was.
CREATE TABLE stat_decisions (
    day       INTEGER NOT NULL,
    site      TEXT NOT NULL COLLATE NOCASE,
    user_id   INTEGER NOT NULL,
    at_least  REAL NOT NULL,
    decisions INTEGER NOT NULL,
    PRIMARY KEY (day, site, user_id, at_least)
) STRICT, WITHOUT ROWID;

-- How long the asker waited.
CREATE TABLE stat_answers (
    day      INTEGER NOT NULL,
    site     TEXT NOT NULL COLLATE NOCASE,
    at_least REAL NOT NULL,
    checks   INTEGER NOT NULL,
    PRIMARY KEY (day, site, at_least)
) STRICT, WITHOUT ROWID;

-- How long the upstream says that it took. What the fallback answered, nobody worked on.
CREATE TABLE stat_executions (
    day      INTEGER NOT NULL,
    site     TEXT NOT NULL COLLATE NOCASE,
    at_least REAL NOT NULL,
    checks   INTEGER NOT NULL,
    PRIMARY KEY (day, site, at_least)
) STRICT, WITHOUT ROWID;

-- A counted row changes: one less of what it was, one more of what it is.
CREATE TRIGGER stat_days_moved AFTER UPDATE OF created_at, site, token_id, origin, judged_by, is_spam, label ON detections
WHEN OLD.id <= (SELECT counted_to FROM stat_progress) BEGIN
    UPDATE stat_days SET checks = checks - 1
    WHERE day = OLD.created_at / 86400000
      AND site = coalesce(OLD.site, '')
      AND token_id = coalesce(OLD.token_id, 0)
      AND origin = OLD.origin
      AND judged_by = OLD.judged_by
      AND is_spam = OLD.is_spam
      AND label = coalesce(OLD.label, '');
    INSERT INTO stat_days (day, site, token_id, origin, judged_by, is_spam, label, checks)
    SELECT NEW.created_at / 86400000,
           coalesce(NEW.site, ''),
           coalesce(NEW.token_id, 0),
           NEW.origin,
           NEW.judged_by,
           NEW.is_spam,
           coalesce(NEW.label, ''), 1
    WHERE TRUE
    ON CONFLICT DO UPDATE SET checks = checks + 1;
END;
CREATE TRIGGER stat_hours_moved AFTER UPDATE OF created_at, site, is_spam ON detections
WHEN OLD.id <= (SELECT counted_to FROM stat_progress) BEGIN
    UPDATE stat_hours SET checks = checks - 1
    WHERE hour = OLD.created_at / 3600000
      AND site = coalesce(OLD.site, '')
      AND is_spam = OLD.is_spam;
    INSERT INTO stat_hours (hour, site, is_spam, checks)
    SELECT NEW.created_at / 3600000,
           coalesce(NEW.site, ''),
           NEW.is_spam, 1
    WHERE TRUE
    ON CONFLICT DO UPDATE SET checks = checks + 1;
END;
CREATE TRIGGER stat_scores_moved AFTER UPDATE OF created_at, site, is_spam, score ON detections
WHEN OLD.id <= (SELECT counted_to FROM stat_progress) BEGIN
    UPDATE stat_scores SET checks = checks - 1
    WHERE day = OLD.created_at / 86400000
      AND site = coalesce(OLD.site, '')
      AND is_spam = OLD.is_spam
      AND bucket = min(19, max(0, CAST(OLD.score / 5 AS INTEGER)));
    INSERT INTO stat_scores (day, site, is_spam, bucket, checks)
    SELECT NEW.created_at / 86400000,
           coalesce(NEW.site, ''),
           NEW.is_spam,
           min(19, max(0, CAST(NEW.score / 5 AS INTEGER))), 1
    WHERE TRUE
    ON CONFLICT DO UPDATE SET checks = checks + 1;
END;
CREATE TRIGGER stat_decisions_moved AFTER UPDATE OF created_at, site, label, labelled_by, labelled_at ON detections
WHEN OLD.id <= (SELECT counted_to FROM stat_progress) BEGIN
    UPDATE stat_decisions SET decisions = decisions - 1
    WHERE day = OLD.labelled_at / 86400000
      AND site = coalesce(OLD.site, '')
      AND user_id = coalesce(OLD.labelled_by, 0)
      AND at_least = coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'decision' AND at_least <= OLD.labelled_at - OLD.created_at), 0.0)
      AND OLD.label IS NOT NULL AND OLD.labelled_at IS NOT NULL;
    INSERT INTO stat_decisions (day, site, user_id, at_least, decisions)
    SELECT NEW.labelled_at / 86400000,
           coalesce(NEW.site, ''),
           coalesce(NEW.labelled_by, 0),
           coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'decision' AND at_least <= NEW.labelled_at - NEW.created_at), 0.0), 1
    WHERE NEW.label IS NOT NULL AND NEW.labelled_at IS NOT NULL
    ON CONFLICT DO UPDATE SET decisions = decisions + 1;
END;
CREATE TRIGGER stat_answers_moved AFTER UPDATE OF created_at, site, took_ms ON detections
WHEN OLD.id <= (SELECT counted_to FROM stat_progress) BEGIN
    UPDATE stat_answers SET checks = checks - 1
    WHERE day = OLD.created_at / 86400000
      AND site = coalesce(OLD.site, '')
      AND at_least = coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'answer' AND at_least <= OLD.took_ms), 0.0)
      AND OLD.took_ms IS NOT NULL;
    INSERT INTO stat_answers (day, site, at_least, checks)
    SELECT NEW.created_at / 86400000,
           coalesce(NEW.site, ''),
           coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'answer' AND at_least <= NEW.took_ms), 0.0), 1
    WHERE NEW.took_ms IS NOT NULL
    ON CONFLICT DO UPDATE SET checks = checks + 1;
END;
CREATE TRIGGER stat_executions_moved AFTER UPDATE OF created_at, site, judged_by ON detections
WHEN OLD.id <= (SELECT counted_to FROM stat_progress) BEGIN
    UPDATE stat_executions SET checks = checks - 1
    WHERE day = OLD.created_at / 86400000
      AND site = coalesce(OLD.site, '')
      AND at_least = coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'answer' AND at_least <= (SELECT execution_ms FROM detection_contents WHERE detection_id = OLD.id)), 0.0)
      AND OLD.judged_by <> 'fallback';
    INSERT INTO stat_executions (day, site, at_least, checks)
    SELECT NEW.created_at / 86400000,
           coalesce(NEW.site, ''),
           coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'answer' AND at_least <= (SELECT execution_ms FROM detection_contents WHERE detection_id = NEW.id)), 0.0), 1
    WHERE NEW.judged_by <> 'fallback'
    ON CONFLICT DO UPDATE SET checks = checks + 1;
END;
CREATE TRIGGER stat_executions_changed AFTER UPDATE OF execution_ms ON detection_contents
WHEN OLD.detection_id <= (SELECT counted_to FROM stat_progress) BEGIN
    UPDATE stat_executions SET checks = checks - 1
    WHERE (day, site) = (SELECT created_at / 86400000, coalesce(site, '') FROM detections
                         WHERE id = OLD.detection_id AND judged_by <> 'fallback')
      AND at_least = coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'answer' AND at_least <= OLD.execution_ms), 0.0);
    INSERT INTO stat_executions (day, site, at_least, checks)
    SELECT created_at / 86400000, coalesce(site, ''),
           coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'answer' AND at_least <= NEW.execution_ms), 0.0), 1
    FROM detections WHERE id = NEW.detection_id AND judged_by <> 'fallback'
    ON CONFLICT DO UPDATE SET checks = checks + 1;
END;

-- Before the row goes: what it contained goes with it.
CREATE TRIGGER stat_gone BEFORE DELETE ON detections WHEN OLD.id <= (SELECT counted_to FROM stat_progress) BEGIN
    UPDATE stat_days SET checks = checks - 1
    WHERE day = OLD.created_at / 86400000
      AND site = coalesce(OLD.site, '')
      AND token_id = coalesce(OLD.token_id, 0)
      AND origin = OLD.origin
      AND judged_by = OLD.judged_by
      AND is_spam = OLD.is_spam
      AND label = coalesce(OLD.label, '');
    UPDATE stat_hours SET checks = checks - 1
    WHERE hour = OLD.created_at / 3600000
      AND site = coalesce(OLD.site, '')
      AND is_spam = OLD.is_spam;
    UPDATE stat_scores SET checks = checks - 1
    WHERE day = OLD.created_at / 86400000
      AND site = coalesce(OLD.site, '')
      AND is_spam = OLD.is_spam
      AND bucket = min(19, max(0, CAST(OLD.score / 5 AS INTEGER)));
    UPDATE stat_decisions SET decisions = decisions - 1
    WHERE day = OLD.labelled_at / 86400000
      AND site = coalesce(OLD.site, '')
      AND user_id = coalesce(OLD.labelled_by, 0)
      AND at_least = coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'decision' AND at_least <= OLD.labelled_at - OLD.created_at), 0.0)
      AND OLD.label IS NOT NULL AND OLD.labelled_at IS NOT NULL;
    UPDATE stat_answers SET checks = checks - 1
    WHERE day = OLD.created_at / 86400000
      AND site = coalesce(OLD.site, '')
      AND at_least = coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'answer' AND at_least <= OLD.took_ms), 0.0)
      AND OLD.took_ms IS NOT NULL;
    UPDATE stat_executions SET checks = checks - 1
    WHERE day = OLD.created_at / 86400000
      AND site = coalesce(OLD.site, '')
      AND at_least = coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'answer' AND at_least <= (SELECT execution_ms FROM detection_contents WHERE detection_id = OLD.id)), 0.0)
      AND OLD.judged_by <> 'fallback';
END;
