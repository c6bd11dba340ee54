-- What follows from a change of the log, whoever makes it.

-- Whoever changes the log takes the turn, also where a statement is a transaction by itself: ids and numbers of changes become
-- visible in their order.
CREATE OR REPLACE FUNCTION take_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM id FROM writing_probe FOR UPDATE;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER detections_in_turn BEFORE INSERT OR UPDATE OR DELETE ON detections
FOR EACH STATEMENT EXECUTE FUNCTION take_turn();

-- What an app was told, where that is not what stands now.
CREATE OR REPLACE FUNCTION detections_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.judged_by = 'fallback' AND NEW.token_id IS NOT NULL
           AND (NEW.took_ms IS NULL OR (SELECT fallback FROM api_tokens WHERE id = NEW.token_id) = 'reject') THEN
            NEW.told := 'nothing';
        END IF;
    ELSIF OLD.told IS NULL AND OLD.token_id IS NOT NULL AND OLD.is_spam <> NEW.is_spam THEN
        NEW.told := CASE WHEN OLD.is_spam THEN 'spam' ELSE 'ham' END;
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER detections_told BEFORE INSERT OR UPDATE OF is_spam ON detections
FOR EACH ROW EXECUTE FUNCTION detections_told();

CREATE OR REPLACE FUNCTION detections_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO check_hours AS h (hour, first_id, last_id, spam, ham)
    VALUES (NEW.created_at / 3600000, NEW.id, NEW.id,
            (NEW.judged_by <> 'refused' AND NEW.is_spam)::int, (NEW.judged_by <> 'refused' AND NOT NEW.is_spam)::int)
    ON CONFLICT (hour) DO UPDATE SET
        first_id = least(h.first_id, excluded.first_id),
        last_id = greatest(h.last_id, excluded.last_id),
        spam = h.spam + excluded.spam,
        ham = h.ham + excluded.ham;
    IF NEW.judged_by = 'fallback' THEN
        INSERT INTO rechecks (detection_id, attempts, due_at, last_error) VALUES (NEW.id, 0, NEW.created_at, '')
        ON CONFLICT DO NOTHING;
    END IF;
    IF NEW.label IS NOT NULL THEN
        INSERT INTO label_changes (detection_id) VALUES (NEW.id);
    END IF;
    IF NEW.rule_id IS NOT NULL THEN
        UPDATE rules SET hits = hits + 1, last_hit_at = greatest(coalesce(last_hit_at, 0), NEW.created_at) WHERE id = NEW.rule_id;
    END IF;
    IF NEW.id < (SELECT max(id) FROM detections) THEN
        INSERT INTO detection_changes (detection_id) VALUES (NEW.id);
    END IF;
    UPDATE retention SET content_hour = least(content_hour, NEW.created_at / 3600000),
                         personal_hour = least(personal_hour, NEW.created_at / 3600000)
    WHERE NEW.created_at / 3600000 < greatest(content_hour, personal_hour);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER detections_written AFTER INSERT ON detections
FOR EACH ROW EXECUTE FUNCTION detections_written();

CREATE OR REPLACE FUNCTION detections_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.label, OLD.labelled_by) IS DISTINCT FROM (NEW.label, NEW.labelled_by) THEN
        DELETE FROM label_changes WHERE detection_id = NEW.id;
        INSERT INTO label_changes (detection_id) VALUES (NEW.id);
    END IF;
    IF OLD.judged_by = 'fallback' AND NEW.judged_by <> 'fallback' THEN
        DELETE FROM rechecks WHERE detection_id = NEW.id;
    ELSIF OLD.judged_by <> 'fallback' AND NEW.judged_by = 'fallback' THEN
        INSERT INTO rechecks (detection_id, attempts, due_at, last_error) VALUES (NEW.id, 0, NEW.created_at, '')
        ON CONFLICT DO NOTHING;
    END IF;
    IF OLD.is_spam <> NEW.is_spam OR (OLD.judged_by = 'refused') <> (NEW.judged_by = 'refused') THEN
        UPDATE check_hours SET
            spam = spam + (NEW.judged_by <> 'refused' AND NEW.is_spam)::int - (OLD.judged_by <> 'refused' AND OLD.is_spam)::int,
            ham = ham + (NEW.judged_by <> 'refused' AND NOT NEW.is_spam)::int - (OLD.judged_by <> 'refused' AND NOT OLD.is_spam)::int
        WHERE hour = NEW.created_at / 3600000;
    END IF;
    IF NEW.site IS NOT NULL
       AND (OLD.label, OLD.labelled_at, OLD.is_spam, OLD.judged_by)
           IS DISTINCT FROM (NEW.label, NEW.labelled_at, NEW.is_spam, NEW.judged_by)
       AND (NEW.token_id IS NOT NULL OR EXISTS (SELECT 1 FROM wordpress_comments WHERE detection_id = NEW.id)) THEN
        INSERT INTO app_decisions_due (detection_id, due_at) VALUES (NEW.id, 0)
        ON CONFLICT (detection_id) DO UPDATE SET due_at = 0;
    END IF;
    INSERT INTO detection_changes (detection_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER detections_changed AFTER UPDATE OF
    created_at, score, is_spam, label, labelled_by, labelled_at, app_word, told, judged_by, origin, site, feedback, token_id, language
ON detections FOR EACH ROW EXECUTE FUNCTION detections_changed();

CREATE OR REPLACE FUNCTION detections_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.judged_by <> 'refused' THEN
        UPDATE check_hours SET spam = spam - OLD.is_spam::int, ham = ham - (NOT OLD.is_spam)::int
        WHERE hour = OLD.created_at / 3600000;
    END IF;
    INSERT INTO detection_changes (detection_id) VALUES (OLD.id);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER detections_gone AFTER DELETE ON detections
FOR EACH ROW EXECUTE FUNCTION detections_gone();

CREATE OR REPLACE FUNCTION detection_changes_forgotten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM detection_changes WHERE seq <= NEW.seq - 100000;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER detection_changes_forgotten AFTER INSERT ON detection_changes
FOR EACH ROW WHEN (NEW.seq % 1000 = 0) EXECUTE FUNCTION detection_changes_forgotten();

CREATE OR REPLACE FUNCTION app_words_said() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM word_changes WHERE detection_id = NEW.detection_id;
    INSERT INTO word_changes (detection_id) VALUES (NEW.detection_id);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER app_words_said AFTER INSERT ON app_words
FOR EACH ROW EXECUTE FUNCTION app_words_said();

CREATE OR REPLACE FUNCTION rules_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE rules_version SET version = version + 1;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER rules_changed AFTER INSERT OR UPDATE OF watched, expires_at, removed_at ON rules
FOR EACH ROW EXECUTE FUNCTION rules_changed();

-- The reasons of each label that stands.
CREATE OR REPLACE VIEW standing_reasons AS
SELECT l.detection_id, g.reason_id
FROM label_reasons g JOIN label_decisions l ON l.id = g.decision_id
WHERE l.undone_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM label_decisions later
                  WHERE later.detection_id = l.detection_id AND later.id > l.id AND later.undone_at IS NULL);
