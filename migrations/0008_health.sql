-- How feeds do over time.

-- What happened to a feed apart from its fetches, the last ones of each: moved, paused, its
-- identities migrated, its dates changed their format. The n-th of a feed replaces an old one.
CREATE TABLE feed_events (
    feed_id INTEGER NOT NULL REFERENCES feeds (id),
    n       INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    code    TEXT NOT NULL,
    detail  TEXT NOT NULL,
    PRIMARY KEY (feed_id, n)
) STRICT, WITHOUT ROWID;
