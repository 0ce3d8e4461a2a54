-- Accounts, conversations, replies and the log they stream from. Paired with migrations/sqlite/0001_spine.sql.

CREATE TABLE users (
  id            UUID     PRIMARY KEY NOT NULL,
  email         TEXT     NOT NULL UNIQUE,       -- lower case
  name          TEXT     NOT NULL,
  password_hash TEXT     NOT NULL,              -- argon2id, PHC string
  role          TEXT     NOT NULL,              -- user | moderator | admin
  created_at    TIMESTAMPTZ NOT NULL
);

-- At most one row: whoever inserts it is the first administrator. It stays when that account goes, or the next
-- sign-up would become an administrator; hence no foreign key.
CREATE TABLE first_admin (
  singleton BIGINT PRIMARY KEY NOT NULL CHECK (singleton = 1),
  user_id   UUID   NOT NULL
);

CREATE TABLE sessions (
  id           UUID     PRIMARY KEY NOT NULL,   -- what lists and revocations name
  key_hash     BYTEA    NOT NULL UNIQUE,        -- SHA-256 of the cookie's id
  user_id      UUID     REFERENCES users (id) ON DELETE CASCADE,
  data         BYTEA    NOT NULL,               -- MessagePack of tower-sessions' record
  user_agent   TEXT     NOT NULL,
  ip           TEXT     NOT NULL,
  created_at   TIMESTAMPTZ NOT NULL,
  last_used_at TIMESTAMPTZ NOT NULL,
  expires_at   TIMESTAMPTZ NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id, last_used_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE tokens (
  id           UUID     PRIMARY KEY NOT NULL,
  user_id      UUID     NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind         TEXT     NOT NULL,               -- access | refresh
  family       UUID     NOT NULL,               -- one sign-in; revoked together
  hash         BYTEA    NOT NULL UNIQUE,        -- SHA-256
  used         BOOLEAN  NOT NULL,               -- a refresh token is used once
  created_at   TIMESTAMPTZ NOT NULL,
  expires_at   TIMESTAMPTZ NOT NULL
);
CREATE INDEX tokens_by_family ON tokens (family);
CREATE INDEX tokens_by_user ON tokens (user_id);
CREATE INDEX tokens_by_expiry ON tokens (expires_at);

-- One ordered log per conversation: seq +1 per entry; nothing at or below floor is kept.
CREATE TABLE logs (
  id    UUID   PRIMARY KEY NOT NULL,
  epoch BIGINT NOT NULL,
  head  BIGINT NOT NULL,
  floor BIGINT NOT NULL
);

CREATE TABLE entries (
  log_id UUID     NOT NULL REFERENCES logs (id) ON DELETE CASCADE,
  seq    BIGINT   NOT NULL,
  writer UUID,                                  -- the lease under which it was written, if any
  name   TEXT     NOT NULL,
  data   TEXT     NOT NULL,                     -- one line of JSON
  at     TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (log_id, seq)
);
CREATE INDEX entries_by_age ON entries (at);

-- Who may write for a reply, until when (database time, ms since 1970). Ended replies have no lease.
CREATE TABLE leases (
  id         UUID    PRIMARY KEY NOT NULL,
  log_id     UUID    NOT NULL REFERENCES logs (id) ON DELETE CASCADE,
  holder     UUID    NOT NULL,
  fence      BIGINT  NOT NULL,
  stop       BOOLEAN NOT NULL,
  expires_at BIGINT  NOT NULL
);
CREATE INDEX leases_by_holder ON leases (holder);
CREATE INDEX leases_by_expiry ON leases (expires_at);
CREATE INDEX leases_by_log ON leases (log_id);

CREATE TABLE conversations (
  id         UUID     PRIMARY KEY NOT NULL REFERENCES logs (id),
  owner_id   UUID     NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  title      TEXT     NOT NULL,
  model      TEXT     NOT NULL,
  leaf_id    UUID,                              -- last message of the active branch
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX conversations_by_owner ON conversations (owner_id, updated_at, id);

CREATE TABLE messages (
  id              UUID     PRIMARY KEY NOT NULL,
  conversation_id UUID     NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  parent_id       UUID     REFERENCES messages (id) ON DELETE CASCADE,
  role            TEXT     NOT NULL,            -- user | assistant
  text            TEXT     NOT NULL,            -- empty while the reply runs: the log holds it
  thinking        TEXT     NOT NULL,
  created_at      TIMESTAMPTZ NOT NULL
);
CREATE INDEX messages_by_conversation ON messages (conversation_id, created_at, id);
CREATE INDEX messages_by_parent ON messages (parent_id);

CREATE TABLE replies (
  id              UUID     PRIMARY KEY NOT NULL,
  conversation_id UUID     NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  message_id      UUID     NOT NULL UNIQUE REFERENCES messages (id) ON DELETE CASCADE,
  status          TEXT     NOT NULL,            -- running | complete | stopped | failed | interrupted
  model           TEXT     NOT NULL,
  started_seq     BIGINT   NOT NULL,            -- its reply.started entry
  thinking_ms     BIGINT,
  finish_reason   TEXT,
  usage           TEXT,                         -- JSON object
  error_code      TEXT,
  error           TEXT,
  created_at      TIMESTAMPTZ NOT NULL,
  ended_at        TIMESTAMPTZ
);
CREATE INDEX replies_by_conversation ON replies (conversation_id, status);

CREATE TABLE idempotency (
  user_id     UUID     NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  key         TEXT     NOT NULL,
  fingerprint BYTEA    NOT NULL,                -- SHA-256 of what was asked
  message_id  UUID     NOT NULL,
  reply_id    UUID     NOT NULL,
  seq         BIGINT   NOT NULL,                -- just before its first entry
  created_at  TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at);
