//! What browsers are answered: everything without scripts, and nothing that acts.

mod escaping;
mod leaving;
mod scriptless;
mod streaming;
