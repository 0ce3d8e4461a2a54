-- Conversations that are pinned, put away, deleted with a way back, and found by their words.
-- Paired with migrations/postgres/0002_expand_conversations.sql.

ALTER TABLE conversations ADD COLUMN pinned_at DATETIME;
ALTER TABLE conversations ADD COLUMN archived_at DATETIME;
ALTER TABLE conversations ADD COLUMN deleted_at DATETIME;                          -- out of sight; removed for good later
ALTER TABLE conversations ADD COLUMN titled_by TEXT NOT NULL DEFAULT '';     -- '' its first words | model | person
CREATE INDEX conversations_by_deletion ON conversations (deleted_at) WHERE (deleted_at IS NOT NULL);

-- A closed log has no readers and takes no entries; it may be opened again.
ALTER TABLE logs ADD COLUMN closed BOOLEAN NOT NULL DEFAULT FALSE;

-- What can be searched: one row for each title and for each text that is complete. The words are folded, and cut where
-- no blank says so, by chat/search/words.rs; there is a blank at both ends. Rows from before this migration, and from
-- versions before it, are not indexed and will be by the housekeeper.
ALTER TABLE conversations ADD COLUMN indexed BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE messages ADD COLUMN indexed BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX conversations_to_index ON conversations (created_at) WHERE (indexed = false);
CREATE INDEX messages_to_index ON messages (created_at) WHERE (indexed = false);
CREATE TABLE search_texts (
  id              INTEGER PRIMARY KEY NOT NULL, -- newer texts have higher ones
  conversation_id BLOB    NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  message_id      BLOB    UNIQUE REFERENCES messages (id) ON DELETE CASCADE, -- null: the title
  words           TEXT    NOT NULL
);
CREATE INDEX search_texts_by_conversation ON search_texts (conversation_id);

CREATE VIRTUAL TABLE search_words USING fts5 (
  words, content='search_texts', content_rowid='id', detail=none,
  tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
);
CREATE TRIGGER search_texts_added AFTER INSERT ON search_texts BEGIN
  INSERT INTO search_words (rowid, words) VALUES (new.id, new.words);
END;
CREATE TRIGGER search_texts_removed AFTER DELETE ON search_texts BEGIN
  INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', old.id, old.words);
END;
