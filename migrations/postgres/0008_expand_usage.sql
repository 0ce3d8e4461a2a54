-- What was used of whom, and what people may use. Paired with migrations/sqlite/0008_expand_usage.sql.

-- Tokens and cost were counted by us, since the provider did not.
ALTER TABLE replies ADD COLUMN estimated BOOLEAN NOT NULL DEFAULT FALSE;

-- One row for each call: of a reply its id. It outlives the conversation, and without a name the person.
CREATE TABLE usage_entries (
    id              UUID     PRIMARY KEY NOT NULL,
    purpose         TEXT     NOT NULL,               -- reply | title
    user_id         UUID     REFERENCES users (id) ON DELETE SET NULL,
    conversation_id UUID,                            -- no foreign key: an end must not wait for a conversation's lock
    provider        TEXT     NOT NULL,
    model           TEXT     NOT NULL,               -- full name
    server_key      BOOLEAN  NOT NULL,
    at              TIMESTAMPTZ NOT NULL,
    day             TEXT     NOT NULL,               -- of UTC, as 2026-11-21
    input           BIGINT   NOT NULL,               -- tokens
    cached          BIGINT   NOT NULL,
    output          BIGINT   NOT NULL,
    reasoning       BIGINT   NOT NULL,
    cost_nanos      BIGINT,                          -- billionths of a US dollar; unknown without
    estimated       BOOLEAN  NOT NULL,
    pending         BOOLEAN  NOT NULL                -- a reservation: the most that it can come to
);
CREATE INDEX usage_by_user ON usage_entries (user_id, day);
CREATE INDEX usage_by_day ON usage_entries (day);
CREATE INDEX usage_by_conversation ON usage_entries (conversation_id);
CREATE INDEX usage_pending ON usage_entries (at) WHERE pending;

-- What one person may use, where that differs from the settings.
CREATE TABLE budgets (
    user_id     UUID   PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    day_nanos   BIGINT,
    month_nanos BIGINT,
    messages    BIGINT                               -- in a day
);
