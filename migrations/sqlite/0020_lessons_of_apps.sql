-- Feedback of apps teaches the detector, too. Its changes have a sequence of their own: an app that sends much is not to push
-- what moderators labelled out of the newest changes, which are what is learnt after a start. What apps said before teaches nothing.

CREATE TABLE word_changes (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    detection_id INTEGER NOT NULL UNIQUE REFERENCES detections (id) ON DELETE CASCADE
) STRICT;

CREATE TRIGGER app_words_said AFTER INSERT ON app_words BEGIN
    DELETE FROM word_changes WHERE detection_id = NEW.detection_id;
    INSERT INTO word_changes (detection_id) VALUES (NEW.detection_id);
END;

-- A reset ends both sequences, and may come from the command line, which is nobody with an account.
CREATE TABLE resets (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    at              INTEGER NOT NULL,
    user_id         INTEGER REFERENCES users (id),
    label_change_id INTEGER NOT NULL,
    word_change_id  INTEGER NOT NULL
) STRICT;
INSERT INTO resets (id, at, user_id, label_change_id, word_change_id)
    SELECT id, at, user_id, label_change_id, 0 FROM lesson_resets;
DROP TABLE lesson_resets;
ALTER TABLE resets RENAME TO lesson_resets;
