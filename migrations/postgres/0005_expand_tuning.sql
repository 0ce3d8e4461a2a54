-- What a conversation's model is told besides the messages. Paired with migrations/sqlite/0005_expand_tuning.sql.

ALTER TABLE conversations ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'; -- JSON object
