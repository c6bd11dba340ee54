-- What a program keeps in memory to count by (server/store/src/sqlite/facts) is brought up to date from here: rows that
-- changed, that came below others, or that went. New rows are found by their ids.

CREATE TABLE detection_changes (
    seq          INTEGER PRIMARY KEY,
    detection_id INTEGER NOT NULL
) STRICT;

CREATE TRIGGER detections_changed AFTER UPDATE OF
    created_at, score, is_spam, label, app_word, told, judged_by, origin, site, feedback, token_id, language ON detections BEGIN
    INSERT INTO detection_changes (detection_id) VALUES (NEW.id);
END;

-- A submission has its number before its verdict: others may have come meanwhile.
CREATE TRIGGER detections_overtaken AFTER INSERT ON detections WHEN NEW.id < (SELECT max(id) FROM detections) BEGIN
    INSERT INTO detection_changes (detection_id) VALUES (NEW.id);
END;

CREATE TRIGGER detections_gone AFTER DELETE ON detections BEGIN
    INSERT INTO detection_changes (detection_id) VALUES (OLD.id);
END;

-- Whoever is further behind than this reads everything again.
CREATE TRIGGER detection_changes_forgotten AFTER INSERT ON detection_changes WHEN NEW.seq % 1000 = 0 BEGIN
    DELETE FROM detection_changes WHERE seq <= NEW.seq - 100000;
END;
