-- Messages are found by the hosts of their links. What is in the index already is written again beside the work (sqlite/refold.rs).
UPDATE words_folded
SET below = (SELECT coalesce(max(id) + 1, 0) FROM detections), last = (SELECT coalesce(max(id), 0) FROM detections);
