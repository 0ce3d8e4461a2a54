-- What a provider wants back, and what did not fit. Paired with migrations/postgres/0007_expand_answers.sql.

-- Messages that the model was not told, since they did not fit.
ALTER TABLE replies ADD COLUMN left_out INTEGER;
-- Full name of the model that answered, since the one that was asked could not.
ALTER TABLE replies ADD COLUMN stepped_in TEXT;

-- Answers in their provider's own words: sealed thoughts, signatures. They are good for one origin (provider, model, account
-- and address), and only behind the very messages that they answered.
CREATE TABLE replays (
    reply_id        BLOB    NOT NULL PRIMARY KEY REFERENCES replies (id) ON DELETE CASCADE,
    message_id      BLOB    NOT NULL,
    conversation_id BLOB    NOT NULL,
    origin          BLOB    NOT NULL, -- SHA-256
    prefix          BLOB    NOT NULL, -- SHA-256 of all that the model was told
    form            TEXT    NOT NULL,
    items           TEXT    NOT NULL  -- JSON, as it came
);
CREATE INDEX replays_of ON replays (conversation_id, origin);
