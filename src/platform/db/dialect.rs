//! Every place where SQLite and PostgreSQL need different words, and nothing else.

use super::Dialect;
use crate::sql_pair;

/// 1 when the migrator has ever run here, else 0.
pub const MIGRATION_TABLE_EXISTS: Dialect = sql_pair! {
    sqlite: "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'",
    postgres: "SELECT CASE WHEN to_regclass('_sqlx_migrations') IS NULL THEN CAST(0 AS BIGINT) ELSE CAST(1 AS BIGINT) END",
};

/// The database's own clock in milliseconds since 1970: leases live by it, so that instances whose clocks differ agree.
pub const NOW_MS: Dialect = sql_pair! {
    sqlite: "SELECT CAST(unixepoch('subsec') * 1000 AS BIGINT)",
    postgres: "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
};

/// The leases of `$1` (JSON array of `{"i": hex id, "f": fence}`) that are still held with that fence, with the head of
/// their log, as one text: a JSON array of `[hex id, head]`. One row, because every row of a result is a message, and
/// often a switch, between SQLite's thread and ours. PostgreSQL also locks leases against a reaper and logs against
/// other writers until the transaction ends; SQLite's single writer needs no lock.
pub const HELD_LEASES: Dialect = sql_pair! {
    sqlite: "SELECT json_group_array(json_array(lower(hex(l.id)), g.head)) FROM json_each($1) b
             JOIN leases l ON l.id = unhex(b.value->>'i') AND l.fence = CAST(b.value->>'f' AS BIGINT)
             JOIN logs g ON g.id = l.log_id",
    postgres: "SELECT COALESCE(CAST(json_agg(json_build_array(replace(CAST(h.id AS TEXT), '-', ''), h.head)) AS TEXT), '[]')
               FROM (SELECT l.id, g.head FROM json_to_recordset(CAST($1 AS JSON)) AS b(i TEXT, f BIGINT)
                     JOIN leases l ON l.id = CAST(b.i AS UUID) AND l.fence = b.f JOIN logs g ON g.id = l.log_id
                     ORDER BY g.id, l.id FOR SHARE OF l FOR UPDATE OF g) h",
};

/// Moves the head of each log in `$1` (JSON array of `{"i": hex id, "n": count}`) by its count.
pub const ADVANCE_HEADS: Dialect = sql_pair! {
    sqlite: "UPDATE logs SET head = head + CAST(b.value->>'n' AS BIGINT) FROM json_each($1) b
             WHERE logs.id = unhex(b.value->>'i')",
    postgres: "UPDATE logs SET head = head + b.n
               FROM (SELECT CAST(i AS UUID) AS i, n FROM json_to_recordset(CAST($1 AS JSON)) AS x(i TEXT, n BIGINT)) b
               WHERE logs.id = b.i",
};

/// Adds the entries in `$1` (JSON array of `{"l": hex log, "s": seq, "w": hex writer or null, "n": name, "d": data}`), at `$2`.
pub const ADD_ENTRIES: Dialect = sql_pair! {
    sqlite: "INSERT INTO entries (log_id, seq, writer, name, data, at)
             SELECT unhex(b.value->>'l'), CAST(b.value->>'s' AS BIGINT), unhex(b.value->>'w'), b.value->>'n', b.value->>'d', $2
             FROM json_each($1) b",
    postgres: "INSERT INTO entries (log_id, seq, writer, name, data, at)
               SELECT CAST(l AS UUID), s, CAST(w AS UUID), n, d, $2
               FROM json_to_recordset(CAST($1 AS JSON)) AS b(l TEXT, s BIGINT, w TEXT, n TEXT, d TEXT)",
};

/// Prolongs those leases of holder `$1` that are in `$3` (JSON array of hex ids) to `$2` milliseconds from now (database
/// time); gives those still held and whether somebody asked to stop. PostgreSQL takes the rows in the order in which the
/// journal does, so that neither waits for the other.
pub const RENEW_LEASES: Dialect = sql_pair! {
    sqlite: "UPDATE leases SET expires_at = CAST(unixepoch('subsec') * 1000 AS BIGINT) + $2
             WHERE holder = $1 AND id IN (SELECT unhex(value) FROM json_each($3)) RETURNING id, stop",
    postgres: "WITH mine AS MATERIALIZED (
                   SELECT id FROM leases WHERE holder = $1
                   AND id IN (SELECT CAST(value AS UUID) FROM json_array_elements_text(CAST($3 AS JSON)))
                   ORDER BY log_id, id FOR UPDATE)
               UPDATE leases SET expires_at = CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) + $2
               FROM mine WHERE leases.id = mine.id RETURNING leases.id, leases.stop",
};

