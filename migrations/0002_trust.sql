-- Topics that can be trusted: topics on trial, budgets, expectations, and what people say of what
-- was found.

-- How far a revision went: `pushed` to a channel that counts towards the topic's budget,
-- `held_back` from those because the budget was used up, `shadow` (to none) for a topic on trial,
-- or `told` to channels that do not count. Revisions made before this schema are `told`: budgets
-- begin with it.
ALTER TABLE alert_revisions ADD COLUMN reach TEXT NOT NULL DEFAULT 'told'
    CHECK (reach IN ('told', 'pushed', 'held_back', 'shadow'));

-- What was pushed or held back within the last day, apart from the ever longer past.
CREATE INDEX alert_revisions_budgeted ON alert_revisions (at)
    WHERE reach IN ('pushed', 'held_back');

-- Whether nobody was told of the alert yet: its topic was on trial all the time.
ALTER TABLE alerts ADD COLUMN shadow INTEGER NOT NULL DEFAULT 0 CHECK (shadow IN (0, 1));

-- Whether the topic is on trial; since when it is configured without a break; and since when it
-- has been known, and told, that it matches less than it is expected to.
ALTER TABLE topics ADD COLUMN shadow INTEGER NOT NULL DEFAULT 0 CHECK (shadow IN (0, 1));
ALTER TABLE topics ADD COLUMN watched_since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE topics ADD COLUMN silent_since INTEGER;

UPDATE topics SET watched_since =
    ifnull((SELECT min(first_used) FROM topic_revisions WHERE topic = topics.id), 0);

-- When a topic matched, and when it did so last.
CREATE INDEX decisions_by_topic ON decisions (topic, at);

-- What people say of an entry as a find of a topic; the last word counts. No foreign key to
-- entries: what was learnt from one outlives it.
CREATE TABLE verdicts (
    topic    TEXT NOT NULL,
    entry_id INTEGER NOT NULL,
    verdict  TEXT NOT NULL CHECK (verdict IN ('useful', 'noise', 'dup')),
    author   TEXT NOT NULL,
    note     TEXT,
    at       INTEGER NOT NULL,
    alert_id INTEGER,
    PRIMARY KEY (topic, entry_id)
) STRICT, WITHOUT ROWID;
