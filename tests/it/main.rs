//! The one integration binary: everything through the real router on real sockets, on SQLite or, when
//! `FRESHET_TEST_DATABASE_URL` is set, on PostgreSQL.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on has failed; clippy spares only functions marked as tests"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests stand outside of the app and have no clock, ids or tasks of its"
)]

mod architecture;
mod live;
mod support;