/// Takes lease `$1` on log `$2` for holder `$3` with fence `$4` for `$5` milliseconds (database time).
pub const TAKE_LEASE: Dialect = sql_pair! {
    sqlite: "INSERT INTO leases (id, log_id, holder, fence, stop, expires_at)
             VALUES ($1, $2, $3, $4, FALSE, CAST(unixepoch('subsec') * 1000 AS BIGINT) + $5)",
    postgres: "INSERT INTO leases (id, log_id, holder, fence, stop, expires_at)
               VALUES ($1, $2, $3, $4, FALSE, CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) + $5)",
};

/// Leases that ran out (database time), oldest first, at most 100.
pub const EXPIRED_LEASES: Dialect = sql_pair! {
    sqlite: "SELECT id, log_id, fence FROM leases WHERE expires_at < CAST(unixepoch('subsec') * 1000 AS BIGINT)
             ORDER BY expires_at LIMIT 100",
    postgres: "SELECT id, log_id, fence FROM leases
               WHERE expires_at < CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)
               ORDER BY expires_at LIMIT 100",
};

/// The leases on log `$1`. PostgreSQL locks them in the order in which they are renewed and written under.
pub const LEASES_ON: Dialect = sql_pair! {
    sqlite: "SELECT id FROM leases WHERE log_id = $1",
    postgres: "SELECT id FROM leases WHERE log_id = $1 ORDER BY id FOR UPDATE",
};

/// Account `$1` and all administrators with their roles. PostgreSQL locks them, also against what would hang on them: a
/// foreign key waits for this lock, but not for that of an update.
pub const HOLD_WITH_ADMINS: Dialect = sql_pair! {
    sqlite: "SELECT id, role FROM users WHERE id = $1 OR role = 'admin'",
    postgres: "SELECT id, role FROM users WHERE id = $1 OR role = 'admin' ORDER BY id FOR UPDATE",
};

/// Copies the messages in `$1` (JSON array of `{"o": hex id, "m": hex id of the copy, "p": hex parent of the copy or null,
/// "r": hex id for the reply's copy}`) into conversation `$2`.
pub const COPY_MESSAGES: Dialect = sql_pair! {
    sqlite: "INSERT INTO messages (id, conversation_id, parent_id, role, text, thinking, created_at)
             SELECT unhex(b.value->>'m'), $2, unhex(b.value->>'p'), o.role, o.text, o.thinking, o.created_at
             FROM json_each($1) b CROSS JOIN messages o ON o.id = unhex(b.value->>'o')",
    postgres: "INSERT INTO messages (id, conversation_id, parent_id, role, text, thinking, created_at)
               SELECT CAST(b.m AS UUID), $2, CAST(b.p AS UUID), o.role, o.text, o.thinking, o.created_at
               FROM json_to_recordset(CAST($1 AS JSON)) AS b(o TEXT, m TEXT, p TEXT)
               JOIN messages o ON o.id = CAST(b.o AS UUID)",
};

/// Copies the replies of the messages in `$1` (as in [`COPY_MESSAGES`]), which have ended.
pub const COPY_REPLIES: Dialect = sql_pair! {
    sqlite: "INSERT INTO replies (id, conversation_id, message_id, status, model, started_seq, thinking_ms,
                    finish_reason, usage, error_code, error, created_at, ended_at, tool_calls, seams, answered_by,
                    first_ms, took_ms, cost_nanos, estimated)
             SELECT unhex(b.value->>'r'), $2, unhex(b.value->>'m'), o.status, o.model, 0, o.thinking_ms,
                    o.finish_reason, o.usage, o.error_code, o.error, o.created_at, o.ended_at, o.tool_calls, o.seams,
                    o.answered_by, o.first_ms, o.took_ms, o.cost_nanos, o.estimated
             FROM json_each($1) b CROSS JOIN replies o ON o.message_id = unhex(b.value->>'o')",
    postgres: "INSERT INTO replies (id, conversation_id, message_id, status, model, started_seq, thinking_ms,
                      finish_reason, usage, error_code, error, created_at, ended_at, tool_calls, seams, answered_by,
                      first_ms, took_ms, cost_nanos, estimated)
               SELECT CAST(b.r AS UUID), $2, CAST(b.m AS UUID), o.status, o.model, 0, o.thinking_ms,
                      o.finish_reason, o.usage, o.error_code, o.error, o.created_at, o.ended_at, o.tool_calls, o.seams,
                      o.answered_by, o.first_ms, o.took_ms, o.cost_nanos, o.estimated
               FROM json_to_recordset(CAST($1 AS JSON)) AS b(o TEXT, m TEXT, r TEXT)
               JOIN replies o ON o.message_id = CAST(b.o AS UUID)",
};

