-- What the detector learns from: each label once, in the order in which labels changed, however they did (one by one, in bulk,
-- by undo). Whoever learns reads on from the number it has seen last.

CREATE TABLE label_changes (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    detection_id INTEGER NOT NULL UNIQUE REFERENCES detections (id) ON DELETE CASCADE
) STRICT;

CREATE TRIGGER detections_relabelled AFTER UPDATE OF label, labelled_by ON detections
WHEN OLD.label IS NOT NEW.label OR OLD.labelled_by IS NOT NEW.labelled_by BEGIN
    DELETE FROM label_changes WHERE detection_id = NEW.id;
    INSERT INTO label_changes (detection_id) VALUES (NEW.id);
END;
CREATE TRIGGER detections_came_labelled AFTER INSERT ON detections WHEN NEW.label IS NOT NULL BEGIN
    INSERT INTO label_changes (detection_id) VALUES (NEW.id);
END;

INSERT INTO label_changes (detection_id) SELECT id FROM detections WHERE label IS NOT NULL ORDER BY labelled_at, id;

-- From time to time an administrator lets the detector forget: changes up to `label_change_id` teach nothing any more.
CREATE TABLE lesson_resets (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    at              INTEGER NOT NULL,
    user_id         INTEGER NOT NULL REFERENCES users (id),
    label_change_id INTEGER NOT NULL
) STRICT;
