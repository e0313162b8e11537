-- Feeds whose entries are read in full: the page behind an entry, to be read once. A row is made
-- in the commit that stores the entry, and settled in the commit that stores what the page said.
CREATE TABLE articles (
    entry_id INTEGER PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE,
    state    TEXT NOT NULL CHECK (state IN ('wanted', 'read', 'given_up')),
    attempts INTEGER NOT NULL,
    due      INTEGER NOT NULL,
    -- Of the last attempt: when, how it ended, and a sentence for people.
    at       INTEGER,
    code     TEXT,
    detail   TEXT
) STRICT;

CREATE INDEX articles_due ON articles (due) WHERE state = 'wanted';
