//! What browsers are answered: everything without scripts, and nothing that acts.

mod escaping;
mod languages;
mod leaving;
mod lists;
mod oversized;
mod scriptless;
mod settings;
mod streaming;
