-- Routes, groups, repeats, and channels that are spared.

-- A message that gathers what became due at once is a digest of the kind `group`. SQLite cannot
-- change a condition of a column: what has one is written anew.
CREATE TABLE digests_anew (
    id      INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    period  TEXT NOT NULL,
    kind    TEXT NOT NULL CHECK (kind IN ('regular', 'asked', 'quiet_hours', 'group')),
    at      INTEGER NOT NULL,
    since   INTEGER NOT NULL,
    due     INTEGER NOT NULL,
    alerts  INTEGER NOT NULL,
    object  TEXT,
    UNIQUE (channel, period)
) STRICT;

-- `repeat`: an alert's revision that is told again has a delivery for each time. `route`: which
-- route led to the channel, in words. One that is `dropped` was given up by somebody, who says why
-- in `remark`. Of its `attempts` so many were `spared`: the channel failed, and they do not count.
CREATE TABLE deliveries_anew (
    id           INTEGER PRIMARY KEY,
    alert_id     INTEGER,
    seq          INTEGER,
    repeat       INTEGER NOT NULL DEFAULT 0,
    notice_id    INTEGER REFERENCES notices (id),
    digest_id    INTEGER REFERENCES digests_anew (id),
    channel      TEXT NOT NULL,
    body         BLOB NOT NULL,
    state        TEXT NOT NULL
        CHECK (state IN ('pending', 'sending', 'delivered', 'parked', 'gathered', 'dropped')),
    urgent       INTEGER NOT NULL DEFAULT 0 CHECK (urgent IN (0, 1)),
    gathered_in  INTEGER REFERENCES digests_anew (id),
    attempts     INTEGER NOT NULL DEFAULT 0,
    spared       INTEGER NOT NULL DEFAULT 0,
    created      INTEGER NOT NULL,
    next_attempt INTEGER NOT NULL,
    lease_until  INTEGER,
    settled_at   INTEGER,
    handle       TEXT,
    route        TEXT,
    remark       TEXT,
    UNIQUE (alert_id, seq, channel, repeat),
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

INSERT INTO digests_anew (id, channel, period, kind, at, since, due, alerts, object)
    SELECT id, channel, period, kind, at, since, due, alerts, object FROM digests;
INSERT INTO deliveries_anew (id, alert_id, seq, notice_id, digest_id, channel, body, state, urgent,
        gathered_in, attempts, created, next_attempt, lease_until, settled_at, handle)
    SELECT id, alert_id, seq, notice_id, digest_id, channel, body, state, urgent, gathered_in,
        attempts, created, next_attempt, lease_until, settled_at, handle FROM deliveries;
INSERT INTO attempts_anew (id, delivery_id, at, duration_ms, code, detail)
    SELECT id, delivery_id, at, duration_ms, code, detail FROM attempts;

DROP TABLE attempts;
DROP TABLE deliveries;
DROP TABLE digests;
ALTER TABLE digests_anew RENAME TO digests;
ALTER TABLE deliveries_anew RENAME TO deliveries;
ALTER TABLE attempts_anew RENAME TO attempts;

CREATE INDEX deliveries_due ON deliveries (channel, id) WHERE state IN ('pending', 'sending');
CREATE INDEX deliveries_parked ON deliveries (channel, id) WHERE state = 'parked';
CREATE INDEX attempts_by_delivery ON attempts (delivery_id);

-- Alerts that may be told again.
CREATE INDEX alerts_open ON alerts (id) WHERE state = 'open';

-- Channels that fail, since when, and when they are tried again. `config` is a fingerprint of what
-- the channel was configured with: another one is another try.
CREATE TABLE circuits (
    channel    TEXT NOT NULL PRIMARY KEY,
    state      TEXT NOT NULL CHECK (state IN ('closed', 'open', 'gone')),
    failures   INTEGER NOT NULL,
    since      INTEGER NOT NULL,
    last       INTEGER NOT NULL,
    probes     INTEGER NOT NULL,
    next_probe INTEGER NOT NULL,
    code       TEXT NOT NULL,
    detail     TEXT,
    told       INTEGER,
    config     BLOB NOT NULL
) STRICT, WITHOUT ROWID;
