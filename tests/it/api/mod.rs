//! The JSON API, and what holds for every answer.

mod auth;
mod first_account;
mod forgery;
mod guessing;
mod headers;
mod malformed;
mod sessions;
