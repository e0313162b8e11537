-- What the daemon last ran with: one row per topic, feed and channel, and one for the settings.
-- `summary` is a JSON object of its fields as people read them, `digest` the hash of that: no
-- secret is in either. Replaced as a whole at each start and reload.
CREATE TABLE running_config (
    kind    TEXT NOT NULL CHECK (kind IN ('topic', 'feed', 'channel', 'settings')),
    id      TEXT NOT NULL,
    digest  BLOB NOT NULL CHECK (length(digest) = 16),
    summary TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