/// Whoever sums up under lock `$1` is alone until the transaction ends. SQLite has one writer anyway.
pub const LOCK_SUM: Dialect = sql_pair! {
    sqlite: "SELECT CAST($1 AS BIGINT)",
    postgres: "SELECT pg_advisory_xact_lock($1)",
};

/// Heads of the open logs in `$1` (JSON array of hex ids).
pub const HEADS: Dialect = sql_pair! {
    sqlite: "SELECT id, head FROM logs WHERE closed = FALSE AND id IN (SELECT unhex(value) FROM json_each($1))",
    postgres: "SELECT id, head FROM logs WHERE closed = FALSE
               AND id IN (SELECT CAST(value AS UUID) FROM json_array_elements_text(CAST($1 AS JSON)))",
};

/// Which sessions in `$1` (JSON array of hex ids) still stand at `$2`.
pub const STANDING_SESSIONS: Dialect = sql_pair! {
    sqlite: "SELECT id FROM sessions WHERE id IN (SELECT unhex(value) FROM json_each($1)) AND expires_at > $2",
    postgres: "SELECT id FROM sessions
               WHERE id IN (SELECT CAST(value AS UUID) FROM json_array_elements_text(CAST($1 AS JSON))) AND expires_at > $2",
};

/// Which token families in `$1` (JSON array of hex ids) still have a token that is good at `$2`. A used refresh token is
/// kept to notice its copy; it is good for nothing.
pub const STANDING_FAMILIES: Dialect = sql_pair! {
    sqlite: "SELECT DISTINCT family FROM tokens
             WHERE family IN (SELECT unhex(value) FROM json_each($1)) AND expires_at > $2 AND used = FALSE",
    postgres: "SELECT DISTINCT family FROM tokens
               WHERE family IN (SELECT CAST(value AS UUID) FROM json_array_elements_text(CAST($1 AS JSON)))
               AND expires_at > $2 AND used = FALSE",
};

/// The texts of owner `$2` that match `$1` (as [`FTS5`](https://sqlite.org/fts5.html) or a `tsquery` is written) and hold
/// each of `$3` (JSON array of texts), with ids below `$4`, the newest first, `$5` at most. Words come folded and cut into
/// `search_texts`; each engine only looks them up, in a table of FTS5 or an index of `tsvector`s, and needs no extension.
/// Phrases are compared with the stored words, so neither index keeps positions.
pub const SEARCH: Dialect = sql_pair! {
    sqlite: "SELECT t.id, t.conversation_id, t.message_id, c.title, c.archived_at, c.updated_at, m.role, substr(m.text, 1, 131072) AS text, m.created_at
             FROM search_words s CROSS JOIN search_texts t ON t.id = s.rowid
             CROSS JOIN conversations c ON c.id = t.conversation_id LEFT JOIN messages m ON m.id = t.message_id
             WHERE s.search_words MATCH $1 AND c.owner_id = $2 AND c.deleted_at IS NULL AND s.rowid < $4
               AND NOT EXISTS (SELECT 1 FROM json_each($3) p WHERE instr(t.words, p.value) = 0)
             ORDER BY s.rowid DESC LIMIT $5",
    postgres: "SELECT t.id, t.conversation_id, t.message_id, c.title, c.archived_at, c.updated_at, m.role, substr(m.text, 1, 131072) AS text, m.created_at
               FROM search_texts t JOIN conversations c ON c.id = t.conversation_id
               LEFT JOIN messages m ON m.id = t.message_id
               WHERE array_to_tsvector(string_to_array(btrim(t.words), ' ')) @@ CAST($1 AS TSQUERY)
                 AND c.owner_id = $2 AND c.deleted_at IS NULL AND t.id < $4
                 AND NOT EXISTS (SELECT 1 FROM json_array_elements_text(CAST($3 AS JSON)) p
                                 WHERE strpos(t.words, p.value) = 0)
               ORDER BY t.id DESC LIMIT $5",
};
