//! The program as its operator meets it: commands, settings, stopping and starting again.

mod commands;
mod log;
mod restart;
