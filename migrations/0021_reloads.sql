-- How configurations were taken over or refused, the last ones only. `occasion` is what led to it:
-- the start, a signal, changed files. `summary` is the one line that says what is wrong first,
-- `detail` all of it; what runs has neither, and the numbers of its feeds and topics.
CREATE TABLE reloads (
    n        INTEGER PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    occasion TEXT NOT NULL CHECK (occasion IN ('start', 'signal', 'files')),
    feeds    INTEGER,
    topics   INTEGER,
    summary  TEXT,
    detail   TEXT,
    CHECK ((feeds IS NULL) = (topics IS NULL) AND (feeds IS NULL) = (detail IS NOT NULL))
) STRICT;
