-- The date of an entry as its feed wrote it: what was read of it, or was not, can be judged later.
ALTER TABLE entries ADD COLUMN date_text TEXT;
