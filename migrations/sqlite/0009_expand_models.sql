-- The models that people like best. Paired with migrations/postgres/0009_expand_models.sql.

CREATE TABLE favourite_models (
  user_id    BLOB     NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name       TEXT     NOT NULL,              -- <provider>/<id>
  created_at DATETIME NOT NULL,
  PRIMARY KEY (user_id, name)
);
