-- How long a feed's entries are kept where it says so itself, in seconds; 0: for ever. It holds on
-- when the feed is no longer configured.
ALTER TABLE feeds ADD COLUMN keep_s INTEGER;

-- How the daily copies of the database went: the last one that was made, and the trouble that has
-- been since, if any.
CREATE TABLE copies (
    only      INTEGER PRIMARY KEY CHECK (only = 1),
    made_at   INTEGER,
    made_path TEXT,
    failed_at INTEGER,
    since     INTEGER,
    dir       TEXT,
    code      TEXT,
    detail    TEXT
) STRICT;

INSERT INTO copies (only) VALUES (1);
