-- Rules: what a search finds is decided before anybody is asked. A detection names the rule that it met, and whether that holds it
-- for a person. Rules are never deleted, since detections name them.

CREATE TABLE rules (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    -- The search, as typed; it never changes, nor do site and action.
    q           TEXT NOT NULL,
    site        TEXT COLLATE NOCASE,
    action      TEXT NOT NULL CHECK (action IN ('ham', 'review', 'spare', 'spam')),
    note        TEXT NOT NULL,
    watched     INTEGER NOT NULL CHECK (watched IN (0, 1)),
    expires_at  INTEGER,
    -- NULL: the command line.
    created_by  INTEGER REFERENCES users (id),
    created_at  INTEGER NOT NULL,
    removed_at  INTEGER,
    hits        INTEGER NOT NULL DEFAULT 0,
    last_hit_at INTEGER
) STRICT;

-- The same thing is not said twice, and a rule that was removed can be made anew.
CREATE UNIQUE INDEX rules_in_force ON rules (q, coalesce(site, ''), action) WHERE removed_at IS NULL;

-- Grows with each change of what rules decide: whoever has read them sees by it when to read them again.
CREATE TABLE rules_version (version INTEGER NOT NULL) STRICT;
INSERT INTO rules_version VALUES (0);
CREATE TRIGGER rules_added AFTER INSERT ON rules BEGIN
    UPDATE rules_version SET version = version + 1;
END;
CREATE TRIGGER rules_changed AFTER UPDATE OF watched, expires_at, removed_at ON rules BEGIN
    UPDATE rules_version SET version = version + 1;
END;

ALTER TABLE detections ADD COLUMN rule_id INTEGER REFERENCES rules (id);
ALTER TABLE detections ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
CREATE INDEX detections_by_rule ON detections (rule_id) WHERE rule_id IS NOT NULL;
CREATE INDEX detections_held ON detections (id) WHERE held = 1 AND label IS NULL AND app_word IS NULL;

CREATE TRIGGER rules_hit AFTER INSERT ON detections WHEN NEW.rule_id IS NOT NULL BEGIN
    UPDATE rules SET hits = hits + 1, last_hit_at = max(coalesce(last_hit_at, 0), NEW.created_at) WHERE id = NEW.rule_id;
END;

-- As in 0029, with the rule.
DROP VIEW new_detections;
CREATE VIEW new_detections AS
SELECT d.id, d.created_at, d.endpoint, d.origin, d.site, d.email, d.ip, d.content_hash, d.upstream_id, d.is_spam, d.score,
       d.threshold, d.judged_by, d.token_id, d.took_ms, d.language, d.import_id, d.rule_id, d.held, c.excerpt, c.name, c.website_url, c.domain,
       c.user_agent, c.submitted_at, c.execution_ms, c.upstream_timestamp, c.message, c.extra, c.raw_answer
FROM detections d JOIN detection_contents c ON c.detection_id = d.id;

CREATE TRIGGER new_detections_appended INSTEAD OF INSERT ON new_detections BEGIN
    INSERT INTO detections (id, created_at, endpoint, origin, site, email, ip, content_hash, upstream_id, is_spam, score, threshold,
                            judged_by, token_id, took_ms, language, import_id, rule_id, held)
    VALUES (NEW.id, NEW.created_at, NEW.endpoint, NEW.origin, NEW.site, NEW.email, NEW.ip, NEW.content_hash, NEW.upstream_id,
            NEW.is_spam, NEW.score, NEW.threshold, NEW.judged_by, NEW.token_id, NEW.took_ms, NEW.language, NEW.import_id, NEW.rule_id,
            coalesce(NEW.held, 0));
    INSERT INTO detection_contents (detection_id, excerpt, name, website_url, domain, user_agent, submitted_at, execution_ms,
                                    upstream_timestamp, message, extra, raw_answer)
    VALUES (last_insert_rowid(), NEW.excerpt, NEW.name, NEW.website_url, NEW.domain, NEW.user_agent, NEW.submitted_at,
            NEW.execution_ms, NEW.upstream_timestamp, NEW.message, NEW.extra, NEW.raw_answer);
END;

