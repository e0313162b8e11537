-- What this database is called by those who know several: random, and never changed. The entries of
-- output feeds are named after it.
INSERT INTO meta (name, value) VALUES ('instance', random());

-- Output feeds ask for the alerts that were told or revised last.
CREATE INDEX alerts_by_revised ON alerts (revised) WHERE shadow = 0;
CREATE INDEX alerts_by_topic_revised ON alerts (topic, revised) WHERE shadow = 0;
