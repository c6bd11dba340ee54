-- Who stands behind an app's feedback: moderators of the app's own (as in WordPress), or a program. An administrator says so.
ALTER TABLE api_tokens ADD COLUMN of_people INTEGER NOT NULL DEFAULT 0 CHECK (of_people IN (0, 1));

-- Detections that were made up by `gavel demo-data`, as ranges of ids; they teach nothing. Each load writes ranges without gaps.
CREATE TABLE made_up (
    first INTEGER PRIMARY KEY,
    last  INTEGER NOT NULL CHECK (last >= first)
) STRICT;
