-- By which name a channel's service knows the message that a delivery became: a later revision of
-- the same alert answers or rewrites it.
ALTER TABLE deliveries ADD COLUMN handle TEXT;
