//! The one integration binary: everything through the real router on real sockets, on SQLite or, when
//! `FRESHET_TEST_DATABASE_URL` is set, on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "the product's signposts; a test stands outside")]

mod api;
mod architecture;
mod database;
mod flows;
mod live;
mod pages;
mod support;
