-- What is spent of each budget, and which checks are under way: counted here and not in a program's memory, since several may work on
-- one database.

CREATE TABLE budget_counts (
    budget_id INTEGER PRIMARY KEY REFERENCES budgets (id) ON DELETE CASCADE,
    -- The first day (UTC) of those that it counts, in days since 1970.
    first_day INTEGER NOT NULL,
    spent     INTEGER NOT NULL
) STRICT;

-- A check under way has a place in each budget that it will count in. One that a crash cut off keeps it until the budget starts anew:
-- the upstream may have been paid.
CREATE TABLE budget_places (
    budget_id INTEGER NOT NULL REFERENCES budgets (id) ON DELETE CASCADE,
    first_day INTEGER NOT NULL,
    place     TEXT NOT NULL,
    PRIMARY KEY (budget_id, first_day, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX budget_places_by_place ON budget_places (place);
