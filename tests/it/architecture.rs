//! The walls of the house: who may know whom (docs/ARCHITECTURE.md). Reads the `use` paths of the source.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What each room may name. `app`, `error`, `config` and `platform` are the ground that everybody stands on.
const GROUND: [&str; 4] = ["app", "error", "config", "platform"];
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("platform", &["platform"]),
    ("config", &["config", "platform"]),
    ("error", &["platform"]),
    ("markdown", &["markdown"]),
    ("providers", &["providers", "platform"]),
    ("stream", &["stream", "platform"]),
    ("accounts", &["accounts"]),
    // A reply's usage is a provider's count: a plain type, no call.
    ("models", &["models", "keys", "accounts", "providers"]),
    ("chat", &["chat", "models", "keys", "accounts", "stream", "providers"]),
    ("keys", &["keys", "accounts", "providers"]),
    ("usage", &["usage", "accounts", "providers"]),
    ("replies", &["replies", "chat", "models", "keys", "usage", "accounts", "stream", "providers"]),
    (
        "web",
        &[
            "web",
            "replies",
            "chat",
            "models",
            "keys",
            "usage",
            "accounts",
            "stream",
            "providers",
            "markdown",
            "routes",
        ],
    ),
];
/// Rooms that stand on the ground floor themselves and may not look up to it.
const ENGINES: [&str; 5] = ["platform", "config", "error", "markdown", "providers"];

#[test]
fn rooms_know_only_what_they_may() {
    let mut wrong = Vec::new();
    for (room, allowed) in MAY_KNOW {
        for (file, line, name) in named_rooms(room) {
            let ground = GROUND.contains(&name.as_str()) && !ENGINES.contains(room) && *room != "stream";
            if !ground && !allowed.contains(&name.as_str()) {
                wrong.push(format!("{}:{line}: {room} must not know {name}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_faces_know_http() {
    let wrong = lines_with(&["axum::", "axum_extra::", "tower_http::"], |path| {
        !path.starts_with("src/web") && path != Path::new("src/routes.rs") && path != Path::new("src/app.rs")
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sql_stands_in_stores_only() {
    let wrong = lines_with(&["\"SELECT ", "\"INSERT ", "\"UPDATE ", "\"DELETE ", "\"WITH "], |path| {
        // A large store has a folder of its own beside its `store.rs`.
        let in_store = path.ends_with("store.rs") || path.iter().any(|part| part == "store");
        !in_store && !path.starts_with("src/platform/db")
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_settings_read_the_environment() {
    let wrong = lines_with(&["env::var"], |path| !path.starts_with("src/config"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_is_in_this_table() {
    let known: Vec<&str> = MAY_KNOW.iter().map(|(room, _)| *room).collect();
    for entry in fs::read_dir("src").unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let room = name.trim_end_matches(".rs");
        let top = ["main", "cli", "lib", "app", "routes"];
        assert!(known.contains(&room) || top.contains(&room), "src/{name} is in no row of MAY_KNOW");
    }
}

/// `(file, line, room)` for each `crate::<room>` that a room's files name, also inside braces.
fn named_rooms(room: &str) -> Vec<(PathBuf, usize, String)> {
    let mut found = Vec::new();
    for file in files(Path::new("src")) {
        let inside = file.starts_with(format!("src/{room}")) || file == Path::new(&format!("src/{room}.rs"));
        if !inside {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for (at, _) in text.match_indices("crate::") {
            let line = text[..at].lines().count();
            let rest = &text[at + "crate::".len()..];
            let comment = text[..at].lines().last().is_some_and(|line| line.trim_start().starts_with("//"));
            if comment {
                continue;
            }
            for name in first_names(rest) {
                if Path::new("src").join(&name).is_dir() || Path::new(&format!("src/{name}.rs")).exists() {
                    found.push((file.clone(), line, name));
                }
            }
        }
    }
    found
}

/// The first path segments behind `crate::`, of a braced list each one's.
fn first_names(rest: &str) -> Vec<String> {
    let Some(list) = rest.strip_prefix('{') else { return vec![identifier(rest)] };
    let (mut depth, mut names, mut fresh) = (0, Vec::new(), true);
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            c if fresh && c.is_alphabetic() => {
                names.push(identifier(&list[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    names
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn lines_with(needles: &[&str], guarded: impl Fn(&Path) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for file in files(Path::new("src")).into_iter().filter(|file| guarded(file)) {
        let text = fs::read_to_string(&file).unwrap();
        let product = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in product.lines().enumerate() {
            let code = line.trim_start();
            if !code.starts_with("//") && needles.iter().any(|needle| code.contains(needle)) {
                found.push(format!("{}:{}: {code}", file.display(), number + 1));
            }
        }
    }
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}
