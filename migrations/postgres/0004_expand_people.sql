-- What a person has chosen for themselves; null where they leave it to the browser or the server. Paired with
-- migrations/sqlite/0004_expand_people.sql.

ALTER TABLE users ADD COLUMN locale        TEXT;   -- en | de
ALTER TABLE users ADD COLUMN time_zone     TEXT;   -- IANA name
ALTER TABLE users ADD COLUMN theme         TEXT;   -- system | light | dark
ALTER TABLE users ADD COLUMN accent        TEXT;   -- water | silt
ALTER TABLE users ADD COLUMN code_theme    TEXT;
ALTER TABLE users ADD COLUMN default_model TEXT;
