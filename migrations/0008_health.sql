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

-- What a feed is like, as a JSON object: its gaps, dates, language. And for what trouble, and
-- since when, its user has been told of it; null while there is none, or none was told yet.
ALTER TABLE feeds ADD COLUMN habits TEXT;
ALTER TABLE feeds ADD COLUMN told_condition TEXT;
ALTER TABLE feeds ADD COLUMN told_at INTEGER;

-- What wirewatch tells of its own work: feeds in trouble, the network gone, topics gone silent.
CREATE TABLE notices (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    headline TEXT NOT NULL,
    object   TEXT NOT NULL
) STRICT;

-- A delivery carries an alert's revision or a notice. SQLite cannot make a column optional: both
-- tables are written anew.
CREATE TABLE deliveries_anew (
    id           INTEGER PRIMARY KEY,
    alert_id     INTEGER,
    seq          INTEGER,
    notice_id    INTEGER REFERENCES notices (id),
    channel      TEXT NOT NULL,
    body         BLOB NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'delivered', 'parked')),
    attempts     INTEGER NOT NULL DEFAULT 0,
    created      INTEGER NOT NULL,
    next_attempt INTEGER NOT NULL,
    lease_until  INTEGER,
    settled_at   INTEGER,
    UNIQUE (alert_id, seq, channel),
    UNIQUE (notice_id, channel),
    CHECK ((alert_id IS NULL) = (seq IS NULL) AND (alert_id IS NULL) != (notice_id IS NULL)),
    FOREIGN KEY (alert_id, seq) REFERENCES alert_revisions (alert_id, seq)
) STRICT;

CREATE TABLE attempts_anew (
    id          INTEGER PRIMARY KEY,
    delivery_id INTEGER NOT NULL REFERENCES deliveries_anew (id),
    at          INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    code        TEXT NOT NULL,
    detail      TEXT
) STRICT;

INSERT INTO deliveries_anew (id, alert_id, seq, channel, body, state, attempts, created,
        next_attempt, lease_until, settled_at)
    SELECT id, alert_id, seq, channel, body, state, attempts, created, next_attempt, lease_until,
        settled_at FROM deliveries;
INSERT INTO attempts_anew SELECT id, delivery_id, at, duration_ms, code, detail FROM attempts;

DROP TABLE attempts;
DROP TABLE deliveries;
ALTER TABLE deliveries_anew RENAME TO deliveries;
ALTER TABLE attempts_anew RENAME TO attempts;

CREATE INDEX deliveries_due ON deliveries (channel, id) WHERE state IN ('pending', 'sending');
CREATE INDEX deliveries_parked ON deliveries (channel, id) WHERE state = 'parked';
CREATE INDEX attempts_by_delivery ON attempts (delivery_id);
