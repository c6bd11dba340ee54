-- The words' index is merged step by step beside the commits that it grows by, not within them: there, one in ten took several
-- times as long.
INSERT INTO detections_fts (detections_fts, rank) VALUES ('automerge', 0);
