-- What statistics count of a detection. Up to the mark (`stat_progress`) all are counted; a change of one that is counted is
-- counted here, the rest when the mark passes.

-- The bound below which a time lies, of those that are counted by.
CREATE OR REPLACE FUNCTION stat_bound(of_kind text, value double precision) RETURNS double precision LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT max(at_least) FROM stat_bounds WHERE kind = of_kind AND at_least <= value), 0.0)
$$;

-- One of twenty steps of a score.
CREATE OR REPLACE FUNCTION stat_bucket(score double precision) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT least(19, greatest(0, trunc(score / 5)::bigint))
$$;

-- Adds a detection to the statistics, or takes it out again (-1).
CREATE OR REPLACE FUNCTION stat_add(d detections, n bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF d.judged_by = 'refused' THEN
        RETURN;
    END IF;
    INSERT INTO stat_days AS t (day, site, token_id, origin, judged_by, is_spam, label, checks)
    VALUES (d.created_at / 86400000, coalesce(d.site, ''), coalesce(d.token_id, 0), d.origin, d.judged_by, d.is_spam, coalesce(d.label, ''), n)
    ON CONFLICT (day, site, token_id, origin, judged_by, is_spam, label) DO UPDATE SET checks = t.checks + excluded.checks;
    INSERT INTO stat_hours AS t (hour, site, is_spam, checks)
    VALUES (d.created_at / 3600000, coalesce(d.site, ''), d.is_spam, n)
    ON CONFLICT (hour, site, is_spam) DO UPDATE SET checks = t.checks + excluded.checks;
    INSERT INTO stat_scores AS t (day, site, is_spam, bucket, checks)
    VALUES (d.created_at / 86400000, coalesce(d.site, ''), d.is_spam, stat_bucket(d.score), n)
    ON CONFLICT (day, site, is_spam, bucket) DO UPDATE SET checks = t.checks + excluded.checks;
    IF d.label IS NOT NULL AND d.labelled_at IS NOT NULL THEN
        INSERT INTO stat_decisions AS t (day, site, user_id, at_least, decisions)
        VALUES (d.labelled_at / 86400000, coalesce(d.site, ''), coalesce(d.labelled_by, 0),
                stat_bound('decision', d.labelled_at - d.created_at), n)
        ON CONFLICT (day, site, user_id, at_least) DO UPDATE SET decisions = t.decisions + excluded.decisions;
    END IF;
    IF d.took_ms IS NOT NULL THEN
        INSERT INTO stat_answers AS t (day, site, at_least, checks)
        VALUES (d.created_at / 86400000, coalesce(d.site, ''), stat_bound('answer', d.took_ms), n)
        ON CONFLICT (day, site, at_least) DO UPDATE SET checks = t.checks + excluded.checks;
    END IF;
    IF d.app_word IS NOT NULL THEN
        INSERT INTO stat_words AS t (day, site, is_spam, word, checks)
        VALUES (d.created_at / 86400000, coalesce(d.site, ''), d.is_spam, d.app_word, n)
        ON CONFLICT (day, site, is_spam, word) DO UPDATE SET checks = t.checks + excluded.checks;
    END IF;
END $$;

-- Adds how long a detection's verdict took to make, or takes it out again (-1).
CREATE OR REPLACE FUNCTION stat_add_execution(d detections, execution_ms double precision, n bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF d.judged_by IN ('fallback', 'refused', 'rule') OR execution_ms IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO stat_executions AS t (day, site, at_least, checks)
    VALUES (d.created_at / 86400000, coalesce(d.site, ''), stat_bound('answer', execution_ms), n)
    ON CONFLICT (day, site, at_least) DO UPDATE SET checks = t.checks + excluded.checks;
END $$;

CREATE OR REPLACE FUNCTION stat_moved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    execution double precision;
BEGIN
    IF OLD.id > (SELECT counted_to FROM stat_progress) THEN
        RETURN NULL;
    END IF;
    PERFORM stat_add(OLD, -1);
    PERFORM stat_add(NEW, 1);
    IF (OLD.created_at, OLD.site, OLD.judged_by) IS DISTINCT FROM (NEW.created_at, NEW.site, NEW.judged_by) THEN
        SELECT execution_ms INTO execution FROM detection_contents WHERE detection_id = NEW.id;
        PERFORM stat_add_execution(OLD, execution, -1);
        PERFORM stat_add_execution(NEW, execution, 1);
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER stat_moved AFTER UPDATE OF
    created_at, site, token_id, origin, judged_by, is_spam, label, labelled_by, labelled_at, score, took_ms, app_word
ON detections FOR EACH ROW EXECUTE FUNCTION stat_moved();

CREATE OR REPLACE FUNCTION stat_executions_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    d detections;
BEGIN
    IF NEW.detection_id <= (SELECT counted_to FROM stat_progress) THEN
        SELECT * INTO d FROM detections WHERE id = NEW.detection_id;
        PERFORM stat_add_execution(d, OLD.execution_ms, -1);
        PERFORM stat_add_execution(d, NEW.execution_ms, 1);
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER stat_executions_changed AFTER UPDATE OF execution_ms ON detection_contents
FOR EACH ROW WHEN (OLD.execution_ms IS DISTINCT FROM NEW.execution_ms) EXECUTE FUNCTION stat_executions_changed();

-- One that was kept as a submission while others overtook it.
CREATE OR REPLACE FUNCTION stat_overtaken() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    d detections;
BEGIN
    IF NEW.detection_id <= (SELECT counted_to FROM stat_progress) THEN
        SELECT * INTO d FROM detections WHERE id = NEW.detection_id;
        PERFORM stat_add(d, 1);
        PERFORM stat_add_execution(d, NEW.execution_ms, 1);
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER stat_overtaken AFTER INSERT ON detection_contents
FOR EACH ROW EXECUTE FUNCTION stat_overtaken();

CREATE OR REPLACE FUNCTION stat_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.id <= (SELECT counted_to FROM stat_progress) THEN
        PERFORM stat_add(OLD, -1);
        PERFORM stat_add_execution(OLD, (SELECT execution_ms FROM detection_contents WHERE detection_id = OLD.id), -1);
    END IF;
    RETURN OLD;
END $$;
CREATE OR REPLACE TRIGGER stat_gone BEFORE DELETE ON detections
FOR EACH ROW EXECUTE FUNCTION stat_gone();
