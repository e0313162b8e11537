-- The spine: feeds, their entries, the topics found in them, the stories they tell, the alerts
-- raised and the deliveries made of these.
--
-- Times are integers, milliseconds since 1970-01-01T00:00:00Z. Ids are made by wirewatch and grow
-- with time. Keys and hashes are 16-byte blobs. Lists that are only ever read whole are JSON.

-- Single values, by name: `last_id` is the highest id ever handed out. Its lowest 12 bits are the
-- instance's number, the same in all ids of this database.
CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO meta (name, value) VALUES ('last_id', random() & 4095);

-- A feed and its state. A feed taken out of the configuration is retired, never deleted: if it
-- returns, its entries are still known. The lease is for several workers on one database.
CREATE TABLE feeds (
    id              INTEGER PRIMARY KEY,
    key             TEXT NOT NULL UNIQUE,
    url             TEXT NOT NULL,
    title           TEXT,
    etag            BLOB,
    last_modified   BLOB,
    body_hash       BLOB CHECK (length(body_hash) = 16),
    baseline_at     INTEGER,
    next_due        INTEGER NOT NULL,
    next_reason     TEXT NOT NULL,
    last_fetch      INTEGER,
    last_success    INTEGER,
    last_new_entry  INTEGER,
    failures        INTEGER NOT NULL,
    failing_since   INTEGER,
    last_outcome    TEXT,
    last_detail     TEXT,
    entries_per_day REAL NOT NULL,
    fetches         INTEGER NOT NULL DEFAULT 0,
    retired_at      INTEGER,
    lease_owner     TEXT,
    lease_until     INTEGER
) STRICT;

-- The last fetches of each feed, as a ring: the n-th fetch takes slot n modulo the ring's size.
CREATE TABLE fetches (
    feed_id     INTEGER NOT NULL REFERENCES feeds (id),
    slot        INTEGER NOT NULL,
    n           INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    outcome     TEXT NOT NULL,
    code        TEXT NOT NULL,
    status      INTEGER,
    bytes       INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    entries     INTEGER NOT NULL,
    new_entries INTEGER NOT NULL,
    detail      TEXT,
    PRIMARY KEY (feed_id, slot)
) STRICT, WITHOUT ROWID;

-- Entries at their present revision.
CREATE TABLE entries (
    id           INTEGER PRIMARY KEY,
    feed_id      INTEGER NOT NULL REFERENCES feeds (id),
    revision     INTEGER NOT NULL,
    guid         TEXT,
    title        TEXT NOT NULL,
    body         TEXT NOT NULL,
    authors      TEXT NOT NULL,
    categories   TEXT NOT NULL,
    url          TEXT,
    language     TEXT,
    publisher    TEXT NOT NULL,
    published    INTEGER,
    date_quality TEXT NOT NULL,
    first_seen   INTEGER NOT NULL,
    content      BLOB NOT NULL CHECK (length(content) = 16)
) STRICT;

CREATE INDEX entries_by_feed ON entries (feed_id);

-- The text of the entries, searchable. It is brought up to date in the transaction that changes
-- the entries.
CREATE VIRTUAL TABLE entries_fts USING fts5 (
    title, body,
    content = 'entries', content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2'
);

-- By which keys a feed's entries are known again. No foreign key to entries: a key outlives its
-- entry, so that a purged entry never comes back as new.
CREATE TABLE entry_keys (
    feed_id  INTEGER NOT NULL,
    key      BLOB NOT NULL CHECK (length(key) = 16),
    entry_id INTEGER NOT NULL,
    PRIMARY KEY (feed_id, key)
) STRICT, WITHOUT ROWID;

-- What an entry said before it was revised.
CREATE TABLE entry_revisions (
    entry_id    INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    revision    INTEGER NOT NULL,
    title       TEXT NOT NULL,
    body        TEXT NOT NULL,
    content     BLOB NOT NULL,
    replaced_at INTEGER NOT NULL,
    PRIMARY KEY (entry_id, revision)
) STRICT;

