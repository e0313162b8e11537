-- Feeds whose entries are read in full: the page behind an entry, to be read once. A row is made
-- in the commit that stores the entry, and settled in the commit that stores what the page said.
CREATE TABLE articles (
    entry_id INTEGER PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE,
    -- 'again': the feed revised the entry, and its page is not asked for anew: the text that it had
    -- is to be added once more.
    state    TEXT NOT NULL CHECK (state IN ('wanted', 'again', 'read', 'given_up')),
    -- Whose page it is: a site is asked for one page at a time.
    site     TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    -- How often it was wanted once more, since the feed had revised the entry.
    rereads  INTEGER NOT NULL DEFAULT 0,
    due      INTEGER NOT NULL,
    -- Of the last attempt: when, how it ended, and a sentence for people.
    at       INTEGER,
    code     TEXT,
    detail   TEXT,
    -- What the page said when it was last read.
    text     TEXT
) STRICT;

CREATE INDEX articles_due ON articles (due) WHERE state IN ('wanted', 'again');
