-- What is remembered of a feed for its next fetch.

-- When the server last sent the whole feed, and did not just say "unchanged".
ALTER TABLE feeds ADD COLUMN last_full INTEGER;
UPDATE feeds SET last_full = last_success;

-- The site (a domain, or host and port) whose wish to be left alone the next fetch waits for.
ALTER TABLE feeds ADD COLUMN held_by TEXT;

-- What the feed said of its rhythm when it was last read. Bit n of `skip_hours` is the hour n,
-- bit 0 of `skip_days` Monday, GMT.
ALTER TABLE feeds ADD COLUMN ttl_s INTEGER;
ALTER TABLE feeds ADD COLUMN period_s INTEGER;
ALTER TABLE feeds ADD COLUMN skip_hours INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feeds ADD COLUMN skip_days INTEGER NOT NULL DEFAULT 0;

-- Answers of 410 in a row.
ALTER TABLE feeds ADD COLUMN gone_count INTEGER;
ALTER TABLE feeds ADD COLUMN gone_first INTEGER;
ALTER TABLE feeds ADD COLUMN gone_last INTEGER;

-- A move to another URL: how it was told, what is held of it and since when, and how often it
-- was seen. One that was refused stays so until another URL is configured.
ALTER TABLE feeds ADD COLUMN move_to TEXT;
ALTER TABLE feeds ADD COLUMN move_sign TEXT CHECK (move_sign IN ('redirect', 'announcement'));
ALTER TABLE feeds ADD COLUMN move_standing TEXT
    CHECK (move_standing IN ('sighted', 'followed', 'refused'));
ALTER TABLE feeds ADD COLUMN move_since INTEGER;
ALTER TABLE feeds ADD COLUMN move_count INTEGER;
ALTER TABLE feeds ADD COLUMN move_first INTEGER;
ALTER TABLE feeds ADD COLUMN move_last INTEGER;

-- Sites that are left alone for a while.
CREATE TABLE site_holds (
    site  TEXT NOT NULL PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
