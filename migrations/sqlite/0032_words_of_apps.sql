-- An app's last word stands on the detection itself, beside the moderators' label: a badge, a search and a
-- figure each read one column. The words before it stay in `app_words`, for the story.

ALTER TABLE detections ADD COLUMN app_word TEXT CHECK (app_word IN ('spam', 'ham'));
ALTER TABLE detections ADD COLUMN app_word_at INTEGER;
ALTER TABLE detections ADD COLUMN app_word_token INTEGER REFERENCES api_tokens (id);

UPDATE detections
SET app_word = CASE WHEN w.is_spam THEN 'spam' ELSE 'ham' END, app_word_at = w.said_at, app_word_token = w.token_id
FROM (SELECT detection_id, token_id, is_spam, said_at FROM app_words
      WHERE id IN (SELECT max(id) FROM app_words GROUP BY detection_id)) w
WHERE w.detection_id = detections.id;

-- What the app that asked was answered. NULL: the verdict that stands, as nothing has changed since.
-- 'nothing': it got no verdict, or a crash came between, so nobody knows.
ALTER TABLE detections ADD COLUMN told TEXT CHECK (told IN ('spam', 'ham', 'nothing'));

UPDATE detections
SET told = CASE
    WHEN s.judged_by = 'fallback'
         AND (took_ms IS NULL OR (SELECT fallback FROM api_tokens WHERE id = token_id) = 'reject') THEN 'nothing'
    WHEN s.is_spam THEN 'spam'
    ELSE 'ham' END
FROM (SELECT detection_id, judged_by, is_spam FROM superseded_verdicts
      WHERE id IN (SELECT min(id) FROM superseded_verdicts GROUP BY detection_id)) s
WHERE s.detection_id = detections.id AND token_id IS NOT NULL;
UPDATE detections SET told = 'nothing'
WHERE judged_by = 'fallback' AND token_id IS NOT NULL AND told IS NULL
  AND (took_ms IS NULL OR (SELECT fallback FROM api_tokens WHERE id = token_id) = 'reject');

-- A row of the fallback whose app waited for nothing was left by a crash; one of a token that refuses was
-- answered 503.
CREATE TRIGGER detections_untold AFTER INSERT ON detections
WHEN NEW.judged_by = 'fallback' AND NEW.token_id IS NOT NULL
 AND (NEW.took_ms IS NULL OR (SELECT fallback FROM api_tokens WHERE id = NEW.token_id) = 'reject') BEGIN
    UPDATE detections SET told = 'nothing' WHERE id = NEW.id;
END;
CREATE TRIGGER detections_told AFTER UPDATE OF is_spam ON detections
WHEN OLD.told IS NULL AND OLD.token_id IS NOT NULL AND OLD.is_spam <> NEW.is_spam BEGIN
    UPDATE detections SET told = CASE WHEN OLD.is_spam THEN 'spam' ELSE 'ham' END WHERE id = NEW.id;
END;

-- The app's word is neither the verdict nor the label.
ALTER TABLE detections ADD COLUMN contested INTEGER NOT NULL GENERATED ALWAYS AS (
    app_word IS NOT NULL AND ((app_word = 'spam') <> is_spam OR coalesce(app_word <> label, FALSE))) VIRTUAL;
-- The app was told something else than what stands now (the label, else the verdict), and has not said that
-- itself since.
ALTER TABLE detections ADD COLUMN late INTEGER NOT NULL GENERATED ALWAYS AS (
    token_id IS NOT NULL AND coalesce(told, '') <> 'nothing'
    AND coalesce(told = 'spam', is_spam) <> coalesce(label = 'spam', is_spam)
    AND coalesce((app_word = 'spam') <> coalesce(label = 'spam', is_spam), TRUE)) VIRTUAL;

-- What waits for somebody's word: no label, and the app said nothing. Time is in it, as in
-- detections_unlabelled.
CREATE INDEX detections_waiting ON detections (id, created_at) WHERE label IS NULL AND app_word IS NULL;
CREATE INDEX detections_app_said ON detections (id, app_word, created_at) WHERE app_word IS NOT NULL;
CREATE INDEX detections_contested ON detections (id, created_at) WHERE contested = 1;
CREATE INDEX detections_late ON detections (id, created_at) WHERE late = 1;

-- Nearest to the threshold first: what waits is one range of it.
DROP INDEX detections_by_closeness;
CREATE INDEX detections_by_closeness ON detections (label, app_word, closeness);

