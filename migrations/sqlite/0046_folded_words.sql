-- Words are folded before they are indexed: compatibility letters, accents, marks, and emoji as keys (domain's search/text.rs). What
-- is in the index already is written again beside the work, newest first, a few rows a transaction (sqlite/refold.rs): rows from
-- `below` on are folded, those before it are as they were. `last` is the last row that there was.
CREATE TABLE words_folded (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    below    INTEGER NOT NULL,
    last     INTEGER NOT NULL
) STRICT;
INSERT INTO words_folded
SELECT 1, coalesce(max(id) + 1, 0), coalesce(max(id), 0) FROM detections;
