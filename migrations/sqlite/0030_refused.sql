-- What was refused for good (by the upstream, or because no message can be read) is in the log as judged by 'refused': its content
-- can be looked at, and since there was no verdict it is in no count of verdicts, costs or times. Its score is -1e6, below every
-- score that a verdict has.

CREATE INDEX detections_refused ON detections (id) WHERE judged_by = 'refused';

-- As in 0002, without what was refused. Its hour has its id all the same: searches find ids by their hours.
DROP TRIGGER detections_counted;
DROP TRIGGER detections_recounted;
DROP TRIGGER detections_uncounted;
CREATE TRIGGER detections_counted AFTER INSERT ON detections BEGIN
    INSERT INTO check_hours (hour, first_id, last_id, spam, ham)
    VALUES (NEW.created_at / 3600000, NEW.id, NEW.id, NEW.judged_by <> 'refused' AND NEW.is_spam,
            NEW.judged_by <> 'refused' AND NOT NEW.is_spam)
    ON CONFLICT (hour) DO UPDATE SET
        first_id = min(first_id, excluded.first_id),
        last_id = max(last_id, excluded.last_id),
        spam = spam + excluded.spam,
        ham = ham + excluded.ham;
END;
CREATE TRIGGER detections_recounted AFTER UPDATE OF is_spam, judged_by ON detections
WHEN OLD.is_spam <> NEW.is_spam OR (OLD.judged_by = 'refused') <> (NEW.judged_by = 'refused') BEGIN
    UPDATE check_hours SET
        spam = spam + (NEW.judged_by <> 'refused' AND NEW.is_spam) - (OLD.judged_by <> 'refused' AND OLD.is_spam),
        ham = ham + (NEW.judged_by <> 'refused' AND NOT NEW.is_spam) - (OLD.judged_by <> 'refused' AND NOT OLD.is_spam)
    WHERE hour = NEW.created_at / 3600000;
END;
CREATE TRIGGER detections_uncounted AFTER DELETE ON detections WHEN OLD.judged_by <> 'refused' BEGIN
    UPDATE check_hours SET spam = spam - OLD.is_spam, ham = ham - (1 - OLD.is_spam)
    WHERE hour = OLD.created_at / 3600000;
END;

-- The triggers of 0014 and 0029, without what was refused.

DROP TRIGGER stat_days_moved;
CREATE TRIGGER stat_days_moved AFTER UPDATE OF created_at, site, token_id, origin, judged_by, is_spam, label ON detections
WHEN OLD.id <= (SELECT counted_to FROM stat_progress) BEGIN
    UPDATE stat_days SET checks = checks - 1
    WHERE day = OLD.created_at / 86400000
      AND site = coalesce(OLD.site, '')
      AND token_id = coalesce(OLD.token_id, 0)
      AND origin = OLD.origin
      AND judged_by = OLD.judged_by
      AND is_spam = OLD.is_spam
      AND label = coalesce(OLD.label, '')
      AND OLD.judged_by <> 'refused';
    INSERT INTO stat_days (day, site, token_id, origin, judged_by, is_spam, label, checks)
    SELECT NEW.created_at / 86400000,
           coalesce(NEW.site, ''),
           coalesce(NEW.token_id, 0),
           NEW.origin,
           NEW.judged_by,
           NEW.is_spam,
           coalesce(NEW.label, ''), 1
    WHERE NEW.judged_by <> 'refused'
    ON CONFLICT DO UPDATE SET checks = checks + 1;
END;

DROP TRIGGER stat_hours_moved;
CREATE TRIGGER stat_hours_moved AFTER UPDATE OF created_at, site, is_spam, judged_by ON detections
WHEN OLD.id <= (SELECT counted_to FROM stat_progress) BEGIN
    UPDATE stat_hours SET checks = checks - 1
    WHERE hour = OLD.created_at / 3600000
      AND site = coalesce(OLD.site, '')
      AND is_spam = OLD.is_spam
      AND OLD.judged_by <> 'refused';
    INSERT INTO stat_hours (hour, site, is_spam, checks)
    SELECT NEW.created_at / 3600000,
           coalesce(NEW.site, ''),
           NEW.is_spam, 1
    WHERE NEW.judged_by <> 'refused'
    ON CONFLICT DO UPDATE SET checks = checks + 1;
