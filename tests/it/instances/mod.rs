//! Several instances on one PostgreSQL and one Redis. `./test --scale` runs these; without a PostgreSQL they are left
//! out (`.config/nextest.toml`).

mod redis;
