-- People's own keys at providers, sealed (src/keys). Paired with migrations/sqlite/0006_expand_keys.sql.

CREATE TABLE provider_keys (
  id         UUID NOT NULL PRIMARY KEY,        -- a new one with every key
  user_id    UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  provider   TEXT NOT NULL,
  base_url   TEXT,                             -- null: where the provider is
  sealed     BYTEA,                            -- nonce, ciphertext, tag; null: to be entered again
  kid        TEXT,                             -- which key it is sealed under
  last4      TEXT NOT NULL,
  version    BIGINT NOT NULL,                  -- one more with every change of key or address
  state      TEXT NOT NULL,                    -- ok | unknown | wrong | banned | exhausted | limited | unsendable | missing
  reason     TEXT,                             -- the code of what came instead of an answer
  checked_at TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX provider_keys_by_user ON provider_keys (user_id, provider);
CREATE INDEX provider_keys_by_kid ON provider_keys (kid);
