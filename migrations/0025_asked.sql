-- Until when a channel that fails asked to be left alone: nothing tries it before, also what was never
-- tried.
ALTER TABLE circuits ADD COLUMN asked INTEGER;
