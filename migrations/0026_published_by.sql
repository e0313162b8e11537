-- When an entry was published at the latest, where its date does not tell: it names a day or a month, or
-- was put on the whole document alike. NULL, as for all that was there before: its date tells.
ALTER TABLE entries ADD COLUMN published_by INTEGER;