END;

DROP TRIGGER stat_scores_moved;
CREATE TRIGGER stat_scores_moved AFTER UPDATE OF created_at, site, is_spam, score, judged_by ON detections
WHEN OLD.id <= (SELECT counted_to FROM stat_progress) BEGIN
    UPDATE stat_scores SET checks = checks - 1
    WHERE day = OLD.created_at / 86400000
      AND site = coalesce(OLD.site, '')
      AND is_spam = OLD.is_spam
      AND bucket = min(19, max(0, CAST(OLD.score / 5 AS INTEGER)))
      AND OLD.judged_by <> 'refused';
    INSERT INTO stat_scores (day, site, is_spam, bucket, checks)
    SELECT NEW.created_at / 86400000,
           coalesce(NEW.site, ''),
           NEW.is_spam,
           min(19, max(0, CAST(NEW.score / 5 AS INTEGER))), 1
    WHERE NEW.judged_by <> 'refused'
    ON CONFLICT DO UPDATE SET checks = checks + 1;
END;

DROP TRIGGER stat_decisions_moved;
CREATE TRIGGER stat_decisions_moved AFTER UPDATE OF created_at, site, label, labelled_by, labelled_at, judged_by ON detections
WHEN OLD.id <= (SELECT counted_to FROM stat_progress) BEGIN
    UPDATE stat_decisions SET decisions = decisions - 1
    WHERE day = OLD.labelled_at / 86400000
      AND site = coalesce(OLD.site, '')
      AND user_id = coalesce(OLD.labelled_by, 0)
      AND at_least = coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'decision' AND at_least <= OLD.labelled_at - OLD.created_at), 0.0)
      AND OLD.label IS NOT NULL AND OLD.labelled_at IS NOT NULL
      AND OLD.judged_by <> 'refused';
    INSERT INTO stat_decisions (day, site, user_id, at_least, decisions)
    SELECT NEW.labelled_at / 86400000,
           coalesce(NEW.site, ''),
           coalesce(NEW.labelled_by, 0),
           coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'decision' AND at_least <= NEW.labelled_at - NEW.created_at), 0.0), 1
    WHERE NEW.judged_by <> 'refused' AND NEW.label IS NOT NULL AND NEW.labelled_at IS NOT NULL
    ON CONFLICT DO UPDATE SET decisions = decisions + 1;
END;

DROP TRIGGER stat_answers_moved;
CREATE TRIGGER stat_answers_moved AFTER UPDATE OF created_at, site, took_ms, judged_by ON detections
WHEN OLD.id <= (SELECT counted_to FROM stat_progress) BEGIN
    UPDATE stat_answers SET checks = checks - 1
    WHERE day = OLD.created_at / 86400000
      AND site = coalesce(OLD.site, '')
      AND at_least = coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'answer' AND at_least <= OLD.took_ms), 0.0)
      AND OLD.took_ms IS NOT NULL
      AND OLD.judged_by <> 'refused';
    INSERT INTO stat_answers (day, site, at_least, checks)
    SELECT NEW.created_at / 86400000,
           coalesce(NEW.site, ''),
           coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'answer' AND at_least <= NEW.took_ms), 0.0), 1
    WHERE NEW.judged_by <> 'refused' AND NEW.took_ms IS NOT NULL
    ON CONFLICT DO UPDATE SET checks = checks + 1;
END;

DROP TRIGGER stat_executions_moved;
CREATE TRIGGER stat_executions_moved AFTER UPDATE OF created_at, site, judged_by ON detections
WHEN OLD.id <= (SELECT counted_to FROM stat_progress) BEGIN
    UPDATE stat_executions SET checks = checks - 1
    WHERE day = OLD.created_at / 86400000
      AND site = coalesce(OLD.site, '')
      AND at_least = coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'answer' AND at_least <= (SELECT execution_ms FROM detection_contents WHERE detection_id = OLD.id)), 0.0)
      AND OLD.judged_by NOT IN ('fallback', 'refused');
    INSERT INTO stat_executions (day, site, at_least, checks)
    SELECT NEW.created_at / 86400000,
           coalesce(NEW.site, ''),
           coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'answer' AND at_least <= (SELECT execution_ms FROM detection_contents WHERE detection_id = NEW.id)), 0.0), 1
    WHERE NEW.judged_by NOT IN ('fallback', 'refused')
    ON CONFLICT DO UPDATE SET checks = checks + 1;
