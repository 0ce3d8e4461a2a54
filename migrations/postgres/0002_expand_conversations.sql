-- Conversations that are pinned, put away, deleted with a way back, and found by their words.
-- Paired with migrations/sqlite/0002_expand_conversations.sql.

ALTER TABLE conversations ADD COLUMN pinned_at TIMESTAMPTZ;
ALTER TABLE conversations ADD COLUMN archived_at TIMESTAMPTZ;
ALTER TABLE conversations ADD COLUMN deleted_at TIMESTAMPTZ;                          -- out of sight; removed for good later
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
  id              BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- newer texts have higher ones
  conversation_id UUID   NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  message_id      UUID   UNIQUE REFERENCES messages (id) ON DELETE CASCADE, -- null: the title
  words           TEXT   NOT NULL
);
CREATE INDEX search_texts_by_conversation ON search_texts (conversation_id);
CREATE INDEX search_words ON search_texts USING gin (array_to_tsvector(string_to_array(btrim(words), ' ')));
