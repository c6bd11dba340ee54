-- Why a label was set: reasons, the lists that moderators choose them from, and macros, which do several things with one key.

-- Every reason that ever was on a list or in a file. Labels name them, so none is deleted.
CREATE TABLE reasons (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL,
    name_folded TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE reason_lists (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    -- In lower case; NULL: all sites that have no list of their own.
    site     TEXT UNIQUE,
    -- Whether a label has to have a reason.
    required INTEGER NOT NULL CHECK (required IN (0, 1))
) STRICT;

CREATE TABLE reason_list_entries (
    list_id   INTEGER NOT NULL REFERENCES reason_lists (id) ON DELETE CASCADE,
    label     TEXT NOT NULL CHECK (label IN ('spam', 'ham')),
    -- From 1; the first nine have a key.
    position  INTEGER NOT NULL,
    reason_id INTEGER NOT NULL REFERENCES reasons (id),
    PRIMARY KEY (list_id, label, position)
) STRICT;

INSERT INTO reasons (id, name, name_folded) VALUES
    (1, 'SEO link', 'seo link'), (2, 'scam', 'scam'), (3, 'adult', 'adult'), (4, 'malware', 'malware'), (5, 'phishing', 'phishing'),
    (6, 'off topic', 'off topic'), (7, 'bot sign-up', 'bot sign-up'), (8, 'customer', 'customer'), (9, 'false alarm', 'false alarm');
INSERT INTO reason_lists (id, site, required) VALUES (1, NULL, 0);
INSERT INTO reason_list_entries (list_id, label, position, reason_id) VALUES
    (1, 'spam', 1, 1), (1, 'spam', 2, 2), (1, 'spam', 3, 3), (1, 'spam', 4, 4), (1, 'spam', 5, 5), (1, 'spam', 6, 6), (1, 'spam', 7, 7),
    (1, 'ham', 1, 8), (1, 'ham', 2, 9);

-- Reasons belong to the decision that they were given with: a new one has none of the old.
CREATE TABLE label_reasons (
    decision_id INTEGER NOT NULL REFERENCES label_decisions (id) ON DELETE CASCADE,
    reason_id   INTEGER NOT NULL REFERENCES reasons (id),
    PRIMARY KEY (decision_id, reason_id)
) STRICT;
CREATE INDEX label_reasons_by_reason ON label_reasons (reason_id, decision_id);

-- Those of the label that stands: of the newest decision that was not taken back.
CREATE VIEW standing_reasons AS
SELECT l.detection_id, g.reason_id
FROM label_reasons g JOIN label_decisions l ON l.id = g.decision_id
WHERE l.undone_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM label_decisions later
                  WHERE later.detection_id = l.detection_id AND later.id > l.id AND later.undone_at IS NULL);

CREATE TABLE macros (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL,
    name_folded TEXT NOT NULL UNIQUE,
    key         TEXT UNIQUE,
    label       TEXT NOT NULL CHECK (label IN ('spam', 'ham')),
    note        TEXT NOT NULL,
    -- The rule that it makes of the sender's e-mail address.
    rule        TEXT CHECK (rule IN ('spam', 'ham'))
) STRICT;

CREATE TABLE macro_reasons (
    macro_id  INTEGER NOT NULL REFERENCES macros (id) ON DELETE CASCADE,
    reason_id INTEGER NOT NULL REFERENCES reasons (id),
    PRIMARY KEY (macro_id, reason_id)
) STRICT;

-- The rule that was made with a decision, and goes when that is taken back.
ALTER TABLE label_decisions ADD COLUMN rule_id INTEGER REFERENCES rules (id);

-- What comes with each label of a bulk action.
ALTER TABLE bulk_actions ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE bulk_actions ADD COLUMN rule TEXT CHECK (rule IN ('spam', 'ham'));
CREATE TABLE bulk_reasons (
    bulk_id   INTEGER NOT NULL REFERENCES bulk_actions (id) ON DELETE CASCADE,
    reason_id INTEGER NOT NULL REFERENCES reasons (id),
    PRIMARY KEY (bulk_id, reason_id)
) STRICT;

-- Names of reasons that a file of Gavel's own gives for its label, with commas between.
ALTER TABLE import_rows ADD COLUMN reasons TEXT;

-- Why, as the app is told.
ALTER TABLE app_decisions ADD COLUMN reason TEXT;

-- As in 0050, and also where a label is set anew: its reasons may be others.
DROP TRIGGER app_decisions_begun;
CREATE TRIGGER app_decisions_begun AFTER UPDATE OF label, labelled_at, is_spam, judged_by ON detections
WHEN NEW.token_id IS NOT NULL AND NEW.site IS NOT NULL
 AND (OLD.label IS NOT NEW.label OR OLD.labelled_at IS NOT NEW.labelled_at OR OLD.is_spam <> NEW.is_spam
      OR OLD.judged_by <> NEW.judged_by) BEGIN
    INSERT INTO app_decisions_due (detection_id, due_at) VALUES (NEW.id, 0) ON CONFLICT DO UPDATE SET due_at = 0;
END;