END;

DROP TRIGGER stat_executions_changed;
CREATE TRIGGER stat_executions_changed AFTER UPDATE OF execution_ms ON detection_contents
WHEN OLD.detection_id <= (SELECT counted_to FROM stat_progress) BEGIN
    UPDATE stat_executions SET checks = checks - 1
    WHERE (day, site) = (SELECT created_at / 86400000, coalesce(site, '') FROM detections
                         WHERE id = OLD.detection_id AND judged_by NOT IN ('fallback', 'refused'))
      AND at_least = coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'answer' AND at_least <= OLD.execution_ms), 0.0);
    INSERT INTO stat_executions (day, site, at_least, checks)
    SELECT created_at / 86400000, coalesce(site, ''),
           coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'answer' AND at_least <= NEW.execution_ms), 0.0), 1
    FROM detections WHERE id = NEW.detection_id AND judged_by NOT IN ('fallback', 'refused')
    ON CONFLICT DO UPDATE SET checks = checks + 1;
END;

DROP TRIGGER stat_gone;
CREATE TRIGGER stat_gone BEFORE DELETE ON detections 
WHEN OLD.judged_by <> 'refused' AND OLD.id <= (SELECT counted_to FROM stat_progress) BEGIN
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

DROP TRIGGER stat_overtaken;
CREATE TRIGGER stat_overtaken AFTER INSERT ON detection_contents
WHEN NEW.detection_id <= (SELECT counted_to FROM stat_progress)
  AND (SELECT judged_by FROM detections WHERE id = NEW.detection_id) <> 'refused' BEGIN
    INSERT INTO stat_days (day, site, token_id, origin, judged_by, is_spam, label, checks)
    SELECT created_at / 86400000, coalesce(site, ''), coalesce(token_id, 0), origin, judged_by, is_spam, coalesce(label, ''), 1
    FROM detections WHERE id = NEW.detection_id
    ON CONFLICT DO UPDATE SET checks = checks + 1;
    INSERT INTO stat_hours (hour, site, is_spam, checks)
    SELECT created_at / 3600000, coalesce(site, ''), is_spam, 1
    FROM detections WHERE id = NEW.detection_id
    ON CONFLICT DO UPDATE SET checks = checks + 1;
    INSERT INTO stat_scores (day, site, is_spam, bucket, checks)
    SELECT created_at / 86400000, coalesce(site, ''), is_spam, min(19, max(0, CAST(score / 5 AS INTEGER))), 1
    FROM detections WHERE id = NEW.detection_id
    ON CONFLICT DO UPDATE SET checks = checks + 1;
    INSERT INTO stat_answers (day, site, at_least, checks)
    SELECT created_at / 86400000, coalesce(site, ''),
           coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'answer' AND at_least <= took_ms), 0.0), 1
    FROM detections WHERE id = NEW.detection_id AND took_ms IS NOT NULL
    ON CONFLICT DO UPDATE SET checks = checks + 1;
    INSERT INTO stat_executions (day, site, at_least, checks)
    SELECT created_at / 86400000, coalesce(site, ''),
           coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'answer' AND at_least <= NEW.execution_ms), 0.0), 1
    FROM detections WHERE id = NEW.detection_id AND judged_by <> 'fallback'
    ON CONFLICT DO UPDATE SET checks = checks + 1;
END;

-- What an app was told 503 about, by what it sent: when it asks again within an hour it meets the row that waits.
CREATE TABLE untold (
    token_id     INTEGER NOT NULL,
    -- SHA-256 of endpoint, message and sender.
    digest       BLOB NOT NULL CHECK (length(digest) = 32),
    detection_id INTEGER NOT NULL,
    told_at      INTEGER NOT NULL,
    PRIMARY KEY (token_id, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX untold_by_time ON untold (told_at);

-- Requests that were refused, by token (0: none known) and kind: a row is a streak, which ends when none comes for hours.
CREATE TABLE refusals (
    token_id INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    count    INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    reason   TEXT NOT NULL,
    PRIMARY KEY (token_id, kind)
) STRICT, WITHOUT ROWID;
