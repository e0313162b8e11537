-- Alerts over time: revisions that wait, stories that wait for publishers, and silences that can
-- be looked back on.

-- A revision that `repeat_every` held back: when it is due, the entry it is about, the severity it
-- gives the alert, and what was new. Null where none waits.
ALTER TABLE alerts ADD COLUMN held_due INTEGER;
ALTER TABLE alerts ADD COLUMN held_entry INTEGER;
ALTER TABLE alerts ADD COLUMN held_severity INTEGER;
ALTER TABLE alerts ADD COLUMN held_code TEXT;
ALTER TABLE alerts ADD COLUMN held_text TEXT;

CREATE INDEX alerts_held ON alerts (held_due) WHERE held_due IS NOT NULL;

-- Stories that match a topic and wait until enough publishers tell them. A row goes when the alert
-- is raised, or when `until` is over.
CREATE TABLE pending_alerts (
    topic    TEXT NOT NULL,
    story_id INTEGER NOT NULL REFERENCES stories (id),
    -- The entry that matched last.
    entry_id INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    have     INTEGER NOT NULL,
    need     INTEGER NOT NULL,
    since    INTEGER NOT NULL,
    until    INTEGER NOT NULL,
    PRIMARY KEY (topic, story_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX pending_alerts_by_story ON pending_alerts (story_id);
CREATE INDEX pending_alerts_by_end ON pending_alerts (until);
CREATE INDEX pending_alerts_by_entry ON pending_alerts (entry_id);

-- A silence of two things at once, such as a publisher within a topic; and one that was ended
-- before its time: when it was to end, and who ended it.
ALTER TABLE silences ADD COLUMN also_kind TEXT
    CHECK (also_kind IN ('topic', 'story', 'feed', 'publisher', 'text'));
ALTER TABLE silences ADD COLUMN also_value TEXT;
ALTER TABLE silences ADD COLUMN planned_ends INTEGER;
ALTER TABLE silences ADD COLUMN ended_by TEXT;

-- Which silence held a match back. Earlier ones say so in words only.
ALTER TABLE decisions ADD COLUMN silence_id INTEGER;

CREATE INDEX decisions_by_silence ON decisions (silence_id) WHERE silence_id IS NOT NULL;
CREATE INDEX decisions_by_story ON decisions (story_id, topic);
CREATE INDEX decisions_telling ON decisions (at) WHERE verdict IN ('raise', 'amend');
