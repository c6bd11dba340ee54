-- What an app sends is kept here while the upstream is asked for its verdict: by the time that the verdict comes, a crash cannot
-- lose the submission any more, and the answer need not wait for the disk once more. A submission has the id that its detection
-- gets. It goes once the detection is in the log and its words are written; what a crash leaves without a detection is logged as
-- not judged.

CREATE TABLE submissions (
    id        INTEGER PRIMARY KEY,
    kept_at   INTEGER NOT NULL,
    token_id  INTEGER,
    -- The detection as it is without a verdict, as JSON.
    detection TEXT NOT NULL
) STRICT;

-- An id is given to a submission or to a detection, never to both.
INSERT INTO sqlite_sequence (name, seq)
SELECT 'detections', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'detections');

CREATE VIEW new_submissions AS SELECT kept_at, token_id, detection FROM submissions;

CREATE TRIGGER new_submissions_kept INSTEAD OF INSERT ON new_submissions BEGIN
    UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'detections';
    INSERT INTO submissions (id, kept_at, token_id, detection)
    SELECT seq, NEW.kept_at, NEW.token_id, NEW.detection FROM sqlite_sequence WHERE name = 'detections';
END;

-- As in 0027, with the id.
DROP VIEW new_detections;

CREATE VIEW new_detections AS
SELECT d.id, d.created_at, d.endpoint, d.origin, d.site, d.email, d.ip, d.content_hash, d.upstream_id, d.is_spam, d.score,
       d.threshold, d.judged_by, d.token_id, d.took_ms, d.language, d.import_id, c.excerpt, c.name, c.website_url, c.domain,
       c.user_agent, c.submitted_at, c.execution_ms, c.upstream_timestamp, c.message, c.extra, c.raw_answer
FROM detections d JOIN detection_contents c ON c.detection_id = d.id;

CREATE TRIGGER new_detections_appended INSTEAD OF INSERT ON new_detections BEGIN
    INSERT INTO detections (id, created_at, endpoint, origin, site, email, ip, content_hash, upstream_id, is_spam, score, threshold,
                            judged_by, token_id, took_ms, language, import_id)
    VALUES (NEW.id, NEW.created_at, NEW.endpoint, NEW.origin, NEW.site, NEW.email, NEW.ip, NEW.content_hash, NEW.upstream_id,
            NEW.is_spam, NEW.score, NEW.threshold, NEW.judged_by, NEW.token_id, NEW.took_ms, NEW.language, NEW.import_id);
    INSERT INTO detection_contents (detection_id, excerpt, name, website_url, domain, user_agent, submitted_at, execution_ms,
                                    upstream_timestamp, message, extra, raw_answer)
    VALUES (last_insert_rowid(), NEW.excerpt, NEW.name, NEW.website_url, NEW.domain, NEW.user_agent, NEW.submitted_at,
            NEW.execution_ms, NEW.upstream_timestamp, NEW.message, NEW.extra, NEW.raw_answer);
END;

-- Charts count the log up to an id; what others overtook while it was judged is counted when it comes. The expressions are those of
-- 0014. It has no label yet.
CREATE TRIGGER stat_overtaken AFTER INSERT ON detection_contents
WHEN NEW.detection_id <= (SELECT counted_to FROM stat_progress) BEGIN
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
