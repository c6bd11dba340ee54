-- Tokens of apps: what they may ask, where they may come from, until when they work, and a new secret beside which the old one goes on
-- for a while. The tokens that there are may all that they could.
ALTER TABLE api_tokens ADD COLUMN expires_at BIGINT;
-- Words with blanks between.
ALTER TABLE api_tokens ADD COLUMN scopes TEXT COLLATE "C" NOT NULL DEFAULT 'check feedback stats decisions';
-- In CIDR notation with blanks between; none: anywhere.
ALTER TABLE api_tokens ADD COLUMN networks TEXT COLLATE "C" NOT NULL DEFAULT '';
-- How many times it got a new secret. Programs that remember a token see by it that they must look again.
ALTER TABLE api_tokens ADD COLUMN rotations BIGINT NOT NULL DEFAULT 0;
-- The secret before, which stays when its time is over, so that who still uses it is recognised.
ALTER TABLE api_tokens ADD COLUMN previous_hash BYTEA CHECK (length(previous_hash) = 32);
ALTER TABLE api_tokens ADD COLUMN previous_prefix TEXT COLLATE "C";
ALTER TABLE api_tokens ADD COLUMN previous_until BIGINT;

CREATE UNIQUE INDEX api_tokens_by_previous_hash ON api_tokens (previous_hash) WHERE previous_hash IS NOT NULL;
