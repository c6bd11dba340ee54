-- Fewer indexes: whatever is logged pays for each, and most for those that it enters at a random place, since every page
-- touched goes through the write-ahead log to disk, twice. What is looked up by one value (sender, network, site, origin, who
-- judged, upstream id, content) becomes a word of the full-text index: new words are written in order and merged in
-- the background of later commits, and they come sorted by id, which is the order of the log.

DROP INDEX detections_by_upstream_id;
DROP INDEX detections_by_content;
DROP INDEX detections_by_origin;
DROP INDEX detections_by_site;
DROP INDEX detections_by_email;
DROP INDEX detections_by_email_reversed;
DROP INDEX detections_by_ip;
ALTER TABLE detections DROP COLUMN email_reversed;

-- Highest score first is the two halves of detections_by_verdict, merged.
DROP INDEX detections_by_score;

-- Nearest first is the three parts of one index, merged; of the unlabelled, one part by itself.
DROP INDEX detections_by_closeness;
DROP INDEX detections_to_review;
CREATE INDEX detections_by_closeness ON detections (label, closeness);

-- `keys` holds what is looked up by one value, written so that no word that people send equals a key (sqlite/keys.rs). An
-- index without contents cannot be altered: the store fills the new one when it opens the database.
DROP TRIGGER detections_unindexed;
DROP TABLE detections_fts;
CREATE VIRTUAL TABLE detections_fts USING fts5 (
    message, email, name, domain, website_url, keys,
    content = '', contentless_delete = 1,
    tokenize = "unicode61 remove_diacritics 2"
);
CREATE TRIGGER detections_unindexed AFTER DELETE ON detections BEGIN
    DELETE FROM detections_fts WHERE rowid = OLD.id;
END;

-- Merged half as often as by default: fewer bytes written again, for some more places to look at.
INSERT INTO detections_fts (detections_fts, rank) VALUES ('automerge', 8);