-- Nothing is spent on what a rule decides: the triggers of 0022 and 0030 count it with what the fallback answered.
DROP TRIGGER stat_executions_moved;
CREATE TRIGGER stat_executions_moved AFTER UPDATE OF created_at, site, judged_by ON detections
WHEN OLD.id <= (SELECT counted_to FROM stat_progress) BEGIN
    UPDATE stat_executions SET checks = checks - 1
    WHERE day = OLD.created_at / 86400000
      AND site = coalesce(OLD.site, '')
      AND at_least = coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'answer' AND at_least <= (SELECT execution_ms FROM detection_contents WHERE detection_id = OLD.id)), 0.0)
      AND OLD.judged_by NOT IN ('fallback', 'refused', 'rule');
    INSERT INTO stat_executions (day, site, at_least, checks)
    SELECT NEW.created_at / 86400000,
           coalesce(NEW.site, ''),
           coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'answer' AND at_least <= (SELECT execution_ms FROM detection_contents WHERE detection_id = NEW.id)), 0.0), 1
    WHERE NEW.judged_by NOT IN ('fallback', 'refused', 'rule')
    ON CONFLICT DO UPDATE SET checks = checks + 1;
END;

DROP TRIGGER stat_executions_changed;
CREATE TRIGGER stat_executions_changed AFTER UPDATE OF execution_ms ON detection_contents
WHEN OLD.detection_id <= (SELECT counted_to FROM stat_progress) BEGIN
    UPDATE stat_executions SET checks = checks - 1
    WHERE (day, site) = (SELECT created_at / 86400000, coalesce(site, '') FROM detections
                         WHERE id = OLD.detection_id AND judged_by NOT IN ('fallback', 'refused', 'rule'))
      AND at_least = coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'answer' AND at_least <= OLD.execution_ms), 0.0);
    INSERT INTO stat_executions (day, site, at_least, checks)
    SELECT created_at / 86400000, coalesce(site, ''),
           coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = 'answer' AND at_least <= NEW.execution_ms), 0.0), 1
    FROM detections WHERE id = NEW.detection_id AND judged_by NOT IN ('fallback', 'refused', 'rule')
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
      AND OLD.judged_by NOT IN ('fallback', 'rule');
END;

DROP TRIGGER sum_days_begun;
CREATE TRIGGER sum_days_begun AFTER INSERT ON stat_days BEGIN
    INSERT INTO sum_days VALUES (NEW.day, NEW.is_spam, NEW.label, NEW.judged_by NOT IN ('fallback', 'rule'), NEW.checks)
    ON CONFLICT DO UPDATE SET checks = checks + excluded.checks;
    INSERT INTO sum_sites VALUES (NEW.day, NEW.site, NEW.is_spam, NEW.label, NEW.judged_by NOT IN ('fallback', 'rule'), NEW.checks)
    ON CONFLICT DO UPDATE SET checks = checks + excluded.checks;
    INSERT INTO sum_askers SELECT NEW.day, NEW.token_id, NEW.origin, NEW.is_spam, NEW.checks WHERE NEW.judged_by NOT IN ('fallback', 'rule')
    ON CONFLICT DO UPDATE SET checks = checks + excluded.checks;
END;

DROP TRIGGER sum_days_moved;
CREATE TRIGGER sum_days_moved AFTER UPDATE OF checks ON stat_days BEGIN
    UPDATE sum_days SET checks = checks + NEW.checks - OLD.checks
    WHERE day = NEW.day AND is_spam = NEW.is_spam AND label = NEW.label AND spent = (NEW.judged_by NOT IN ('fallback', 'rule'));
    UPDATE sum_sites SET checks = checks + NEW.checks - OLD.checks
    WHERE day = NEW.day AND site = NEW.site AND is_spam = NEW.is_spam AND label = NEW.label
      AND spent = (NEW.judged_by NOT IN ('fallback', 'rule'));
    UPDATE sum_askers SET checks = checks + NEW.checks - OLD.checks
    WHERE day = NEW.day AND token_id = NEW.token_id AND origin = NEW.origin AND is_spam = NEW.is_spam
      AND NEW.judged_by NOT IN ('fallback', 'rule');
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
    FROM detections WHERE id = NEW.detection_id AND judged_by NOT IN ('fallback', 'rule')
    ON CONFLICT DO UPDATE SET checks = checks + 1;
END;
