//! The one integration binary: everything through the real router on real sockets, on SQLite or, when
//! `FRESHET_TEST_DATABASE_URL` is set, on PostgreSQL.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that can't go on stops; it may use real time"
)]

mod api;
mod architecture;
mod faults;
mod flows;
mod instances;
mod keys;
mod live;
mod models;
mod pages;
mod providers;
mod schema;
mod server;
mod support;
mod tuning;
mod usage;
mod ws;
