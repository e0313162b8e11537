-- How long after their publication entries are seen, and which feed is later than which: asked of the
-- last weeks of all feeds at once. The dates lie behind the texts in a row, so they stand here again,
-- in the order in which entries came.
CREATE INDEX entries_timed ON entries (id, feed_id, published, first_seen, date_quality)
    WHERE date_quality = 'exact' AND published IS NOT NULL;

-- The alerts opened lately.
CREATE INDEX alerts_by_opened ON alerts (opened);