-- Feedback of apps on its way. A newer word replaces the one that waits; as long as an attempt may be under
-- way, no other begins.
CREATE TABLE words_on_their_way (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    detection_id  INTEGER NOT NULL UNIQUE REFERENCES detections (id) ON DELETE CASCADE,
    token_id      INTEGER NOT NULL REFERENCES api_tokens (id),
    is_spam       INTEGER NOT NULL CHECK (is_spam IN (0, 1)),
    extra         TEXT NOT NULL,
    said_at       INTEGER NOT NULL,
    -- NULL: the upstream does not know the detection, so there is nobody to tell until it judges it.
    due_at        INTEGER,
    attempts      INTEGER NOT NULL DEFAULT 0,
    last_error    TEXT,
    -- Until then an attempt may be under way, whoever makes it; written before the request leaves.
    claimed_until INTEGER NOT NULL DEFAULT 0,
    -- Whether an attempt with this word began and nobody knows how it ended.
    maybe_told    INTEGER NOT NULL DEFAULT 0,
    -- Whether an attempt with another word began and nobody knows how it ended: it might still arrive.
    in_doubt      INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO words_on_their_way (id, detection_id, token_id, is_spam, extra, said_at, due_at, attempts, last_error)
SELECT f.id, f.detection_id, f.token_id, f.is_spam, f.extra, coalesce(d.app_word_at, f.due_at),
       CASE WHEN d.judged_by <> 'fallback' THEN f.due_at END, f.attempts, f.last_error
FROM app_feedback f JOIN detections d ON d.id = f.detection_id;
DROP TABLE app_feedback;
ALTER TABLE words_on_their_way RENAME TO app_feedback;
CREATE INDEX app_feedback_due ON app_feedback (due_at) WHERE due_at IS NOT NULL;

-- A moderator's feedback that was not sent since the upstream does not know the detection; sent once it
-- judges it.
ALTER TABLE feedback_outbox ADD COLUMN unknown INTEGER NOT NULL DEFAULT 0 CHECK (unknown IN (0, 1));

-- Checks on which an app's word stands, by the day of the check; kept as the counts of 0014, and summed as in
-- 0022.
CREATE TABLE stat_words (
    day     INTEGER NOT NULL,
    site    TEXT NOT NULL COLLATE NOCASE,
    is_spam INTEGER NOT NULL,
    word    TEXT NOT NULL,
    checks  INTEGER NOT NULL,
    PRIMARY KEY (day, site, is_spam, word)
) STRICT, WITHOUT ROWID;
CREATE TABLE sum_words (
    day     INTEGER NOT NULL,
    is_spam INTEGER NOT NULL,
    word    TEXT NOT NULL,
    checks  INTEGER NOT NULL,
    PRIMARY KEY (day, is_spam, word)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER sum_words_begun AFTER INSERT ON stat_words BEGIN
    INSERT INTO sum_words VALUES (NEW.day, NEW.is_spam, NEW.word, NEW.checks)
    ON CONFLICT DO UPDATE SET checks = checks + excluded.checks;
END;
CREATE TRIGGER sum_words_moved AFTER UPDATE OF checks ON stat_words BEGIN
    UPDATE sum_words SET checks = checks + NEW.checks - OLD.checks
    WHERE day = NEW.day AND is_spam = NEW.is_spam AND word = NEW.word;
END;
INSERT INTO stat_words (day, site, is_spam, word, checks)
SELECT created_at / 86400000, coalesce(site, ''), is_spam, app_word, count(*) FROM detections
WHERE app_word IS NOT NULL AND judged_by <> 'refused' AND id <= (SELECT counted_to FROM stat_progress) GROUP BY 1, coalesce(site, '') COLLATE NOCASE, 3, 4;

CREATE TRIGGER stat_words_moved AFTER UPDATE OF created_at, site, is_spam, app_word, judged_by ON detections
WHEN OLD.id <= (SELECT counted_to FROM stat_progress) BEGIN
    UPDATE stat_words SET checks = checks - 1
    WHERE day = OLD.created_at / 86400000
      AND site = coalesce(OLD.site, '')
      AND is_spam = OLD.is_spam
      AND word = OLD.app_word
      AND OLD.judged_by <> 'refused';
    INSERT INTO stat_words (day, site, is_spam, word, checks)
    SELECT NEW.created_at / 86400000, coalesce(NEW.site, ''), NEW.is_spam, NEW.app_word, 1
    WHERE NEW.app_word IS NOT NULL AND NEW.judged_by <> 'refused'
    ON CONFLICT DO UPDATE SET checks = checks + 1;
END;
CREATE TRIGGER stat_words_gone BEFORE DELETE ON detections
WHEN OLD.judged_by <> 'refused' AND OLD.id <= (SELECT counted_to FROM stat_progress) BEGIN
    UPDATE stat_words SET checks = checks - 1
    WHERE day = OLD.created_at / 86400000
      AND site = coalesce(OLD.site, '')
      AND is_spam = OLD.is_spam
      AND word = OLD.app_word;
END;
