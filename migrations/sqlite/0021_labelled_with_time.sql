-- "label:ham age:<30d" is decided, counted and paged by this index alone: label and time are in it. Before, each labelled row had
-- to be read to see them, at a random place of the log.

DROP INDEX detections_labelled;
CREATE INDEX detections_labelled ON detections (id, label, created_at) WHERE label IS NOT NULL;
