-- How much is usually said of each topic, and when it was far more.

-- The hours that were looked at, counted since 1970, and whether most feeds were read in them.
CREATE TABLE burst_hours (
    hour    INTEGER NOT NULL PRIMARY KEY,
    covered INTEGER NOT NULL CHECK (covered IN (0, 1))
) STRICT;

-- What was learnt of a topic up to an hour, as a JSON object; only of topics that were heard of.
CREATE TABLE burst_courses (
    topic  TEXT NOT NULL PRIMARY KEY,
    last   INTEGER NOT NULL,
    course TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The bursts there were, told or not.
CREATE TABLE bursts (
    topic      TEXT NOT NULL,
    hour       INTEGER NOT NULL,
    window_h   INTEGER NOT NULL,
    entries    INTEGER NOT NULL,
    expected   REAL NOT NULL,
    publishers INTEGER NOT NULL,
    strength   REAL NOT NULL,
    outcome    TEXT NOT NULL CHECK (outcome IN ('told', 'not_asked', 'shadow', 'silenced')),
    notice_id  INTEGER REFERENCES notices (id),
    PRIMARY KEY (topic, hour)
) STRICT, WITHOUT ROWID;
