-- Files often know what is spam. Such a label is kept with its row, compared with the verdict when the row is checked, and
-- taken over as a moderator's decision where that was asked for.

ALTER TABLE import_rows ADD COLUMN label TEXT CHECK (label IN ('spam', 'ham'));

-- Counts that the transactions keep which change them, as those of the rows.
-- Rows to check that say what they are.
ALTER TABLE imports ADD COLUMN labelled INTEGER NOT NULL DEFAULT 0;
-- Of the checked ones: spam that was found, spam that passed, ham that was taken for spam, ham that passed.
ALTER TABLE imports ADD COLUMN spam_found INTEGER NOT NULL DEFAULT 0;
ALTER TABLE imports ADD COLUMN spam_missed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE imports ADD COLUMN ham_accused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE imports ADD COLUMN ham_passed INTEGER NOT NULL DEFAULT 0;
-- Decisions that were made of labels, and how many of them were taken back.
ALTER TABLE imports ADD COLUMN labels_set INTEGER NOT NULL DEFAULT 0;
ALTER TABLE imports ADD COLUMN labels_undone INTEGER NOT NULL DEFAULT 0;
-- NULL: labels are taken over. undoing → undone: they are taken back, and no more are taken over.
ALTER TABLE imports ADD COLUMN labels_state TEXT CHECK (labels_state IN ('undoing', 'undone'));
CREATE INDEX imports_undoing_labels ON imports (id) WHERE labels_state = 'undoing';

-- Which import a decision was made by; the index holds those that may still be taken back.
-- It has no row in the outbox where the upstream is not to be told.
ALTER TABLE label_decisions ADD COLUMN import_id INTEGER REFERENCES imports (id);
CREATE INDEX label_decisions_by_import ON label_decisions (import_id) WHERE import_id IS NOT NULL AND undone_at IS NULL;
