-- Sums of the counts (0014), without what most charts do not ask for: all sites together, or a site without token and origin.
-- A range of half a year is then some thousand rows instead of hundreds of thousands.
--
-- They follow the counts by trigger, so whatever moves a count (the fold, the triggers of the log) moves its sums with it. Keys of
-- counts never change, and counts are never deleted.

-- Checks a day of all sites. `spent`: the upstream judged.
CREATE TABLE sum_days (
    day     INTEGER NOT NULL,
    is_spam INTEGER NOT NULL,
    label   TEXT NOT NULL,
    spent   INTEGER NOT NULL,
    checks  INTEGER NOT NULL,
    PRIMARY KEY (day, is_spam, label, spent)
) STRICT, WITHOUT ROWID;

-- Checks a day by site.
CREATE TABLE sum_sites (
    day     INTEGER NOT NULL,
    site    TEXT NOT NULL COLLATE NOCASE,
    is_spam INTEGER NOT NULL,
    label   TEXT NOT NULL,
    spent   INTEGER NOT NULL,
    checks  INTEGER NOT NULL,
    PRIMARY KEY (day, site, is_spam, label, spent)
) STRICT, WITHOUT ROWID;

-- Checks a day that the upstream judged, by who asked.
CREATE TABLE sum_askers (
    day      INTEGER NOT NULL,
    token_id INTEGER NOT NULL,
    origin   TEXT NOT NULL,
    is_spam  INTEGER NOT NULL,
    checks   INTEGER NOT NULL,
    PRIMARY KEY (day, token_id, origin, is_spam)
) STRICT, WITHOUT ROWID;

-- stat_scores, stat_answers, stat_executions and stat_decisions of all sites.
CREATE TABLE sum_scores (
    day     INTEGER NOT NULL,
    is_spam INTEGER NOT NULL,
    bucket  INTEGER NOT NULL,
    checks  INTEGER NOT NULL,
    PRIMARY KEY (day, is_spam, bucket)
) STRICT, WITHOUT ROWID;
CREATE TABLE sum_answers (
    day      INTEGER NOT NULL,
    at_least REAL NOT NULL,
    checks   INTEGER NOT NULL,
    PRIMARY KEY (day, at_least)
) STRICT, WITHOUT ROWID;
CREATE TABLE sum_executions (
    day      INTEGER NOT NULL,
    at_least REAL NOT NULL,
    checks   INTEGER NOT NULL,
    PRIMARY KEY (day, at_least)
) STRICT, WITHOUT ROWID;
CREATE TABLE sum_decisions (
    day       INTEGER NOT NULL,
    user_id   INTEGER NOT NULL,
    at_least  REAL NOT NULL,
    decisions INTEGER NOT NULL,
    PRIMARY KEY (day, user_id, at_least)
) STRICT, WITHOUT ROWID;

-- What is counted by now.
INSERT INTO sum_days
SELECT day, is_spam, label, judged_by <> 'fallback', sum(checks) FROM stat_days GROUP BY 1, 2, 3, 4;
INSERT INTO sum_sites
SELECT day, site, is_spam, label, judged_by <> 'fallback', sum(checks) FROM stat_days GROUP BY 1, 2, 3, 4, 5;
INSERT INTO sum_askers
SELECT day, token_id, origin, is_spam, sum(checks) FROM stat_days WHERE judged_by <> 'fallback' GROUP BY 1, 2, 3, 4;
INSERT INTO sum_scores SELECT day, is_spam, bucket, sum(checks) FROM stat_scores GROUP BY 1, 2, 3;
INSERT INTO sum_answers SELECT day, at_least, sum(checks) FROM stat_answers GROUP BY 1, 2;
INSERT INTO sum_executions SELECT day, at_least, sum(checks) FROM stat_executions GROUP BY 1, 2;
INSERT INTO sum_decisions SELECT day, user_id, at_least, sum(decisions) FROM stat_decisions GROUP BY 1, 2, 3;