-- Topics as last configured, and every rule they ever had.
CREATE TABLE topics (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    severity   INTEGER NOT NULL,
    revision   BLOB NOT NULL,
    file       TEXT NOT NULL,
    retired_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE topic_revisions (
    topic      TEXT NOT NULL,
    revision   BLOB NOT NULL,
    source     TEXT NOT NULL,
    first_used INTEGER NOT NULL,
    PRIMARY KEY (topic, revision)
) STRICT, WITHOUT ROWID;

-- Topics found in entries: each revision of an entry at most once per revision of a topic.
CREATE TABLE matches (
    id             INTEGER PRIMARY KEY,
    entry_id       INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    entry_revision INTEGER NOT NULL,
    topic          TEXT NOT NULL,
    topic_revision BLOB NOT NULL,
    analyser       INTEGER NOT NULL,
    score          REAL,
    threshold      REAL,
    evidence       TEXT NOT NULL,
    UNIQUE (entry_id, entry_revision, topic, topic_revision)
) STRICT;

CREATE TABLE stories (
    id         INTEGER PRIMARY KEY,
    headline   TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    entries    INTEGER NOT NULL,
    publishers TEXT NOT NULL,
    feeds      TEXT NOT NULL
) STRICT;

-- Each entry's one story, what of the entry is compared with others (link, title words), and why
-- it is there. The words are 8-byte little-endian numbers; bit n of `names` marks the n-th.
CREATE TABLE story_members (
    entry_id INTEGER PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE,
    story_id INTEGER NOT NULL REFERENCES stories (id),
    at       INTEGER NOT NULL,
    link     BLOB CHECK (length(link) = 16),
    terms    BLOB NOT NULL,
    names    INTEGER NOT NULL,
    reason   TEXT NOT NULL,
    shared   INTEGER,
    own      INTEGER,
    theirs   INTEGER
) STRICT;

CREATE INDEX story_members_by_story ON story_members (story_id);
CREATE INDEX story_members_by_link ON story_members (link) WHERE link IS NOT NULL;

-- One alert per topic and story, for ever.
CREATE TABLE alerts (
    id         INTEGER PRIMARY KEY,
    topic      TEXT NOT NULL,
    topic_name TEXT NOT NULL,
    severity   INTEGER NOT NULL,
    story_id   INTEGER NOT NULL REFERENCES stories (id),
    state      TEXT NOT NULL,
    seq        INTEGER NOT NULL,
    opened     INTEGER NOT NULL,
    revised    INTEGER NOT NULL,
    headline   TEXT NOT NULL,
    publishers TEXT NOT NULL,
    score      REAL,
    UNIQUE (topic, story_id)
) STRICT;

CREATE INDEX alerts_by_story ON alerts (story_id);

-- Every revision of every alert, in the form in which it is shown and published. The rowid is
-- the order in which they were committed: who follows the alerts keeps it as a cursor.
CREATE TABLE alert_revisions (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    alert_id    INTEGER NOT NULL REFERENCES alerts (id),
    seq         INTEGER NOT NULL,
    event       TEXT NOT NULL,
    at          INTEGER NOT NULL,
    entry_id    INTEGER NOT NULL,
    reason_code TEXT NOT NULL,
    reason_text TEXT NOT NULL,
    object      TEXT NOT NULL,
    UNIQUE (alert_id, seq)
) STRICT;

-- What people did with an alert: who, when, the state it was brought to, and their words.
CREATE TABLE alert_notes (
    id       INTEGER PRIMARY KEY,
    alert_id INTEGER NOT NULL REFERENCES alerts (id),
    at       INTEGER NOT NULL,
    author   TEXT NOT NULL,
    state    TEXT NOT NULL,
    note     TEXT
) STRICT;

CREATE INDEX alert_notes_by_alert ON alert_notes (alert_id);

-- The outbox and its past: one alert revision for one channel, bytes fixed.
CREATE TABLE deliveries (
    id           INTEGER PRIMARY KEY,
    alert_id     INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    channel      TEXT NOT NULL,
    body         BLOB NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'delivered', 'parked')),
    attempts     INTEGER NOT NULL DEFAULT 0,
    created      INTEGER NOT NULL,
    next_attempt INTEGER NOT NULL,
    lease_until  INTEGER,
    settled_at   INTEGER,
    UNIQUE (alert_id, seq, channel),
    FOREIGN KEY (alert_id, seq) REFERENCES alert_revisions (alert_id, seq)
) STRICT;

-- What is still to be sent, apart from the ever longer past.
CREATE INDEX deliveries_due ON deliveries (channel, id) WHERE state IN ('pending', 'sending');
CREATE INDEX deliveries_parked ON deliveries (channel, id) WHERE state = 'parked';

CREATE TABLE attempts (
    id          INTEGER PRIMARY KEY,
    delivery_id INTEGER NOT NULL REFERENCES deliveries (id),
    at          INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    code        TEXT NOT NULL,
    detail      TEXT
) STRICT;

CREATE INDEX attempts_by_delivery ON attempts (delivery_id);

-- Time-bound "do not alert".
CREATE TABLE silences (
    id     INTEGER PRIMARY KEY,
    kind   TEXT NOT NULL CHECK (kind IN ('topic', 'story', 'feed', 'publisher', 'text')),
    value  TEXT NOT NULL,
    author TEXT NOT NULL,
    reason TEXT NOT NULL,
    starts INTEGER NOT NULL,
    ends   INTEGER NOT NULL
) STRICT;

CREATE INDEX silences_by_end ON silences (ends);

-- What was decided for each match, and why.
CREATE TABLE decisions (
    id          INTEGER PRIMARY KEY,
    entry_id    INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    topic       TEXT NOT NULL,
    story_id    INTEGER NOT NULL,
    alert_id    INTEGER,
    verdict     TEXT NOT NULL,
    reason_code TEXT NOT NULL,
    reason_text TEXT NOT NULL,
    at          INTEGER NOT NULL
) STRICT;

CREATE INDEX decisions_by_entry ON decisions (entry_id);
