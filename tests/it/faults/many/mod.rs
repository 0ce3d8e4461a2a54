//! Several instances, and what can happen between them. The rows R of `docs/FAULTS.md` are the tests' names.

mod chaos;
mod follower;
mod owner;
mod postgres;
mod redis;
mod sender;
mod sends;
mod socket;
mod transports;
mod viewers;
mod world;