CREATE TRIGGER sum_days_begun AFTER INSERT ON stat_days BEGIN
    INSERT INTO sum_days VALUES (NEW.day, NEW.is_spam, NEW.label, NEW.judged_by <> 'fallback', NEW.checks)
    ON CONFLICT DO UPDATE SET checks = checks + excluded.checks;
    INSERT INTO sum_sites VALUES (NEW.day, NEW.site, NEW.is_spam, NEW.label, NEW.judged_by <> 'fallback', NEW.checks)
    ON CONFLICT DO UPDATE SET checks = checks + excluded.checks;
    INSERT INTO sum_askers SELECT NEW.day, NEW.token_id, NEW.origin, NEW.is_spam, NEW.checks WHERE NEW.judged_by <> 'fallback'
    ON CONFLICT DO UPDATE SET checks = checks + excluded.checks;
END;
CREATE TRIGGER sum_days_moved AFTER UPDATE OF checks ON stat_days BEGIN
    UPDATE sum_days SET checks = checks + NEW.checks - OLD.checks
    WHERE day = NEW.day AND is_spam = NEW.is_spam AND label = NEW.label AND spent = (NEW.judged_by <> 'fallback');
    UPDATE sum_sites SET checks = checks + NEW.checks - OLD.checks
    WHERE day = NEW.day AND site = NEW.site AND is_spam = NEW.is_spam AND label = NEW.label
      AND spent = (NEW.judged_by <> 'fallback');
    UPDATE sum_askers SET checks = checks + NEW.checks - OLD.checks
    WHERE day = NEW.day AND token_id = NEW.token_id AND origin = NEW.origin AND is_spam = NEW.is_spam
      AND NEW.judged_by <> 'fallback';
END;

CREATE TRIGGER sum_scores_begun AFTER INSERT ON stat_scores BEGIN
    INSERT INTO sum_scores VALUES (NEW.day, NEW.is_spam, NEW.bucket, NEW.checks)
    ON CONFLICT DO UPDATE SET checks = checks + excluded.checks;
END;
CREATE TRIGGER sum_scores_moved AFTER UPDATE OF checks ON stat_scores BEGIN
    UPDATE sum_scores SET checks = checks + NEW.checks - OLD.checks
    WHERE day = NEW.day AND is_spam = NEW.is_spam AND bucket = NEW.bucket;
END;

CREATE TRIGGER sum_answers_begun AFTER INSERT ON stat_answers BEGIN
    INSERT INTO sum_answers VALUES (NEW.day, NEW.at_least, NEW.checks)
    ON CONFLICT DO UPDATE SET checks = checks + excluded.checks;
END;
CREATE TRIGGER sum_answers_moved AFTER UPDATE OF checks ON stat_answers BEGIN
    UPDATE sum_answers SET checks = checks + NEW.checks - OLD.checks WHERE day = NEW.day AND at_least = NEW.at_least;
END;

CREATE TRIGGER sum_executions_begun AFTER INSERT ON stat_executions BEGIN
    INSERT INTO sum_executions VALUES (NEW.day, NEW.at_least, NEW.checks)
    ON CONFLICT DO UPDATE SET checks = checks + excluded.checks;
END;
CREATE TRIGGER sum_executions_moved AFTER UPDATE OF checks ON stat_executions BEGIN
    UPDATE sum_executions SET checks = checks + NEW.checks - OLD.checks WHERE day = NEW.day AND at_least = NEW.at_least;
END;

CREATE TRIGGER sum_decisions_begun AFTER INSERT ON stat_decisions BEGIN
    INSERT INTO sum_decisions VALUES (NEW.day, NEW.user_id, NEW.at_least, NEW.decisions)
    ON CONFLICT DO UPDATE SET decisions = decisions + excluded.decisions;
END;
CREATE TRIGGER sum_decisions_moved AFTER UPDATE OF decisions ON stat_decisions BEGIN
    UPDATE sum_decisions SET decisions = decisions + NEW.decisions - OLD.decisions
    WHERE day = NEW.day AND user_id = NEW.user_id AND at_least = NEW.at_least;
END;
