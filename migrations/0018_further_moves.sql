-- A further move of a feed, from the URL that the first one led to (`move_to`): told, held and
-- counted as that one is. Only while `onward_to` is set do the others mean anything.
ALTER TABLE feeds ADD COLUMN onward_to TEXT;
ALTER TABLE feeds ADD COLUMN onward_sign TEXT CHECK (onward_sign IN ('redirect', 'announcement'));
ALTER TABLE feeds ADD COLUMN onward_standing TEXT
    CHECK (onward_standing IN ('sighted', 'followed', 'refused'));
ALTER TABLE feeds ADD COLUMN onward_since INTEGER;
ALTER TABLE feeds ADD COLUMN onward_count INTEGER;
ALTER TABLE feeds ADD COLUMN onward_first INTEGER;
ALTER TABLE feeds ADD COLUMN onward_last INTEGER;
