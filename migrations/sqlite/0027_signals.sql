-- The signals stood twice, in `signals` and in `raw_answer`: nearly a third of a row with the embedded detector's answers. They are
-- read from the answer.

DROP VIEW new_detections;

ALTER TABLE detection_contents DROP COLUMN signals;

CREATE VIEW new_detections AS
SELECT d.created_at, d.endpoint, d.origin, d.site, d.email, d.ip, d.content_hash, d.upstream_id, d.is_spam, d.score, d.threshold,
       d.judged_by, d.token_id, d.took_ms, d.language, d.import_id, c.excerpt, c.name, c.website_url, c.domain, c.user_agent,
       c.submitted_at, c.execution_ms, c.upstream_timestamp, c.message, c.extra, c.raw_answer
FROM detections d JOIN detection_contents c ON c.detection_id = d.id;

CREATE TRIGGER new_detections_appended INSTEAD OF INSERT ON new_detections BEGIN
    INSERT INTO detections (created_at, endpoint, origin, site, email, ip, content_hash, upstream_id, is_spam, score, threshold,
                            judged_by, token_id, took_ms, language, import_id)
    VALUES (NEW.created_at, NEW.endpoint, NEW.origin, NEW.site, NEW.email, NEW.ip, NEW.content_hash, NEW.upstream_id, NEW.is_spam,
            NEW.score, NEW.threshold, NEW.judged_by, NEW.token_id, NEW.took_ms, NEW.language, NEW.import_id);
    INSERT INTO detection_contents (detection_id, excerpt, name, website_url, domain, user_agent, submitted_at, execution_ms,
                                    upstream_timestamp, message, extra, raw_answer)
    VALUES (last_insert_rowid(), NEW.excerpt, NEW.name, NEW.website_url, NEW.domain, NEW.user_agent, NEW.submitted_at,
            NEW.execution_ms, NEW.upstream_timestamp, NEW.message, NEW.extra, NEW.raw_answer);
END;
