-- Silences that stand in the configuration: where, as file and line (null: it was made by command),
-- and from when on, if that is written there.
ALTER TABLE silences ADD COLUMN place TEXT;
ALTER TABLE silences ADD COLUMN written_from INTEGER;

-- For how long a story waits after a match, in milliseconds: a clock that was put back shows by that.
ALTER TABLE pending_alerts ADD COLUMN within INTEGER NOT NULL DEFAULT 2592000000;

UPDATE pending_alerts SET within = until - since;
