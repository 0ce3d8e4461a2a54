//! The one integration binary: everything through the real router on real sockets, on SQLite or, when
//! `FRESHET_TEST_DATABASE_URL` is set, on PostgreSQL.

mod api;
mod architecture;
mod database;
mod flows;
mod live;
mod pages;
mod support;
