-- The number of an entry that was set aside is never given again: by it its user asks to have it tried
-- again, and `aside_told` in meta is the last one that they were told of.
CREATE TABLE quarantine_numbered (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
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

-- They keep their numbers.
INSERT INTO quarantine_numbered
    SELECT id, feed_id, key, step, detail, title, url, entry, tries, first, last, version, retry
    FROM quarantine;
DROP TABLE quarantine;
ALTER TABLE quarantine_numbered RENAME TO quarantine;

-- Those that were let go again had numbers, too.
DELETE FROM sqlite_sequence WHERE name = 'quarantine';
INSERT INTO sqlite_sequence (name, seq)
    SELECT 'quarantine', max(
        ifnull((SELECT max(id) FROM quarantine), 0),
        ifnull((SELECT value FROM meta WHERE name = 'aside_told'), 0)
    );
