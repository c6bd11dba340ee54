-- What became of every part of a file that was read: rows, left out, failed, not read. JSON; NULL before it was read.
ALTER TABLE imports ADD COLUMN account TEXT;

-- A chosen format is one of several choices about reading a file.
UPDATE imports
SET plan = json_remove(json_set(plan, '$.reading', json_object('format', plan ->> '$.format')), '$.format')
WHERE plan ->> '$.format' IS NOT NULL;
