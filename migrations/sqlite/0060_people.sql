-- Administrators look after people on a page: they invite, disable and remove them.

-- Until it is enabled again, the account opens nothing. Its sessions end in the same transaction.
ALTER TABLE users ADD COLUMN disabled_at INTEGER;
-- Decisions and audit events name people for good, so a removed person keeps row and name; the address is free again.
ALTER TABLE users ADD COLUMN removed_at INTEGER;

-- Links that work once: an invitation makes an account, a reset link sets the password of one.
CREATE TABLE one_use_links (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    -- SHA-256 of the secret (256 random bits), so that a stolen database opens nothing.
    hash         BLOB NOT NULL UNIQUE,
    -- Whose password it sets; NULL for an invitation.
    user_id      INTEGER REFERENCES users (id),
    email        TEXT NOT NULL,
    email_folded TEXT NOT NULL,
    -- The role that an invitation gives.
    role         TEXT,
    -- NULL: on the command line.
    created_by   INTEGER REFERENCES users (id),
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    -- Kept for a while afterwards, so that a second visit is told what happened.
    used_at      INTEGER
) STRICT;
