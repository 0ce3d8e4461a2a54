//! Several instances on one PostgreSQL and one Redis. `./test --scale` runs these; without a PostgreSQL they are left
//! out (`.config/nextest.toml`).

mod asides;
mod forging;
mod leaving;
mod limits;
mod outages;
mod pair;
mod redis;
mod revoking;
mod stopping;
mod subscriptions;
mod tls;
mod watching;
