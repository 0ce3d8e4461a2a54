//! The map of Freshet: one paragraph per room. `docs/ARCHITECTURE.md` walks one request through them.
//!
//! **config** is the one typed tree of settings and the only reader of the environment; the tables in
//! `docs/CONFIGURATION.md` and `.env.example` are printed from it.
//!
//! **cli** is the command line: it reads the configuration, starts logging, and calls the room that does the work.
//!
//! **platform** holds the adapters to the world outside (time, randomness, cryptography), one seam each. It knows
//! no product noun.

pub mod cli;
pub mod config;
pub mod platform;
