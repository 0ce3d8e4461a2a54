//! Several instances, and what can happen between them. The rows R of `docs/FAULTS.md` are the tests' names.

mod follower;
mod owner;
mod postgres;
mod sender;
mod world;
