//! What programs are answered: accounts, tokens, input that does not fit, and the description of it all.

mod accounts;
mod bodies;
mod description;
mod first_admin;
mod guessing;
mod input;
mod tokens;
