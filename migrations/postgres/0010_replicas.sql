-- Programs that serve on this database beside each other. All times here are of the database's own clock, in milliseconds since the UNIX
-- epoch: the machines' clocks may differ.
CREATE TABLE replicas (
    id TEXT COLLATE "C" PRIMARY KEY,
    version TEXT COLLATE "C" NOT NULL,
    -- The name of its machine.
    host TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);

-- Which of them does what only one may do at a time.
CREATE TABLE leases (
    name TEXT COLLATE "C" PRIMARY KEY,
    owner TEXT COLLATE "C" NOT NULL,
    until BIGINT NOT NULL
);

-- What was done at most so often by all replicas together (the generic cell rate algorithm): when all that was charged will have been paid off,
-- in microseconds of the database's clock.
CREATE TABLE allowances (
    key TEXT COLLATE "C" PRIMARY KEY,
    paid_off BIGINT NOT NULL
);
