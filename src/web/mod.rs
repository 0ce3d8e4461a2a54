//! The faces. They convert and present; they never decide and never query.
//!
//! `pages` answers browsers, `api` answers programs, `live` is what stays open for either. All of them call the same
//! functions of the product rooms with the same inputs.

pub mod api;
pub mod assets;
#[cfg(test)]
mod codes;
mod crowd;
pub mod dev;
pub mod extract;
pub mod health;
mod host;
pub mod install;
pub mod layers;
pub mod live;
pub mod metrics;
mod origin;
pub mod pages;
mod preferences;
mod present;
pub mod problem;
pub mod reader;
mod request;
pub mod server;
pub mod simulate;

/// A path on this server to go on to, or nothing: what a stranger put into a link must not lead away.
fn local_path(path: Option<&str>) -> Option<&str> {
    let local = |path: &&str| {
        path.starts_with('/')
            && !path.starts_with("//")
            && path.bytes().all(|b| b > b' ' && b != b'\\' && b != 127)
    };
    path.filter(local)
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_paths_of_this_server_are_gone_on_to() {
        for path in ["/", "/c/new?q=a%20b", "/x@e"] {
            assert_eq!(super::local_path(Some(path)), Some(path));
        }
        for path in ["", "//e", "/\\e", "/\te", "https:e", "javascript:alert(1)", "e", "/a\r\nb", " /a"] {
            assert_eq!(super::local_path(Some(path)), None, "{path}");
        }
    }
}
