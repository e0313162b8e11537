-- Upkeep: what has had its time is taken out, and what cannot be decided on is set aside.

-- What is asked before a row goes, and what refers to it.
CREATE INDEX verdicts_by_entry ON verdicts (entry_id);
CREATE INDEX stories_by_parent ON stories (parent) WHERE parent IS NOT NULL;
CREATE INDEX alerts_by_merged ON alerts (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX deliveries_gathered ON deliveries (gathered_in) WHERE gathered_in IS NOT NULL;
CREATE INDEX bursts_by_notice ON bursts (notice_id) WHERE notice_id IS NOT NULL;

-- Entries whose evaluation breaks: set aside as the feed gave them (a JSON object), so that its other
-- entries are stored. `retry`: somebody asked to have it tried again with the feed's next fetch.
CREATE TABLE quarantine (
    id      INTEGER PRIMARY KEY,
    feed_id INTEGER NOT NULL REFERENCES feeds (id),
    key     BLOB NOT NULL CHECK (length(key) = 16),
    step    TEXT NOT NULL,
    detail  TEXT NOT NULL,
    title   TEXT NOT NULL,
    url     TEXT,
    entry   TEXT NOT NULL,
    tries   INTEGER NOT NULL,
    first   INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    version TEXT NOT NULL,
    retry   INTEGER NOT NULL DEFAULT 0 CHECK (retry IN (0, 1)),
    UNIQUE (feed_id, key)
) STRICT;
