//! The JSON API, and what holds for every answer.

mod auth;
mod bodies;
mod description;
mod first_account;
mod forgery;
mod guessing;
mod headers;
mod input;
mod malformed;
mod markdown;
mod sessions;
