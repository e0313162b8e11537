-- Lists and macros as texts, once each, by the hash of the text: hundreds of topics may name one
-- list of thousands of names. `lists` of a topic's text holds the hashes of those that belong
-- behind it, 16 bytes each, in their order. Where it is NULL, the text has them within it, as
-- earlier versions wrote it; of what runs, `source` is NULL then and the text is in `summary`.
CREATE TABLE list_texts (
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 16),
    text   TEXT NOT NULL
) STRICT;

ALTER TABLE topic_revisions ADD COLUMN lists BLOB;
ALTER TABLE running_config ADD COLUMN source TEXT;
ALTER TABLE running_config ADD COLUMN lists BLOB;
