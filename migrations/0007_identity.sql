-- How entries are known again over years: bounded aliases and old texts, and what was held back.

-- How many keys an entry has learnt beside those it came with. A feed that makes up new ids at
-- each fetch would fill the database with them.
ALTER TABLE entries ADD COLUMN aliases INTEGER NOT NULL DEFAULT 0;

-- Since when the entry had said that: of an alert it can be told which text it quotes.
ALTER TABLE entry_revisions ADD COLUMN since INTEGER NOT NULL DEFAULT 0;

UPDATE entry_revisions SET since = ifnull(
    (SELECT max(r.replaced_at) FROM entry_revisions AS r
     WHERE r.entry_id = entry_revisions.entry_id AND r.revision < entry_revisions.revision),
    (SELECT e.first_seen FROM entries AS e WHERE e.id = entry_revisions.entry_id));

-- How many alerts the entries of a fetch would have raised, had they not been taken as the past.
ALTER TABLE fetches ADD COLUMN would_have_raised INTEGER NOT NULL DEFAULT 0;

CREATE INDEX fetches_held ON fetches (feed_id, n) WHERE would_have_raised > 0;
