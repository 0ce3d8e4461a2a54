-- Versions side by side, answers that are continued, tools, and how an answer went. Paired with
-- migrations/postgres/0003_expand_messages.sql.

-- On the second of two answers that stand next to each other until one is kept: the first.
ALTER TABLE messages ADD COLUMN beside_id BLOB;
CREATE INDEX messages_beside ON messages (beside_id) WHERE (beside_id IS NOT NULL);
-- First messages are siblings, too.
CREATE INDEX messages_at_root ON messages (conversation_id) WHERE (parent_id IS NULL);

-- The message that a conversation was forked at.
ALTER TABLE conversations ADD COLUMN forked_from BLOB;

ALTER TABLE replies ADD COLUMN tool_calls TEXT;   -- JSON array
ALTER TABLE replies ADD COLUMN seams TEXT;        -- JSON array: up to where others wrote
ALTER TABLE replies ADD COLUMN answered_by TEXT;  -- when that is not the model that was asked
ALTER TABLE replies ADD COLUMN first_ms BIGINT;   -- from the send to the first word
ALTER TABLE replies ADD COLUMN took_ms BIGINT;    -- from the send to the end
ALTER TABLE replies ADD COLUMN cost_nanos BIGINT; -- billionths of a US dollar

-- Of a send that was answered by two models: the second reply.
ALTER TABLE idempotency ADD COLUMN second_id BLOB;
