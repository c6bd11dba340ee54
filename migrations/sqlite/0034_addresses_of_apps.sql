-- Addresses that apps call from. A check without the writer's `ip` is logged with its caller's, as the
-- upstream would take it; a page then says that it is the app's server. An app with more addresses than these
-- is asked from browsers, where both are the same.

CREATE TABLE app_addresses (
    token_id INTEGER NOT NULL REFERENCES api_tokens (id),
    ip       BLOB NOT NULL CHECK (length(ip) = 16),
    PRIMARY KEY (token_id, ip)
) STRICT, WITHOUT ROWID;
