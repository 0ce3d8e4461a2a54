//! One instance, and what can happen under it.

mod change;
mod disk;
mod line;
mod load;
mod provider;
mod time;
mod upgrade;
