-- What people and apps said about a detection, beyond its label.

-- Internal notes of moderators; never sent upstream.
CREATE TABLE detection_notes (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    detection_id INTEGER NOT NULL REFERENCES detections (id) ON DELETE CASCADE,
    user_id      INTEGER NOT NULL REFERENCES users (id),
    body         TEXT NOT NULL,
    written_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX detection_notes_by_detection ON detection_notes (detection_id);

-- Every word of an app on a detection, for its story. What still waits for the upstream is in `app_feedback`.
CREATE TABLE app_words (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    detection_id INTEGER NOT NULL REFERENCES detections (id) ON DELETE CASCADE,
    token_id     INTEGER NOT NULL REFERENCES api_tokens (id),
    is_spam      INTEGER NOT NULL CHECK (is_spam IN (0, 1)),
    said_at      INTEGER NOT NULL
) STRICT;

CREATE INDEX app_words_by_detection ON app_words (detection_id);
