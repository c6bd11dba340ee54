-- Sums of what is counted by day and site, for pages that ask for all of it.

CREATE OR REPLACE FUNCTION sum_days() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    n bigint := NEW.checks - CASE TG_OP WHEN 'UPDATE' THEN OLD.checks ELSE 0 END;
    is_spent boolean := NEW.judged_by NOT IN ('fallback', 'rule');
BEGIN
    INSERT INTO sum_days AS t VALUES (NEW.day, NEW.is_spam, NEW.label, is_spent, n)
    ON CONFLICT (day, is_spam, label, spent) DO UPDATE SET checks = t.checks + excluded.checks;
    INSERT INTO sum_sites AS t VALUES (NEW.day, NEW.site, NEW.is_spam, NEW.label, is_spent, n)
    ON CONFLICT (day, site, is_spam, label, spent) DO UPDATE SET checks = t.checks + excluded.checks;
    IF is_spent THEN
        INSERT INTO sum_askers AS t VALUES (NEW.day, NEW.token_id, NEW.origin, NEW.is_spam, n)
        ON CONFLICT (day, token_id, origin, is_spam) DO UPDATE SET checks = t.checks + excluded.checks;
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER sum_days AFTER INSERT OR UPDATE OF checks ON stat_days
FOR EACH ROW EXECUTE FUNCTION sum_days();

CREATE OR REPLACE FUNCTION sum_scores() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sum_scores AS t VALUES (NEW.day, NEW.is_spam, NEW.bucket, NEW.checks - CASE TG_OP WHEN 'UPDATE' THEN OLD.checks ELSE 0 END)
    ON CONFLICT (day, is_spam, bucket) DO UPDATE SET checks = t.checks + excluded.checks;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER sum_scores AFTER INSERT OR UPDATE OF checks ON stat_scores
FOR EACH ROW EXECUTE FUNCTION sum_scores();

CREATE OR REPLACE FUNCTION sum_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sum_answers AS t VALUES (NEW.day, NEW.at_least, NEW.checks - CASE TG_OP WHEN 'UPDATE' THEN OLD.checks ELSE 0 END)
    ON CONFLICT (day, at_least) DO UPDATE SET checks = t.checks + excluded.checks;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER sum_answers AFTER INSERT OR UPDATE OF checks ON stat_answers
FOR EACH ROW EXECUTE FUNCTION sum_answers();

CREATE OR REPLACE FUNCTION sum_executions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sum_executions AS t VALUES (NEW.day, NEW.at_least, NEW.checks - CASE TG_OP WHEN 'UPDATE' THEN OLD.checks ELSE 0 END)
    ON CONFLICT (day, at_least) DO UPDATE SET checks = t.checks + excluded.checks;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER sum_executions AFTER INSERT OR UPDATE OF checks ON stat_executions
FOR EACH ROW EXECUTE FUNCTION sum_executions();

CREATE OR REPLACE FUNCTION sum_decisions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sum_decisions AS t
    VALUES (NEW.day, NEW.user_id, NEW.at_least, NEW.decisions - CASE TG_OP WHEN 'UPDATE' THEN OLD.decisions ELSE 0 END)
    ON CONFLICT (day, user_id, at_least) DO UPDATE SET decisions = t.decisions + excluded.decisions;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER sum_decisions AFTER INSERT OR UPDATE OF decisions ON stat_decisions
FOR EACH ROW EXECUTE FUNCTION sum_decisions();

CREATE OR REPLACE FUNCTION sum_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sum_words AS t VALUES (NEW.day, NEW.is_spam, NEW.word, NEW.checks - CASE TG_OP WHEN 'UPDATE' THEN OLD.checks ELSE 0 END)
    ON CONFLICT (day, is_spam, word) DO UPDATE SET checks = t.checks + excluded.checks;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER sum_words AFTER INSERT OR UPDATE OF checks ON stat_words
FOR EACH ROW EXECUTE FUNCTION sum_words();
