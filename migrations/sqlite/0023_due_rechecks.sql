-- What the upstream is still to judge, as a queue of its own: each detection of the fallback has its row in `rechecks` from the
-- moment it is logged until it is judged. Before, those without a row were due as well, so that looking for them walked over all
-- that is never judged again: what a hard budget refused, what was loaded as past. They only grow in number.

INSERT INTO rechecks (detection_id, attempts, due_at, last_error)
SELECT id, 0, created_at, '' FROM detections
WHERE judged_by = 'fallback' AND id NOT IN (SELECT detection_id FROM rechecks);
DELETE FROM rechecks
WHERE NOT EXISTS (SELECT 1 FROM detections d WHERE d.id = rechecks.detection_id AND d.judged_by = 'fallback');

-- NULL in due_at: never, so it is not in the queue.
CREATE INDEX rechecks_due ON rechecks (due_at) WHERE due_at IS NOT NULL;

CREATE TRIGGER rechecks_begun AFTER INSERT ON detections WHEN NEW.judged_by = 'fallback' BEGIN
    INSERT INTO rechecks (detection_id, attempts, due_at, last_error) VALUES (NEW.id, 0, NEW.created_at, '');
END;
CREATE TRIGGER rechecks_over AFTER UPDATE OF judged_by ON detections
WHEN OLD.judged_by = 'fallback' AND NEW.judged_by <> 'fallback' BEGIN
    DELETE FROM rechecks WHERE detection_id = NEW.id;
END;
CREATE TRIGGER rechecks_again AFTER UPDATE OF judged_by ON detections
WHEN OLD.judged_by <> 'fallback' AND NEW.judged_by = 'fallback' BEGIN
    INSERT INTO rechecks (detection_id, attempts, due_at, last_error) VALUES (NEW.id, 0, NEW.created_at, '')
    ON CONFLICT DO NOTHING;
END;
