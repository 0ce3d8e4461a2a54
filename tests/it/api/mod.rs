//! The JSON API, and what holds for every answer.

mod auth;
mod bodies;
mod chats;
mod description;
mod first_account;
mod forgery;
mod guessing;
mod headers;
mod input;
mod long;
mod malformed;
mod markdown;
mod search;
mod sessions;
