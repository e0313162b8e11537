-- Stories by what their entries say: what each is about, as numbers, beside what people read; and
-- what became of it: merged into another, split, edited by hand.

-- `writers`: those of its publishers that have a text of their own, the others only copied.
-- `first_at`, `last_at`: when its entries were published, or seen where they do not say it.
-- `parent`: the story that this one goes on from. `merged_into`: where its entries are now; its id
-- leads there for good.
-- `headline_entry`: whose title the headline is, and since when.
ALTER TABLE stories ADD COLUMN headline_entry INTEGER;
ALTER TABLE stories ADD COLUMN headline_since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE stories ADD COLUMN writers TEXT NOT NULL DEFAULT '[]';
ALTER TABLE stories ADD COLUMN first_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE stories ADD COLUMN last_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE stories ADD COLUMN parent INTEGER REFERENCES stories (id);
ALTER TABLE stories ADD COLUMN merged_into INTEGER REFERENCES stories (id);
ALTER TABLE stories ADD COLUMN merged_at INTEGER;

UPDATE stories SET writers = publishers, first_at = first_seen, last_at = last_seen;

CREATE INDEX stories_merged ON stories (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX stories_by_last_seen ON stories (last_seen);

-- The words of a title are compared no more: of members from before, how many were shared stays.
-- `at` is from now on when the entry was published, or seen where it does not say it. `detail`: the
-- numbers behind the reason, a JSON object. `copy_of`: the entry whose text this one repeats.
ALTER TABLE story_members ADD COLUMN detail TEXT;
ALTER TABLE story_members ADD COLUMN copy_of INTEGER;

UPDATE story_members SET detail = json_object('shared', shared, 'own', own, 'theirs', theirs)
    WHERE reason = 'similar_title';

ALTER TABLE story_members DROP COLUMN terms;
ALTER TABLE story_members DROP COLUMN names;
ALTER TABLE story_members DROP COLUMN shared;
ALTER TABLE story_members DROP COLUMN own;
ALTER TABLE story_members DROP COLUMN theirs;

-- What a story is compared by: its heaviest words, those that it began with (each a list of hashed
-- words with weights), and how many entries these are of. Gone once it has slept for long.
CREATE TABLE story_states (
    story_id   INTEGER PRIMARY KEY REFERENCES stories (id),
    centroid   BLOB NOT NULL,
    anchor     BLOB NOT NULL,
    members    INTEGER NOT NULL,
    first_at   INTEGER NOT NULL,
    last_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX story_states_by_time ON story_states (last_at);

-- What a recent entry is compared by: its words as they were weighed when it was placed, its
-- fingerprints, names and numbers.
CREATE TABLE story_traces (
    entry_id INTEGER PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE,
    at       INTEGER NOT NULL,
    trace    BLOB NOT NULL
) STRICT;

CREATE INDEX story_traces_by_time ON story_traces (at);

-- How common each word is, and what each feed says in every entry: once as a whole, then what was
-- learnt since, in the order of the ids.
CREATE TABLE story_counts (
    id     INTEGER PRIMARY KEY,
    whole  INTEGER NOT NULL CHECK (whole IN (0, 1)),
    counts BLOB NOT NULL
) STRICT;

-- Stories that went over into others: with what they had, so that it can be undone. `alerts` are
-- those that went along, `closed` pairs of an alert that was closed and the older one. Entries and
-- state are kept for 48 hours.
CREATE TABLE story_merges (
    id       INTEGER PRIMARY KEY,
    story_id INTEGER NOT NULL REFERENCES stories (id),
    into_id  INTEGER NOT NULL REFERENCES stories (id),
    at       INTEGER NOT NULL,
    why      TEXT NOT NULL,
    entries  TEXT,
    alerts   TEXT NOT NULL,
    closed   TEXT NOT NULL,
    undone   INTEGER
) STRICT;

CREATE INDEX story_merges_by_story ON story_merges (story_id);
CREATE INDEX story_merges_by_into ON story_merges (into_id);

-- What people did to stories: who, when, why. `from_id` is the story that lost the entries,
-- `into_id` the one that has them. `after_entry`: the newest entry there was.
CREATE TABLE story_edits (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    kind        TEXT NOT NULL CHECK (kind IN ('merge', 'split', 'undo', 'move')),
    from_id     INTEGER NOT NULL REFERENCES stories (id),
    into_id     INTEGER NOT NULL REFERENCES stories (id),
    entries     TEXT NOT NULL,
    opened      INTEGER NOT NULL CHECK (opened IN (0, 1)),
    author      TEXT NOT NULL,
    reason      TEXT NOT NULL,
    at          INTEGER NOT NULL,
    after_entry INTEGER NOT NULL
) STRICT;

CREATE INDEX story_edits_by_from ON story_edits (from_id);
CREATE INDEX story_edits_by_into ON story_edits (into_id);

-- The older alert that tells of the story from now on, if this one was closed into it.
ALTER TABLE alerts ADD COLUMN merged_into INTEGER REFERENCES alerts (id);
