-- What a provider wants back, and what did not fit. Paired with migrations/sqlite/0007_expand_answers.sql.

-- Messages that the model was not told, since they did not fit.
ALTER TABLE replies ADD COLUMN left_out BIGINT;
-- Full name of the model that answered, since the one that was asked could not.
ALTER TABLE replies ADD COLUMN stepped_in TEXT;

-- Answers in their provider's own words: sealed thoughts, signatures. They are good for one origin (provider, model, account
-- and address), and only behind the very messages that they answered.
CREATE TABLE replays (
    reply_id        UUID    NOT NULL PRIMARY KEY REFERENCES replies (id) ON DELETE CASCADE,
    message_id      UUID    NOT NULL,
    conversation_id UUID    NOT NULL,
    origin          BYTEA   NOT NULL, -- SHA-256
    prefix          BYTEA   NOT NULL, -- SHA-256 of all that the model was told
    form            TEXT    NOT NULL,
    items           TEXT    NOT NULL  -- JSON, as it came
);
CREATE INDEX replays_of ON replays (conversation_id, origin);
