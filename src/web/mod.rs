//! The faces. They convert and present; they never decide and never query.
//!
//! `pages` answers browsers, `api` answers programs, `live` is what stays open for either. All of them call the same
//! functions of the product rooms with the same inputs.

pub mod api;
pub mod assets;
pub mod extract;
pub mod health;
pub mod layers;
pub mod live;
pub mod pages;
mod present;
pub mod problem;
pub mod server;
pub mod simulate;

/// A path of this server to go on to, or nothing.
pub fn local_path(path: Option<&str>) -> Option<&str> {
    path.filter(|path| {
        path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\n', '\r', '\t'])
    })
}
