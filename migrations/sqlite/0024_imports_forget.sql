-- What will not be checked any more is not kept: of an import that was cancelled, or that ended long ago, the content of the
-- rows that are not in the log goes, some rows at a time, so that nobody waits for it.

-- Rows up to this one were looked at; NULL: nothing is to go.
ALTER TABLE imports ADD COLUMN forgotten_to INTEGER;
CREATE INDEX imports_to_forget ON imports (id) WHERE forgotten_to IS NOT NULL;
-- Whose file is still there.
CREATE INDEX imports_with_file ON imports (id) WHERE file IS NOT NULL;

UPDATE imports SET forgotten_to = 0 WHERE state = 'cancelled';
