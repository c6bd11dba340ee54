-- Searches that the team keeps under a name.

CREATE TABLE saved_searches (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL,
    -- The name in lower case (all of Unicode): "unique without regard to case".
    name_folded TEXT NOT NULL UNIQUE,
    q           TEXT NOT NULL,
    sorted      TEXT NOT NULL,
    created_by  INTEGER NOT NULL REFERENCES users (id),
    created_at  INTEGER NOT NULL
) STRICT;
