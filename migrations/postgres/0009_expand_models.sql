-- The models that people like best. Paired with migrations/sqlite/0009_expand_models.sql.

CREATE TABLE favourite_models (
  user_id    UUID        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name       TEXT        NOT NULL,           -- <provider>/<id>
  created_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (user_id, name)
);
