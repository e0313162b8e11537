-- Digests, quiet hours, budgets of channels, and the daily sign of life.

-- Digests made, one per channel and period. The period is a day in the reader's zone, or the
-- digest's own id where somebody asked for it or quiet hours ended. One that had nothing to tell
-- has no object, and nothing was sent.
CREATE TABLE digests (
    id      INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    period  TEXT NOT NULL,
    kind    TEXT NOT NULL CHECK (kind IN ('regular', 'asked', 'quiet_hours')),
    at      INTEGER NOT NULL,
    since   INTEGER NOT NULL,
    due     INTEGER NOT NULL,
    alerts  INTEGER NOT NULL,
    object  TEXT,
    UNIQUE (channel, period)
) STRICT;

-- Up to where a channel's digests have told: the last revision and decision, in the order of their
-- commits, and when that was. `begun` is when the channel began to have digests.
CREATE TABLE digest_marks (
    channel  TEXT NOT NULL PRIMARY KEY,
    begun    INTEGER NOT NULL,
    since    INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    decision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Revisions that a channel is not sent although they are meant for it, and why.
CREATE TABLE withheld (
    alert_id INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    channel  TEXT NOT NULL,
    why      TEXT NOT NULL CHECK (why IN ('topic_budget', 'channel_budget', 'digest')),
    PRIMARY KEY (alert_id, seq, channel),
    FOREIGN KEY (alert_id, seq) REFERENCES alert_revisions (alert_id, seq)
) STRICT, WITHOUT ROWID;

-- Which day's sign of life a channel got.
CREATE TABLE heartbeats (
    channel TEXT NOT NULL,
    period  TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (channel, period)
) STRICT, WITHOUT ROWID;

CREATE INDEX alert_revisions_by_time ON alert_revisions (at);

-- A delivery carries an alert's revision, a notice or a digest. `urgent` ones go through quiet
-- hours; one that is `gathered` was told of in a digest instead.
CREATE TABLE deliveries_anew (
    id           INTEGER PRIMARY KEY,
    alert_id     INTEGER,
    seq          INTEGER,
    notice_id    INTEGER REFERENCES notices (id),
    digest_id    INTEGER REFERENCES digests (id),
    channel      TEXT NOT NULL,
    body         BLOB NOT NULL,
    state        TEXT NOT NULL
        CHECK (state IN ('pending', 'sending', 'delivered', 'parked', 'gathered')),
    urgent       INTEGER NOT NULL DEFAULT 0 CHECK (urgent IN (0, 1)),
    gathered_in  INTEGER REFERENCES digests (id),
    attempts     INTEGER NOT NULL DEFAULT 0,
    created      INTEGER NOT NULL,
    next_attempt INTEGER NOT NULL,
    lease_until  INTEGER,
    settled_at   INTEGER,
    UNIQUE (alert_id, seq, channel),
    UNIQUE (notice_id, channel),
    UNIQUE (digest_id, channel),
    CHECK ((alert_id IS NULL) = (seq IS NULL)),
    CHECK ((alert_id IS NOT NULL) + (notice_id IS NOT NULL) + (digest_id IS NOT NULL) = 1),
    CHECK ((state = 'gathered') = (gathered_in IS NOT NULL)),
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

INSERT INTO deliveries_anew (id, alert_id, seq, notice_id, channel, body, state, attempts, created,
        next_attempt, lease_until, settled_at)
    SELECT id, alert_id, seq, notice_id, channel, body, state, attempts, created, next_attempt,
        lease_until, settled_at FROM deliveries;
INSERT INTO attempts_anew SELECT id, delivery_id, at, duration_ms, code, detail FROM attempts;

DROP TABLE attempts;
DROP TABLE deliveries;
ALTER TABLE deliveries_anew RENAME TO deliveries;
ALTER TABLE attempts_anew RENAME TO attempts;

CREATE INDEX deliveries_due ON deliveries (channel, id) WHERE state IN ('pending', 'sending');
CREATE INDEX deliveries_parked ON deliveries (channel, id) WHERE state = 'parked';
CREATE INDEX attempts_by_delivery ON attempts (delivery_id);
