-- Browsers that somebody logged in with before: they have their own allowance of failed log-ins, so that strangers who try
-- passwords lock nobody out.
CREATE TABLE known_devices (
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256 of the cookie, so that a stolen database makes nobody a known one.
    id_hash    BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, id_hash)
) STRICT, WITHOUT ROWID;

-- What kind of service takes the webhook; NULL goes by its address.
ALTER TABLE alert_settings ADD COLUMN webhook_kind TEXT CHECK (webhook_kind IN ('json', 'slack', 'discord', 'matrix'));
