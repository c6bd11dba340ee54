CREATE TABLE stat_progress (
    only_row BIGINT PRIMARY KEY CHECK (only_row = 1),
    -- Every detection up to this id is counted, none behind it.
    counted_to BIGINT NOT NULL
);

CREATE TABLE stat_bounds (
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('answer', 'decision')),
    at_least DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (kind, at_least)
);

CREATE TABLE stat_days (
    day BIGINT NOT NULL,
    site TEXT COLLATE nocase NOT NULL,
    token_id BIGINT NOT NULL,
    origin TEXT COLLATE "C" NOT NULL,
    judged_by TEXT COLLATE "C" NOT NULL,
    is_spam BOOLEAN NOT NULL,
    label TEXT COLLATE "C" NOT NULL,
    checks BIGINT NOT NULL,
    PRIMARY KEY (day, site, token_id, origin, judged_by, is_spam, label)
);

CREATE TABLE stat_hours (
    hour BIGINT NOT NULL,
    site TEXT COLLATE nocase NOT NULL,
    is_spam BOOLEAN NOT NULL,
    checks BIGINT NOT NULL,
    PRIMARY KEY (hour, site, is_spam)
);

CREATE TABLE stat_scores (
    day BIGINT NOT NULL,
    site TEXT COLLATE nocase NOT NULL,
    is_spam BOOLEAN NOT NULL,
    bucket BIGINT NOT NULL,
    checks BIGINT NOT NULL,
    PRIMARY KEY (day, site, is_spam, bucket)
);

CREATE TABLE stat_decisions (
    day BIGINT NOT NULL,
    site TEXT COLLATE nocase NOT NULL,
    user_id BIGINT NOT NULL,
    at_least DOUBLE PRECISION NOT NULL,
    decisions BIGINT NOT NULL,
    PRIMARY KEY (day, site, user_id, at_least)
);

CREATE TABLE stat_answers (
    day BIGINT NOT NULL,
    site TEXT COLLATE nocase NOT NULL,
    at_least DOUBLE PRECISION NOT NULL,
    checks BIGINT NOT NULL,
    PRIMARY KEY (day, site, at_least)
);

CREATE TABLE stat_executions (
    day BIGINT NOT NULL,
    site TEXT COLLATE nocase NOT NULL,
    at_least DOUBLE PRECISION NOT NULL,
    checks BIGINT NOT NULL,
    PRIMARY KEY (day, site, at_least)
);

CREATE TABLE sum_days (
    day BIGINT NOT NULL,
    is_spam BOOLEAN NOT NULL,
    label TEXT COLLATE "C" NOT NULL,
    spent BOOLEAN NOT NULL,
    checks BIGINT NOT NULL,
    PRIMARY KEY (day, is_spam, label, spent)
);

CREATE TABLE sum_sites (
    day BIGINT NOT NULL,
    site TEXT COLLATE nocase NOT NULL,
    is_spam BOOLEAN NOT NULL,
    label TEXT COLLATE "C" NOT NULL,
    spent BOOLEAN NOT NULL,
    checks BIGINT NOT NULL,
    PRIMARY KEY (day, site, is_spam, label, spent)
);

CREATE TABLE sum_askers (
    day BIGINT NOT NULL,
    token_id BIGINT NOT NULL,
    origin TEXT COLLATE "C" NOT NULL,
    is_spam BOOLEAN NOT NULL,
    checks BIGINT NOT NULL,
    PRIMARY KEY (day, token_id, origin, is_spam)
);

CREATE TABLE sum_scores (
    day BIGINT NOT NULL,
    is_spam BOOLEAN NOT NULL,
    bucket BIGINT NOT NULL,
    checks BIGINT NOT NULL,
    PRIMARY KEY (day, is_spam, bucket)
);

CREATE TABLE sum_answers (
    day BIGINT NOT NULL,
    at_least DOUBLE PRECISION NOT NULL,
    checks BIGINT NOT NULL,
    PRIMARY KEY (day, at_least)
);

CREATE TABLE sum_executions (
    day BIGINT NOT NULL,
    at_least DOUBLE PRECISION NOT NULL,
    checks BIGINT NOT NULL,
    PRIMARY KEY (day, at_least)
);

CREATE TABLE sum_decisions (
    day BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    at_least DOUBLE PRECISION NOT NULL,
    decisions BIGINT NOT NULL,
    PRIMARY KEY (day, user_id, at_least)
);

CREATE TABLE stat_words (
    day BIGINT NOT NULL,
    site TEXT COLLATE nocase NOT NULL,
    is_spam BOOLEAN NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    checks BIGINT NOT NULL,
    PRIMARY KEY (day, site, is_spam, word)
);

CREATE TABLE sum_words (
    day BIGINT NOT NULL,
    is_spam BOOLEAN NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    checks BIGINT NOT NULL,
    PRIMARY KEY (day, is_spam, word)
);

CREATE TABLE check_hours (
    -- Hours since the UNIX epoch.
    hour BIGINT PRIMARY KEY,
    first_id BIGINT NOT NULL,
    last_id BIGINT NOT NULL,
    spam BIGINT NOT NULL,
    ham BIGINT NOT NULL
);

INSERT INTO stat_progress VALUES (1, 0);
INSERT INTO stat_bounds SELECT 'answer', unnest(ARRAY[
    0.0, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 70.0,
    100.0, 120.0, 150.0, 200.0, 250.0, 300.0, 400.0, 500.0, 700.0, 1000.0, 1500.0, 2000.0, 3000.0, 4000.0, 5000.0,
    7000.0, 10000.0, 20000.0, 60000.0]::double precision[]);
INSERT INTO stat_bounds SELECT 'decision', unnest(ARRAY[
    0.0, 10000.0, 20000.0, 30000.0, 45000.0, 60000.0, 90000.0, 120000.0, 180000.0, 300000.0, 420000.0, 600000.0,
    900000.0, 1200000.0, 1800000.0, 2700000.0, 3600000.0, 5400000.0, 7200000.0, 10800000.0, 14400000.0, 21600000.0,
    28800000.0, 43200000.0, 64800000.0, 86400000.0, 129600000.0, 172800000.0, 259200000.0, 432000000.0, 604800000.0,
    1209600000.0, 2592000000.0, 7776000000.0]::double precision[]);
