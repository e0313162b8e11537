-- Feeds that are pushed by a hub (WebSub): what a feed says of its hub, and how the subscription
-- to it stands. `token` is the secret part of the callback's path, `secret` what the hub signs
-- with; both are made when the hub is asked for the first time.
CREATE TABLE subscriptions (
    feed_id     INTEGER PRIMARY KEY REFERENCES feeds (id),
    hub         TEXT NOT NULL,
    topic       TEXT NOT NULL,
    token       TEXT UNIQUE,
    secret      TEXT,
    state       TEXT NOT NULL CHECK (state IN ('found', 'asked', 'active', 'failed', 'gone')),
    lease_until INTEGER,
    next_at     INTEGER NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    -- How the last exchange with the hub ended.
    code        TEXT,
    detail      TEXT,
    pushes      INTEGER NOT NULL DEFAULT 0,
    last_push   INTEGER
) STRICT;

CREATE INDEX subscriptions_due ON subscriptions (next_at) WHERE state <> 'gone';
